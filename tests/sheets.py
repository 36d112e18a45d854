"""Workbooks and clipboards that tests make themselves."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

CONTENT_TYPES = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def clipboard(rows: Sequence[Sequence[str]]) -> str:
    """Write rows the way Excel puts them on the clipboard."""
    return "".join("\t".join(_quoted(cell) for cell in row) + "\r\n" for row in rows)


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(c in cell for c in '\t\n"') else cell


def workbook(rows: Sequence[Sequence[Any]], title: str = "表") -> bytes:
    """Write rows as another program would, figures and days as such."""
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    return saved(book)


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def opened(data: bytes) -> Workbook:
    return load_workbook(io.BytesIO(data))


def many_kinds() -> list[bytes]:
    """Good workbooks with everything a clerk's own may have: styles, formulas, merged cells, notes, more sheets."""
    plain = workbook([["文", "数", "日"], ["甲", 1.5, date(2021, 3, 18)], ["乙", 2, date(2021, 4, 1)]])
    book = load_workbook(io.BytesIO(plain))
    sheet = book.active
    sheet["D2"], sheet["D3"] = "=SUM(B2:B3)", "=1/0"
    sheet["A1"].font, sheet["A2"].comment = Font(bold=True), Comment("说明", "人")
    sheet.merge_cells("A5:C6")
    sheet["A5"] = "合并"
    book.create_sheet("隐藏").sheet_state = "hidden"
    hidden = book["隐藏"]
    hidden["A1"] = "x"
    book.defined_names["选项"] = DefinedName("选项", attr_text="隐藏!$A$1:$A$9")
    choices = DataValidation(type="list", formula1="选项")
    choices.add("B2:B9")
    sheet.add_data_validation(choices)
    return [plain, saved(book), workbook([[f"第{n}行", n, n / 7, True, ""] for n in range(60)])]


def archive(members: dict[str, bytes]) -> bytes:
    """Pack a workbook by hand."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in (
            {"[Content_Types].xml": CONTENT_TYPES, "xl/workbook.xml": b"<w/>"} | members
        ).items():
            packed.writestr(name, content)
    return file.getvalue()

"""Workbooks and clipboards that tests make themselves."""

import io
import zipfile
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook, load_workbook

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


def archive(members: dict[str, bytes]) -> bytes:
    """Pack a workbook by hand."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in (
            {"[Content_Types].xml": CONTENT_TYPES, "xl/workbook.xml": b"<w/>"} | members
        ).items():
            packed.writestr(name, content)
    return file.getvalue()

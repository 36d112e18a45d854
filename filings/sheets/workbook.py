"""Write a table as a workbook: template, export, and the lines that still are to be corrected."""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from filings.kind import Table
from filings.sheets.spreadsheet import MAX_LINES, ROW_MARK, columns, heading
from forms.base import required_marker
from forms.fields import CountField, FilingField
from forms.formats import show_number

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CHOICES_SHEET = "选项"
_HEAD_FONT, _HEAD_FILL = Font(bold=True), PatternFill("solid", fgColor="DDEEEF")
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_LOOKS_LIKE_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class SheetRow:
    """One line to write: the mark of its row (empty for none) and the cells by field."""

    mark: str
    cells: Mapping[str, Any]


def export_row(table: Table, row: Any) -> SheetRow:
    """Write down a stored row: figures as figures, everything else as the page shows it."""
    cells = {field.name: _sheet_value(field, getattr(row, field.name)) for field in columns(table)}
    return SheetRow(str(row.id), cells)


def _sheet_value(field: FilingField, value: Any) -> Any:
    return value if field.kind == "number" else field.show(value)


def write_workbook(
    table: Table, rows: Iterable[SheetRow] = (), offers: Mapping[str, Sequence[str]] | None = None
) -> bytes:
    """Write a workbook for `table`; `offers` are the answers known for fields that name other rows."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_title(table))
    fields = columns(table)
    sheet.freeze_panes = "B2"
    _shape_columns(sheet, fields)
    sheet.append([*(_head_cell(sheet, table, field) for field in fields), text_cell(sheet, ROW_MARK)])
    for row in rows:
        sheet.append([*(_cell(sheet, row.cells.get(field.name)) for field in fields),
                      text_cell(sheet, row.mark)])  # fmt: skip
    _offer_choices(book, sheet, fields, offers or {})
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _title(table: Table) -> str:
    return re.sub(r"[\[\]:*?/\\']", " ", table.label)[:31]


def _shape_columns(sheet: Any, fields: Sequence[FilingField]) -> None:
    """Give columns their width, and the format that keeps codes and days as they were typed."""
    for number, field in enumerate(fields, 1):
        column = sheet.column_dimensions[get_column_letter(number)]
        column.width = max(2.2 * field.width, 2.2 * len(heading(field)) + 2)
        column.number_format = "General" if field.kind == "number" else "@"
    sheet.column_dimensions[get_column_letter(len(fields) + 1)].hidden = True


def _head_cell(sheet: Any, table: Table, field: FilingField) -> Any:
    cell = text_cell(sheet, heading(field))
    cell.font, cell.fill = _HEAD_FONT, _HEAD_FILL
    cell.comment = Comment(rule_of(table, field), "孵化申报", height=140, width=300)
    return cell


def rule_of(table: Table, field: Any) -> str:
    """Say in plain words how the column is filled, and which answers of the row open or close its cells."""
    rules = {
        "number": _number_rule,
        "date": lambda field: "日期，例如 2021-03-18",
        "choice": lambda field: "从下拉列表中选择",
        "yesno": lambda field: "填「是」或「否」",
        "choices": lambda field: "可填多项，用顿号分隔：" + "、".join(word for _, word in field.choices),
        "code": lambda field: "18 位统一社会信用代码",
    }
    rule = rules.get(field.kind, lambda field: f"文字，不超过 {field.max_length} 字")(field)
    return "\n".join(part for part in (rule, field.description, _need(table, field)) if part)


def _number_rule(field: Any) -> str:
    decimals = "整数" if isinstance(field, CountField) else "最多两位小数"
    unit = f"，单位：{field.unit}" if field.unit else ""
    return f"数字，{field.least} 到 {show_number(field.most)}，{decimals}{unit}"


def _need(table: Table, field: FilingField) -> str:
    deciding = (one for one in columns(table) if one.decides and one.name != field.name)
    decided = [words for one in deciding if (words := _decided_by(table, one, field))]
    if decided:
        return "\n".join(decided)
    return "选填" if required_marker(field) is None else "提交前必填"


def _decided_by(table: Table, deciding: FilingField, field: FilingField) -> str:
    """Say by which answers to `deciding` the cell is asked for and by which it is closed; empty when by none.

    The rules themselves are asked, with one answer after the other in a row that is empty otherwise.
    """
    marker, opened, closed = required_marker(field), list[str](), list[str]()
    for answer in _answers(deciding):
        row = SimpleNamespace(**dict.fromkeys(table.fields) | {deciding.name: answer})
        reason, word = table.closed(row).get(field.name), deciding.show(answer)
        if reason:
            closed.append(f"「{word}」（{reason}）")
        elif marker is not None and marker.when is not None and marker.applies_to(row):
            opened.append(f"「{word}」")
    parts = [(opened, "提交前必填"), (closed, "不可填")]
    said = "，".join(f"填{'、'.join(words)}时{so}" for words, so in parts if words)
    return f"「{heading(deciding)}」{said}" if said else ""


def _answers(field: Any) -> list[Any]:
    """Return what may be stored as the answer to a question that decides about others."""
    if field.kind == "yesno":
        return [True, False]
    return [[value] if field.kind == "choices" else value for value, _ in field.choices]


def _cell(sheet: Any, value: Any) -> Any:
    return value if value is None or not isinstance(value, str) else text_cell(sheet, value)


def text_cell(sheet: Any, text: str) -> Any:
    """Write text as text, whatever it looks like: never a formula, a figure or a day."""
    # Excel reads _x0041_ as an escaped character.
    cell = WriteOnlyCell(sheet, re.sub(r"_x(?=[0-9A-Fa-f]{4}_)", "_x005F_x", text))
    cell.data_type, cell.number_format = "s", "@"
    cell.quotePrefix = text.startswith(_LOOKS_LIKE_FORMULA)
    if "\n" in text:
        cell.alignment = _WRAPPED
    return cell


def _offer_choices(
    book: Workbook, sheet: Any, fields: Sequence[FilingField], offers: Mapping[str, Sequence[str]]
) -> None:
    """Write the choices on a hidden sheet, where they may be long and many, and offer them as drop-downs."""
    lists = {number: words for number, field in enumerate(fields, 1) if (words := _words(field, offers))}
    if not lists:
        return
    for place, (number, words) in enumerate(lists.items(), 1):
        letter, column = get_column_letter(place), get_column_letter(number)
        offered = DataValidation(
            type="list", allow_blank=True, formula1=f"{_CHOICES_SHEET}!${letter}$1:${letter}${len(words)}",
            showErrorMessage=fields[number - 1].kind != "named_row", errorTitle="请从列表中选择",
            error="取值不在可选范围内，请从下拉列表中选择",
        )  # fmt: skip
        offered.add(f"{column}2:{column}{MAX_LINES + 1}")
        sheet.data_validations.append(offered)
    choices = book.create_sheet(_CHOICES_SHEET)
    choices.sheet_state = "hidden"
    for line in range(max(len(words) for words in lists.values())):
        choices.append([text_cell(choices, words[line]) if line < len(words) else None
                        for words in lists.values()])  # fmt: skip


def _words(field: Any, offers: Mapping[str, Sequence[str]]) -> Sequence[str]:
    if field.kind == "named_row":
        return offers.get(field.name, ())
    return [word for _, word in field.choices] if field.kind in ("choice", "yesno") else ()

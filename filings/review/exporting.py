"""A workbook of submitted filings: a line each, and the rows of every table on a sheet of its own.

What was answered is read from the snapshots that were submitted; what clerks changed since is not in it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import chain, count
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from clock import shanghai_day
from filings.kind import STATE_TEXTS
from filings.kinds import KINDS
from filings.sheets.workbook import text_cell
from forms.formats import show_date

LONGEST_TITLE = 31  # of a sheet, by Excel
MOST_LINES = 1_000_000  # of a sheet; Excel takes 1,048,576
_HEAD_FONT, _HEAD_FILL = Font(bold=True), PatternFill("solid", fgColor="DDEEEF")
KNOWN = ("名称", "运营主体", "统一社会信用代码", "所在地", "批次", "状态", "受理机构", "提交日期", "版本号")
FIRST = ("名称", "版本号", "序号")  # of a sheet of rows


@dataclass(frozen=True)
class Submitted:
    """One filing to write: what lists say of it, in the order of KNOWN, and its snapshot."""

    kind: str
    known: tuple[str, ...]
    document: dict[str, Any]

    @property
    def name(self) -> str:
        return self.known[0]

    @property
    def version_no(self) -> str:
        return self.known[-1]


def submitted(filing: Any, document: dict[str, Any]) -> Submitted:
    """Take from a filing what lists say of it, under the name it was submitted with."""
    at = filing.submitted_at
    day = show_date(shanghai_day(at)) if at else ""
    office = filing.receiving_office.name if filing.receiving_office else ""
    known = (document["name"], filing.unit.name, filing.unit.uscc, filing.region.name, filing.batch.name,
             filing.status_text, office, day, filing.submitted_version_no or "")  # fmt: skip
    return Submitted(filing.kind, known, document)


class ExportBook:
    """A workbook that grows filing by filing; sheets are written to disk meanwhile, not held in memory.

    `name` goes into its properties, so that no two workbooks are the same bytes and one can be cleared away
    without the other.
    """

    def __init__(self, name: str) -> None:
        self.book = Workbook(write_only=True)
        self.book.properties.identifier = name
        self.sheets: dict[tuple[str, ...], Any] = {}
        self.lines: Counter[tuple[str, ...]] = Counter()

    def add(self, one: Submitted) -> None:
        """Write the filing on the first sheet of its kind, and its rows on theirs."""
        figures = list(_figures(one.document))
        heads = [*KNOWN, *(head for head, _ in figures)]
        self._line(KINDS[one.kind].label, heads, [*one.known, *(value for _, value in figures)])
        for tab in one.document["tabs"]:
            for table in tab["tables"]:
                self._rows(one, table)

    def _rows(self, one: Submitted, table: dict[str, Any]) -> None:
        columns = table["columns"]
        heads = [*FIRST, *(_heading(column) for column in columns)]
        for row in table["rows"]:
            cells = [_value(column["kind"], cell) for column, cell in zip(columns, row["cells"], strict=True)]
            self._line(table["label"], heads, [one.name, one.version_no, row["seq"], *cells])

    def _line(self, title: str, heads: list[str], values: Sequence[Any]) -> None:
        """Write a line on the sheet that has these columns; another edition of a form gets its own."""
        key = (title, *heads)
        if self.lines[key] % MOST_LINES == 0:
            self.sheets[key] = self._sheet(title, heads)
        self.lines[key] += 1
        sheet = self.sheets[key]
        sheet.append([text_cell(sheet, value) if isinstance(value, str) else value for value in values])

    def _sheet(self, title: str, heads: list[str]) -> Any:
        sheet = self.book.create_sheet(self._free(title))
        sheet.freeze_panes = "B2"
        for number, head in enumerate(heads, 1):
            sheet.column_dimensions[get_column_letter(number)].width = min(max(2.2 * len(head) + 2, 12), 40)
        sheet.append([_head_cell(sheet, head) for head in heads])
        return sheet

    def _free(self, title: str) -> str:
        """Return a title that Excel takes and no sheet has."""
        plain = re.sub(r"[\[\]:*?/\\']", " ", title)[:LONGEST_TITLE]
        taken = {sheet.title for sheet in self.book.worksheets}
        numbers = (f"{plain[: LONGEST_TITLE - 5]} {number}" for number in count(2))
        return next(name for name in chain([plain], numbers) if name not in taken)

    def save(self, path: Path) -> None:
        """Write the workbook to a file; without a filing it says that there was none."""
        if not self.sheets:
            sheet = self.book.create_sheet("申报")
            sheet.append([text_cell(sheet, "没有符合条件的申报")])
        self.book.save(path)


def _file_names(document: dict[str, Any]) -> dict[Any, str]:
    return {attachment["no"]: attachment["name"] for attachment in document["attachments"]}


def _figures(document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what stands once in a snapshot, heading and value: answers, files, totals and conditions."""
    files = _file_names(document)
    for tab in document["tabs"]:
        for answer in tab["fields"]:
            yield _heading(answer, tab["label"]), _value(answer["kind"], answer)
        for file in tab["files"]:
            yield f"{tab['label']} {file['label']}", files.get(file["attachment"])
        for total in tab["totals"]:
            yield _heading(total, tab["label"]), _value("number", total)
    for condition in document["conditions"]:
        yield f"{document['conditions_label']}：{condition['label']}", STATE_TEXTS[condition["state"]]


def _heading(part: dict[str, Any], tab: str = "") -> str:
    unit = f"（{part['unit']}）" if part["unit"] else ""
    return f"{tab} {part['label']}{unit}".strip()


def _value(kind: str, cell: dict[str, Any]) -> Any:
    """Write figures as figures and everything else as it was shown; nothing for an empty cell."""
    if cell["value"] in (None, ""):
        return None
    if kind == "number":
        try:
            return Decimal(str(cell["value"]))
        except InvalidOperation:
            return str(cell["text"])
    return str(cell["text"])


def _head_cell(sheet: Any, head: str) -> Any:
    cell = text_cell(sheet, head)
    cell.font, cell.fill = _HEAD_FONT, _HEAD_FILL
    return cell

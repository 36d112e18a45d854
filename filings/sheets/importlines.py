"""Judge the lines of an import: what would be stored, what may not be, and what is to be looked at."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from filings.figures import Figures
from filings.finding import Finding
from filings.kind import Table
from filings.kinds import kind_of
from filings.problems import read_filled_slots, read_rows, row_findings
from filings.rowforms import as_typed, judge_form
from filings.sheets.spreadsheet import Line, columns, row_form
from forms.base import FilingForm, Refusal
from forms.fields import FilingField
from models.filing import Filing
from models.table_import import TableImport

NOT_OURS = "行标识不属于本申报的这张表，请重新下载表格后再填"
REMOVED = "这一行已被删除，请先恢复，或重新下载表格后再填"
NOTED_ELSEWHERE = ("E_REQUIRED", "E_NOT_FILLABLE")


@dataclass(frozen=True)
class SheetCell:
    """One cell of the preview. `original`: as it came, if shown otherwise; `before`: what it replaces."""

    field: FilingField
    text: str
    original: str
    before: str | None
    closed: str
    refusal: Refusal | None
    notes: Sequence[Finding]
    input: FilingField | None


@dataclass
class JudgedLine:
    """A line and the verdict on it. `row` is the stored row it updates, None for a new one."""

    line: Line
    table: Table
    row: Any
    form: FilingForm
    typed: Any
    refusal: str = ""
    refusals: dict[str, Refusal] = field(default_factory=dict)
    notes: defaultdict[str, list[Finding]] = field(default_factory=lambda: defaultdict(list))

    @property
    def no(self) -> int:
        return self.line.no

    @property
    def is_bad(self) -> bool:
        return bool(self.refusal or self.refusals)

    @property
    def is_new(self) -> bool:
        return self.row is None

    @cached_property
    def is_same(self) -> bool:
        """Say whether the stored row has these answers already."""
        return self.row is not None and all(getattr(self.row, f.name) == f.data for f in self.form)

    @property
    def will_be_stored(self) -> bool:
        return not self.is_bad and not self.is_same

    @property
    def open_fields(self) -> set[str]:
        """What can be corrected: the refused cells, and the answers that decide whether they are asked."""
        names = set(self.refusals)
        if any(refusal.code == "E_NOT_FILLABLE" for refusal in self.refusals.values()):
            names |= {question.name for question in columns(self.table) if question.decides}
        return names

    @cached_property
    def inputs(self) -> FilingForm:
        """The line as inputs, named by its number: one form holds the cells of many lines."""
        return row_form(self.table, self.line.texts, self.row, prefix=f"{self.no}-")

    @cached_property
    def cells(self) -> list[SheetCell]:
        closed = self.table.closed(self.typed)
        return [self._cell(question, closed.get(question.name, "")) for question in columns(self.table)]

    def _cell(self, question: FilingField, closed: str) -> SheetCell:
        name, value = question.name, self.form[question.name].data
        raw, refusal = self.line.texts.get(name, ""), self.refusals.get(name)
        shown = raw if refusal else question.show(value)
        same = raw in ("", shown, question.plain(value))
        stored = getattr(self.row, name) if self.row is not None else value
        return SheetCell(
            question, shown, "" if same else raw, question.show(stored) or "空" if stored != value else None,
            closed, refusal, self.notes[name], self.inputs[name] if name in self.open_fields else None,
        )  # fmt: skip


def stored_lines(block: TableImport) -> list[Line]:
    return [Line(line["no"], line["row"], line["texts"]) for line in block.lines]


def judge_lines(
    session: Session, filing: Filing, table: Table, figures: Figures, lines: Sequence[Line]
) -> list[JudgedLine]:
    """Run every line through the form of its row, then look at them together with the rows there are."""
    rows = {row.id: row for row in read_rows(session, table, filing.id)} if any_marked(lines) else {}
    filled = read_filled_slots(session, filing.id)
    judged = [_judge(session, filing, table, line, rows, filled) for line in lines]
    _judge_together(table, figures, judged)
    return judged


def can_be_stored(judged: Sequence[JudgedLine], only_good: bool) -> bool:
    """Say whether a confirmation stores anything: all lines, so that none may be bad, or the good ones."""
    has_bad = any(line.is_bad for line in judged)
    return any(line.will_be_stored for line in judged) and (only_good or not has_bad)


def any_marked(lines: Sequence[Line]) -> bool:
    return any(line.row_mark for line in lines)


def _judge(
    session: Session, filing: Filing, table: Table, line: Line, rows: Mapping[uuid.UUID, Any],
    filled: Mapping[uuid.UUID, set[str]],
) -> JudgedLine:  # fmt: skip
    row = rows.get(line.row_id) if line.row_id else None
    form = row_form(table, line.texts, row)
    valid = judge_form(table, form)
    judged = JudgedLine(line, table, row, form, as_typed(table, form))
    if not valid:
        judged.refusals = form.refusals()
    if line.row_mark and row is None:
        judged.refusal = _why_unknown(session, filing, table, line.row_id)
    slots = filled[row.id] if row is not None else ()
    for finding in row_findings(table, judged.typed, filing, slots):
        if finding.code not in NOTED_ELSEWHERE and finding.field in form:
            judged.notes[finding.field].append(finding)
    return judged


def _why_unknown(session: Session, filing: Filing, table: Table, row_id: uuid.UUID | None) -> str:
    row = session.get(table.model, row_id) if row_id else None
    return REMOVED if row is not None and row.filing_id == filing.id else NOT_OURS


def _judge_together(table: Table, figures: Figures, judged: Sequence[JudgedLine]) -> None:
    """Apply the rules across rows as if the lines stood in the table.

    A new line that repeats a row, or a line above it, is refused: most likely it was pasted twice.
    """
    lines = {_id(line): line for line in judged}
    found: defaultdict[Finding, list[uuid.UUID]] = defaultdict(list)
    for check in kind_of(figures.filing).cross_checks:
        if table.name in check.tables:
            rows = {name: figures.rows(name) for name in check.tables}
            rows[table.name] = _as_if_stored(table, figures, lines)
            for name, row_id, finding in check.find(rows):
                if name == table.name:
                    found[finding].append(row_id)
    for finding, row_ids in found.items():
        for place, row_id in enumerate(row_ids):
            if row_id in lines:
                _note(lines[row_id], finding, repeats=place > 0)


def _as_if_stored(table: Table, figures: Figures, lines: Mapping[uuid.UUID, JudgedLine]) -> list[Any]:
    """Return the judged columns of the rows there are, with the lines in their place and the new ones last."""
    there = [lines.get(row.id, row) for row in figures.rows(table.name)]
    new = [line for line in lines.values() if line.is_new]
    return [_judged(table, row) if isinstance(row, JudgedLine) else row for row in (*there, *new)]


def _judged(table: Table, line: JudgedLine) -> SimpleNamespace:
    return SimpleNamespace(id=_id(line), **{name: getattr(line.typed, name) for name in table.judged})


def _id(line: JudgedLine) -> uuid.UUID:
    return uuid.UUID(int=line.no) if line.row is None else line.row.id


def _note(line: JudgedLine, finding: Finding, repeats: bool) -> None:
    if finding.code == "E_DUPLICATE" and line.is_new:
        if repeats and finding.field not in line.refusals:
            line.refusals[finding.field] = Refusal(finding.code, finding.message)
    else:
        line.notes[finding.field].append(finding)

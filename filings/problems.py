"""What is missing or wrong in a filing. Rows are judged when saved; everything at once before submission."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from filings.figures import Figures
from filings.finding import Finding, Problem
from filings.kind import Check, Kind, Slot, Tab, Table
from forms.base import required_marker
from models.attachment import Attachment
from models.tab_state import TabState

TAB_STATE_TEXTS = {"empty": "未开始", "in_progress": "填写中", "errors": "有错误", "done": "已完成"}


@dataclass(frozen=True)
class TabView:
    """How a tab stands: empty, in_progress, errors or done, and how many blocking problems it has."""

    tab: Tab
    state: str
    problem_count: int

    @property
    def text(self) -> str:
        text = TAB_STATE_TEXTS[self.state]
        return f"{text} {self.problem_count}" if self.state == "errors" else text


def row_findings(table: Table, row: Any, filing: Any, slots_filled: Iterable[str]) -> list[Finding]:
    """Judge one row by itself: missing answers and files, cells that must be empty, the table's checks."""
    closed = table.closed(row)
    findings = [*_closed_but_filled(table, row, closed, slots_filled)]
    findings += _missing_answers(table.fields, row, closed)
    findings += _missing_files(table.slots, row, closed, slots_filled)
    findings += _checked(table.checks, row, filing)
    return findings


def not_fillable(table: Table, row: Any) -> dict[str, Finding]:
    """Return the filled cells of a row as typed that must be empty; such a row is not saved."""
    found = _closed_but_filled(table, row, table.closed(row), ())
    return {finding.field: finding for finding in found}


def _closed_but_filled(
    table: Table, row: Any, closed: Mapping[str, str], slots_filled: Iterable[str]
) -> Iterator[Finding]:
    for name, reason in closed.items():
        filled = name in slots_filled if table.slot(name) else getattr(row, name, None) is not None
        if filled:
            yield Finding(name, "E_NOT_FILLABLE", f"该项为不可填项（{reason}），请清空")


def _missing_answers(fields: Mapping[str, Any], owner: Any, closed: Mapping[str, str]) -> Iterator[Finding]:
    for name, question in fields.items():
        marker = required_marker(question)
        if marker and name not in closed and _is_empty(getattr(owner, name)) and marker.applies_to(owner):
            yield Finding(name, "E_REQUIRED", _ask_for(question))


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or value == []


def _ask_for(question: Any) -> str:
    verb = {"choice": "请选择", "yesno": "请选择", "choices": "请至少选择一项"}
    label = question.label.text
    if question.kind == "tick":
        return "请读完后勾选"
    return f"{verb.get(question.kind, '请填写')}{'：' if question.kind == 'choices' else ''}{label}"


def _missing_files(
    slots: Iterable[Slot], owner: Any, closed: Mapping[str, str], slots_filled: Iterable[str]
) -> Iterator[Finding]:
    for slot in slots:
        if slot.name not in closed and slot.name not in slots_filled and slot.is_required(owner):
            yield Finding(slot.name, "E_REQUIRED", f"请上传{slot.label}")


def _checked(checks: Iterable[Check], owner: Any, filing: Any) -> Iterator[Finding]:
    for check in checks:
        yield from check.find(owner, filing)


def count_findings(findings: Iterable[Finding]) -> tuple[int, int]:
    """Count blocking findings: (errors besides missing answers, missing answers)."""
    blocking = [finding for finding in findings if finding.level == "error"]
    missing = sum(finding.code == "E_REQUIRED" for finding in blocking)
    return len(blocking) - missing, missing


def tab_problems(tab: Tab, filing: Any, state: TabState | None, slots_filled: set[str]) -> list[Problem]:
    """Judge what belongs to a tab itself: own answers, typed text that did not parse, own files."""
    findings = [
        Finding(name, saved["code"], saved["message"])
        for name, saved in (state.unsaved_input if state else {}).items()
    ]
    unparsed = {finding.field for finding in findings}
    findings += [f for f in _missing_answers(tab.fields, filing, {}) if f.field not in unparsed]
    findings += _missing_files(tab.slots, filing, {}, slots_filled)
    findings += _checked(tab.checks, filing, filing)
    return [_tab_problem(tab, finding) for finding in findings]


def _tab_problem(tab: Tab, finding: Finding) -> Problem:
    slot = tab.slot(finding.field)
    label = slot.label if slot else tab.fields[finding.field].label.text
    where = f"{tab.name}/{finding.field}"
    return Problem(where, finding.code, finding.message, finding.level, tab.name, label, slot is not None)


def cross_problems(kind: Kind, figures: Figures, only_table: str | None = None) -> list[Problem]:
    """Run the rules across rows; with `only_table` just those that read it."""
    problems = []
    for check in kind.cross_checks:
        if only_table is None or only_table in check.tables:
            rows = {name: figures.rows(name) for name in check.tables}
            problems += [_row_problem(kind, *found) for found in check.find(rows)]
    return problems


def _row_problem(kind: Kind, table_name: str, row_id: uuid.UUID, finding: Finding) -> Problem:
    table = kind.table(table_name)
    if table is None:
        raise KeyError(table_name)
    slot, tab = table.slot(finding.field), kind.tab_of(table)
    label = slot.label if slot else table.fields[finding.field].label.text
    where = f"{table_name}/{row_id}/{finding.field}"
    return Problem(where, finding.code, finding.message, finding.level, tab.name, label, slot is not None)


def row_problems(kind: Kind, table: Table, row: Any, filing: Any, slots: Iterable[str]) -> list[Problem]:
    """Judge one row by itself, as problems with their place."""
    return [_row_problem(kind, table.name, row.id, f) for f in row_findings(table, row, filing, slots)]


def table_problems(kind: Kind, table: Table, filing: Any, figures: Figures) -> list[Problem]:
    """Judge the table as a whole: whether it has the rows it needs."""
    if figures.count(table.name) >= table.min_rows:
        return []
    message = f"请至少添加 {table.min_rows} 行{table.noun}"
    first = next(iter(table.fields))
    return [
        Problem(f"{table.name}/new/{first}", "E_REQUIRED", message, "error", kind.tab_of(table).name,
                table.label)
    ]  # fmt: skip


def find_problems(session: Session, kind: Kind, filing: Any, figures: Figures) -> list[Problem]:
    """Judge the whole filing, in the order of its tabs; an empty list means ready to generate."""
    states, filled = read_tab_states(session, filing.id), read_filled_slots(session, filing.id)
    across = defaultdict(list)
    for problem in cross_problems(kind, figures):
        across[problem.part].append(problem)
    problems: list[Problem] = []
    for tab in kind.tabs:
        problems += tab_problems(tab, filing, states.get(tab.name), filled[filing.id])
        for table in tab.tables:
            problems += table_problems(kind, table, filing, figures)
            rows = read_rows(session, table, filing.id)
            found = [p for row in rows for p in row_problems(kind, table, row, filing, filled[row.id])]
            problems += _numbered(rows, found + across[table.name])
    return problems


def _numbered(rows: list[Any], problems: list[Problem]) -> list[Problem]:
    """Name the row in every label, 第 3 行 证明材料, and put the problems in the order of the rows."""
    seqs = {str(row.id): seq for seq, row in enumerate(rows, 1)}
    problems = [p for p in problems if p.row_id in seqs]
    named = [replace(p, label=f"第 {seqs[p.row_id or '']} 行 {p.label}") for p in problems]
    return sorted(named, key=lambda problem: seqs[problem.row_id or ""])


def view_tabs(
    kind: Kind, filing: Any, figures: Figures, states: Mapping[str, TabState], slots_filled: set[str]
) -> list[TabView]:
    """Tell the state of every tab from the counts kept on the rows: no row is read.

    `slots_filled` are those of the filing itself.
    """
    across = [problem for problem in cross_problems(kind, figures) if problem.is_blocking]
    return [
        _view_tab(kind, tab, filing, figures, states.get(tab.name), slots_filled, across) for tab in kind.tabs
    ]


def _view_tab(
    kind: Kind, tab: Tab, filing: Any, figures: Figures, state: TabState | None, slots_filled: set[str],
    across: list[Problem],
) -> TabView:  # fmt: skip
    own = [p for p in tab_problems(tab, filing, state, slots_filled) if p.is_blocking]
    own += [p for table in tab.tables for p in table_problems(kind, table, filing, figures)]
    tallies = [figures.tallies[table.name] for table in tab.tables]
    errors = sum(not p.is_missing for p in own) + sum(tally.error_count for tally in tallies)
    errors += sum(problem.tab == tab.name for problem in across)
    missing = sum(p.is_missing for p in own) + sum(tally.missing_count for tally in tallies)
    was_saved = state is not None and state.saved_at is not None
    stored = was_saved or _has_stored(tab, filing, tallies, slots_filled)
    return TabView(tab, _state(errors, missing, stored), errors + missing)


def _has_stored(tab: Tab, filing: Any, tallies: list[Any], slots_filled: set[str]) -> bool:
    return (
        any(tally.count for tally in tallies)
        or any(slot.name in slots_filled for slot in tab.slots)
        or any(not _is_empty(getattr(filing, name)) for name in tab.fields)
    )


def _state(errors: int, missing: int, stored: bool) -> str:
    if errors:
        return "errors"
    if not missing and stored:
        return "done"
    return "in_progress" if stored else "empty"


def read_rows(session: Session, table: Table, filing_id: uuid.UUID) -> list[Any]:
    """Read all live rows of a table in their order."""
    model = table.model
    live = select(model).where(model.filing_id == filing_id, model.removed_at.is_(None))
    return list(session.scalars(live.order_by(model.place, model.id)))


def read_tab_states(session: Session, filing_id: uuid.UUID) -> dict[str, TabState]:
    states = session.scalars(_tab_states, {"filing_id": filing_id})
    return {state.tab: state for state in states}


def read_filled_slots(
    session: Session, filing_id: uuid.UUID, owner_id: uuid.UUID | None = None
) -> defaultdict[uuid.UUID, set[str]]:
    """Map owners (rows, or the filing itself) to the slots that hold a file; one owner if asked so."""
    query = _filled_slots if owner_id is None else _filled_slots_of
    filled: defaultdict[uuid.UUID, set[str]] = defaultdict(set)
    for owner, slot in session.execute(query, {"filing_id": filing_id, "owner_id": owner_id}):
        filled[owner].add(slot)
    return filled


# Kept, because building a statement takes as long as sending it.
_tab_states = select(TabState).where(TabState.filing_id == bindparam("filing_id"))
_filled_slots = select(Attachment.owner_id, Attachment.slot).where(
    Attachment.filing_id == bindparam("filing_id")
)
_filled_slots_of = _filled_slots.where(Attachment.owner_id == bindparam("owner_id"))

"""A draft filled as its pages fill it: typed text goes through the forms, rules answer with codes."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from filings import editing
from filings.derive import derive, judge
from filings.figures import load_figures
from filings.kinds import kind_of
from filings.problems import TabView, find_problems, read_filled_slots, read_tab_states, view_tabs
from filings.rowforms import judge_form
from models.filing import Filing
from models.stored_file import StoredFile
from tests.build import NOW, SYSTEM

PLACEHOLDER = StoredFile(
    sha256="0" * 64, size=1, clean_sha256="0" * 64, clean_size=1, pages=1, notes=[],
    created_at=datetime(2021, 11, 10, tzinfo=UTC),
)  # fmt: skip


class Draft:
    """One filing under test."""

    def __init__(self, session: Session, filing: Filing) -> None:
        self.session, self.filing, self.kind = session, filing, kind_of(filing)

    def refused(self, table_name: str, **typed: Any) -> list[str]:
        """Return the codes for which a row is not even saved."""
        table = self.kind.table(table_name)
        form = table.form(MultiDict(typed))
        judge_form(table, form)
        return sorted(refusal.code for refusal in form.refusals().values())

    def add(self, table_name: str, *, files: bool = True, **typed: Any) -> Any:
        """Add a row as typed, its required files attached unless told otherwise."""
        table = self.kind.table(table_name)
        form = table.form(MultiDict(typed))
        assert judge_form(table, form), form.errors
        row = editing.add_row(self.session, self.filing, table, form, SYSTEM, NOW)
        if files:
            for slot in table.slots:
                if slot.name not in table.closed(row) and slot.is_required(row):
                    self.attach(slot.name, table, row)
        self.session.commit()
        return row

    def attach(self, slot: str, table: Any = None, row: Any = None) -> None:
        file = self.session.get(StoredFile, PLACEHOLDER.sha256) or StoredFile(
            **{column.key: getattr(PLACEHOLDER, column.key) for column in StoredFile.__table__.columns}
        )
        editing.attach(self.session, self.filing, table, row, slot, "证明.pdf", file, SYSTEM, NOW)

    def save(self, tab_name: str, **typed: Any) -> dict[str, str]:
        """Save a tab as typed; return the codes of what did not parse."""
        tab = self.kind.tab(tab_name)
        refusals: dict[str, Any] = {}
        if tab.form:
            form = tab.form(MultiDict(typed))
            form.validate()
            refusals = editing.save_tab(self.session, self.filing, tab, form, None, SYSTEM, NOW)
        editing.confirm_tab(self.session, self.filing, tab, SYSTEM, NOW)
        self.session.commit()
        return {name: refusal.code for name, refusal in refusals.items()}

    def figures(self) -> Any:
        return load_figures(self.session, self.kind, self.filing)

    def values(self) -> dict[str, str]:
        return {name: value.plain for name, value in derive(self.kind, self.figures()).items()}

    def texts(self) -> dict[str, str]:
        return {name: value.text for name, value in derive(self.kind, self.figures()).items()}

    def conditions(self) -> dict[str, str]:
        return {view.code: view.state for view in judge(self.kind, self.figures())}

    def problems(self, part: str = "") -> list[str]:
        """Return the codes that stand in the way of submission, of one tab or table when named."""
        found = find_problems(self.session, self.kind, self.filing, self.figures())
        return sorted(p.code for p in found if p.is_blocking and part in ("", p.part, p.tab))

    def row_problems(self, row: Any) -> list[tuple[str, str]]:
        """Return (field, code) of everything blocking at one row."""
        found = find_problems(self.session, self.kind, self.filing, self.figures())
        return sorted((p.field, p.code) for p in found if p.row_id == str(row.id) and p.is_blocking)

    def warnings(self) -> list[str]:
        found = find_problems(self.session, self.kind, self.filing, self.figures())
        return sorted(p.code for p in found if not p.is_blocking)

    def tab_states(self) -> dict[str, tuple[str, int]]:
        return {view.tab.name: (view.state, view.problem_count) for view in self.tabs()}

    def tabs(self) -> list[TabView]:
        states = read_tab_states(self.session, self.filing.id)
        filled = read_filled_slots(self.session, self.filing.id, self.filing.id)[self.filing.id]
        return view_tabs(self.kind, self.filing, self.figures(), states, filled)

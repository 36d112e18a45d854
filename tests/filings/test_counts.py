"""The counts kept on rows agree with judging everything anew, whatever was done in whatever order."""

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from blueprints.filing.rows import judge_form
from filings import editing
from filings.finding import Problem
from filings.kind import Table
from filings.problems import find_problems
from forms.fields import FilingField
from models.attachment import Attachment
from tests.build import NOW, SYSTEM, build_filing, valid_uscc
from tests.drafting import Draft

DAYS = ["", "2019-04-30", "2019-05-01", "2020-03-01", "2020-11-01", "2021-06-01", "2021-10-31", "2021-11-01"]
NAMES = ["", "甲", "乙", "丙"]
BASIC_INFO = {"makerspace_name": "启航", "makerspace_type": "professional", "contact_mobile": "13800000000"}


class Storm(Draft):
    """Somebody who does anything at any time."""

    def __init__(self, session: Session, seed: int) -> None:
        super().__init__(session, build_filing(session))
        self.dice = random.Random(seed)
        self.done = Counter[str]()

    def act(self) -> None:
        acts = [self.add_any, self.add_any, self.edit_any, self.edit_any, self.remove_any, self.restore_any,
                self.attach_any, self.attach_any, self.detach_any, self.change_start, self.save_any_tab]  # fmt: skip
        act = self.dice.choice(acts)
        if act():
            self.done[act.__name__] += 1
        self.session.commit()

    def add_any(self) -> bool:
        table = self.dice.choice(self.kind.tables)
        form = table.form(MultiDict(self.typed(table)))
        if judge_form(table, form):
            editing.add_row(self.session, self.filing, table, form, SYSTEM, NOW)
            return True
        return False

    def edit_any(self) -> bool:
        table, row = self.any_row(removed=False)
        if row is None:
            return False
        form = table.form(MultiDict(self.typed(table)))
        if judge_form(table, form):
            editing.save_row(self.session, self.filing, table, row, form, None, SYSTEM, NOW)
            return True
        return False

    def remove_any(self) -> bool:
        _, row = self.any_row(removed=False)
        if row is not None:
            editing.remove_row(self.session, self.filing, row, SYSTEM, NOW)
        return row is not None

    def restore_any(self) -> bool:
        table, row = self.any_row(removed=True)
        if row is not None:
            editing.restore_row(self.session, self.filing, table, row, SYSTEM, NOW)
        return row is not None

    def attach_any(self) -> bool:
        if self.dice.random() < 0.2:
            self.attach(self.dice.choice([slot.name for tab in self.kind.tabs for slot in tab.slots]))
            return True
        table, row = self.any_row(removed=False)
        if row is not None and table.slots:
            self.attach(self.dice.choice(table.slots).name, table, row)
        return row is not None

    def detach_any(self) -> bool:
        table, row = self.any_row(removed=False)
        slots = select(Attachment).where(Attachment.owner_id == row.id) if row is not None else None
        attachment = self.session.scalars(slots).first() if slots is not None else None
        if attachment is not None:
            editing.detach(self.session, self.filing, table, row, attachment, SYSTEM, NOW)
        return attachment is not None

    def change_start(self) -> bool:
        day = self.dice.choice([*DAYS, "2020-02-30", "不知道"])
        self.save("basic_info", **BASIC_INFO, operation_started_on=day)
        return True

    def save_any_tab(self) -> bool:
        tab = self.dice.choice([tab for tab in self.kind.tabs if tab.name != "basic_info"])
        self.save(tab.name, **{name: self.answer(field) for name, field in tab.fields.items()})
        return True

    def any_row(self, *, removed: bool) -> tuple[Table, Any]:
        table = self.dice.choice(self.kind.tables)
        model = table.model
        state = model.removed_at.is_not(None) if removed else model.removed_at.is_(None)
        rows = self.session.scalars(select(model).where(state).order_by(model.place, model.id)).all()
        return table, self.dice.choice(rows) if rows else None

    def typed(self, table: Table) -> dict[str, Any]:
        answers = {name: self.answer(field) for name, field in table.fields.items()}
        if self.dice.random() < 0.7:  # mostly what may be saved: closed cells empty
            form = table.form(MultiDict(answers))
            form.validate()
            row = table.model(**{field.name: field.data for field in form})
            answers |= {name: "" for name in table.closed(row) if name in answers}
        return answers

    def answer(self, field: FilingField) -> Any:
        """Type something into a field: empty, right, or right for the type only."""
        pool: dict[str, list[Any]] = {
            "date": DAYS, "number": ["", "0", "1", "16", "30", "30.5"], "long": ["", "文字"],
            "code": ["", valid_uscc(1), valid_uscc(2)], "tick": ["", "yes"], "yesno": ["", "yes", "no"],
        }  # fmt: skip
        if field.kind in ("choice", "choices"):
            return self.dice.choice(["", *dict(field.choices)]) or []
        return self.dice.choice(pool.get(field.kind, NAMES))

    def compare(self) -> None:
        """Compare the sums of what the rows say with what judging everything anew finds."""
        self.session.expire_all()
        figures = self.figures()
        blocking = [
            problem
            for problem in find_problems(self.session, self.kind, self.filing, figures)
            if problem.is_blocking
        ]
        for view in self.tabs():
            own = [problem for problem in blocking if problem.tab == view.tab.name]
            assert (view.tab.name, view.problem_count) == (view.tab.name, len(own)), own
            assert (view.state == "errors") == any(not problem.is_missing for problem in own)
            assert view.state != "done" or not own
        for table in self.kind.tables:
            self.compare_table(table, figures.tallies[table.name], blocking)

    def compare_table(self, table: Table, tally: Any, blocking: list[Problem]) -> None:
        found = [p for p in blocking if p.part == table.name and p.row_id != "new"]
        across = ("E_DUPLICATE", "E_LINK_MISSING", "E_LINK_MISMATCH")
        assert tally.missing_count == sum(problem.is_missing for problem in found)
        assert tally.error_count == sum(not p.is_missing and p.code not in across for p in found)
        live = (table.model.filing_id == self.filing.id, table.model.removed_at.is_(None))
        assert tally.count == self.session.scalar(select(func.count()).where(*live))


@pytest.mark.parametrize("seed", range(6))
def test_counts_agree_after_everything_one_may_do(session: Session, seed: int) -> None:
    storm = Storm(session, seed)
    for _ in range(60):
        storm.act()
        storm.compare()
    assert set(storm.done) >= {"add_any", "edit_any", "remove_any", "attach_any", "change_start"}


def test_a_row_that_was_away_while_the_start_changed_is_judged_again(session: Session) -> None:
    draft = Draft(session, build_filing(session))
    draft.save("basic_info", operation_started_on="2019-05-01")
    team = {"team_name": "甲", "leader_name": "乙", "moved_in_on": "2019-06-01", "team_status": "in_space",
            "member_count": "3", "has_financing": "no"}  # fmt: skip
    row = draft.add("teams", **team)
    table = draft.kind.table("teams")
    editing.remove_row(session, draft.filing, row, SYSTEM, NOW)
    draft.save("basic_info", operation_started_on="2019-07-01")
    editing.restore_row(session, draft.filing, table, row, SYSTEM, NOW + timedelta(minutes=1))
    session.commit()
    assert draft.tab_states()["incubation"] == ("errors", 1)
    assert draft.problems("teams") == ["E_OUT_OF_PERIOD"]

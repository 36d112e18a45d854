"""Whatever happens to units, administrators and grants: nobody can do more for a unit than the unit itself."""

import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copy

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from accounts.granted import administrator_of
from accounts.granting import Grantor, GrantRefused, Right, dismiss, grantable_rights, save_rights
from blueprints.identity import ActingUnit, units_of
from clock import SHANGHAI
from extensions import db
from models.account import Account
from models.event import Actor
from models.grant import Grant
from models.notification import accounts_for
from models.service_permission import ServicePermission, acquire
from models.unit import Unit
from tests.build import NOW, build_account, build_person, build_unit

ITEMS = ("incubation", "human_genetics", "tech_sme")
RIGHTS = [Right("unit_admin"), Right("unit_maintainer"), *(Right("item_handler", item) for item in ITEMS)]
numbers = st.integers(0, 1)  # of units
people = st.integers(0, 2)
some_rights = st.dictionaries(st.sampled_from(RIGHTS), st.sampled_from([0, 40, 400, 1000]), max_size=4)


class Granting(RuleBasedStateMachine):
    """Two units, three people; `holdings` is what the test itself knows of the units."""

    session: Session

    @initialize()
    def begin(self) -> None:
        self.session = db.session()
        self.day = NOW.astimezone(SHANGHAI).date()
        self.units = [build_unit(self.session, real_name_state="none") for _ in range(2)]
        self.accounts = [build_account(self.session, unit=unit) for unit in self.units]
        self.people = [build_person(self.session) for _ in range(3)]
        self.holdings: dict[uuid.UUID, set[str]] = {unit.id: set() for unit in self.units}
        for unit in range(2):
            for item in ITEMS[:2]:
                self.enter(unit, item)
            self.unit_grants(unit, 0, {Right("unit_admin"): 400}, is_forged=False)
            self.administrator_grants(unit, 0, 1, {Right("item_handler", ITEMS[unit]): 300}, is_forged=False)

    @property
    def now(self) -> datetime:
        return NOW + (self.day - NOW.astimezone(SHANGHAI).date())

    @rule(unit=numbers, item=st.sampled_from(ITEMS))
    def enter(self, unit: int, item: str) -> None:
        acquire(self.session, self.units[unit].id, item, None, self.now)
        self.holdings[self.units[unit].id].add(item)

    @rule(unit=numbers, item=st.sampled_from(ITEMS))
    def lose(self, unit: int, item: str) -> None:
        mine = ServicePermission.unit_id == self.units[unit].id
        self.session.execute(delete(ServicePermission).where(mine, ServicePermission.item == item))
        self.session.expire_all()
        self.holdings[self.units[unit].id].discard(item)

    @rule(unit=numbers, is_active=st.booleans())
    def disable_unit(self, unit: int, is_active: bool) -> None:
        self.units[unit].is_active = is_active

    @rule(person=people, state=st.sampled_from(["active", "disabled"]))
    def disable_person(self, person: int, state: str) -> None:
        self.people[person].state = state

    @rule(days=st.sampled_from([1, 6, 50]))
    def wait(self, days: int) -> None:
        self.day += timedelta(days=days)

    @rule(unit=numbers, person=people, wanted=some_rights, is_forged=st.booleans())
    def unit_grants(self, unit: int, person: int, wanted: dict[Right, int], is_forged: bool) -> None:
        account = self.accounts[unit]
        grantor = Grantor(self.units[unit], Actor(account.id, account.login_name, "legal"))
        self._grant(grantor, self.people[person], wanted, None, is_forged)

    @rule(unit=numbers, giver=people, person=people, wanted=some_rights, is_forged=st.booleans())
    def administrator_grants(
        self, unit: int, giver: int, person: int, wanted: dict[Right, int], is_forged: bool
    ) -> None:
        admin = self.people[giver]
        source = administrator_of(self.session, self.units[unit].id, admin.id, self.day)
        if source is None or admin.state != "active":
            return
        grantor = Grantor(self.units[unit], Actor(admin.id, admin.login_name, "unit_admin"), source)
        self._grant(grantor, self.people[person], wanted, admin.id, is_forged)

    def _grant(
        self,
        grantor: Grantor,
        person: Account,
        wanted: dict[Right, int],
        giver: uuid.UUID | None,
        is_forged: bool,
    ) -> None:
        """Grant what the page offers, or with a forged form whatever is wanted."""
        offered = grantable_rights(self.session, grantor)
        asked = {
            right: self.day + timedelta(days=days)
            for right, days in wanted.items()
            if is_forged or right in offered
        }
        with suppress(GrantRefused):
            save_rights(self.session, grantor, person, asked, self.now)
            held = self.holdings[grantor.unit.id]
            assert all(right.role != "item_handler" or right.item in held for right in asked)
            assert grantor.unit.is_active
            assert person.state == "active"
            if giver is not None:
                assert person.id != giver
                assert all(right.role == "item_handler" for right in asked)
                assert grantor.source is not None
                assert all(last <= grantor.source.valid_to for last in asked.values())

    @rule(unit=numbers, person=people, keep=st.booleans())
    def leave(self, unit: int, person: int, keep: bool) -> None:
        account = self.accounts[unit]
        grantor = Grantor(self.units[unit], Actor(account.id, account.login_name, "legal"))
        dismiss(self.session, grantor, self.people[person], self.now, "已离职", keep_derived=keep)
        assert _rights_in(self.units[unit], units_of(self.people[person].id, self.day)) == set()

    @rule(unit=numbers, person=people)
    def forget_the_source(self, unit: int, person: int) -> None:
        """What an operator might do by hand in the database: end administrators without ending what they gave."""
        mine = (Grant.unit_id == self.units[unit].id, Grant.grantee_id == self.people[person].id)
        self.session.execute(update(Grant).where(*mine, Grant.role == "unit_admin").values(state="disabled"))
        self.session.expire_all()

    @invariant()
    def nobody_can_do_more_than_his_unit(self) -> None:
        if not hasattr(self, "units"):
            return
        self.session.flush()
        may = {person.id: units_of(person.id, self.day) for person in self.people}
        for unit in self.units:
            rights = {person.id: _rights_in(unit, may[person.id]) for person in self.people}
            held = self.holdings[unit.id] if unit.is_active else set()
            assert {right.item for some in rights.values() for right in some if right.item} <= held
            assert unit.is_active or not any(rights.values())
            active = {person.id for person in self.people if person.state == "active"}
            administrators = {one for one in active if Right("unit_admin") in rights[one]}
            for person_id, some in rights.items():
                self._check_sources(unit, person_id, some, administrators)
            told = {account.id for account in accounts_for(self.session, unit, self.now)} - {
                account.id for account in self.accounts
            }
            assert told == {one for one in active if Right("item_handler", "incubation") in rights[one]}

    def _check_sources(
        self, unit: Unit, person_id: uuid.UUID, rights: set[Right], administrators: set[uuid.UUID]
    ) -> None:
        """A right that counts has a grant in its time, from the unit or from somebody who still administers."""
        mine = select(Grant).where(
            Grant.unit_id == unit.id, Grant.grantee_id == person_id, Grant.state == "active"
        )
        grants = self.session.scalars(mine).all() if rights else []
        for right in rights:
            assert any(
                Right(*one.right) == right and one.valid_from <= self.day <= one.valid_to
                and (one.source_id is None or self._giver(one) in administrators)
                for one in grants
            )  # fmt: skip

    def _giver(self, grant: Grant) -> uuid.UUID:
        return self.session.get_one(Grant, grant.source_id).grantee_id

    def teardown(self) -> None:
        db.session.rollback()


def _rights_in(unit: Unit, acting: tuple[ActingUnit, ...]) -> set[Right]:
    """Return what the product would let somebody do for the unit in a request."""
    mine = next((one for one in acting if one.id == unit.id), None)
    if mine is None:
        return set()
    roles = {Right(role) for role in mine.roles & {"unit_admin", "unit_maintainer"}}
    return roles | {Right("item_handler", item) for item in mine.items}


@pytest.fixture
def sqlite(sqlite_template: Path, tmp_path: Path) -> Iterator[None]:
    """One database for all runs: each builds units and people of its own."""
    copy(sqlite_template, tmp_path / "grants.sqlite3")
    db.connect(f"sqlite:///{tmp_path / 'grants.sqlite3'}")
    yield
    db.close()
    db.engine.dispose()


def play(runs: int, steps: int) -> None:
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        Granting,
        settings=settings(
            max_examples=runs, stateful_step_count=steps, deadline=None, suppress_health_check=checks,
            database=None, derandomize=True,
        ),
    )  # fmt: skip


def test_nobody_can_do_more_for_a_unit_than_the_unit(sqlite: None) -> None:
    """1,000 steps, the same in every run."""
    play(runs=20, steps=50)


@pytest.mark.long
def test_nobody_can_do_more_for_a_unit_than_the_unit_for_long(sqlite: None) -> None:
    play(runs=200, steps=100)

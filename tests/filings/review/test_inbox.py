"""What each office sees, against a reference that walks every tree by hand."""

import uuid
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

import models  # noqa: F401
import policies
from filings.kinds import KINDS
from filings.review.dashboard import read_dashboard
from filings.review.queue import wanted_ids
from filings.review.wanted import Wanted
from filings.routing import jurisdiction
from models.base import Base
from models.filing import Filing
from models.makerspace_filing import MakerspaceFiling
from models.moves import Status
from models.office import LEVELS, Office
from models.region import Region
from tests.build import NOW, build_batch, build_unit
from tests.reviewing import filings_before

STATUSES = [status.value for status in Status]


@dataclass(frozen=True)
class Laid:
    """A filing as a history could have left it: where it lies, how low it began, how high it came."""

    place: str
    status: str
    first: str | None
    reached: str | None


@dataclass(frozen=True)
class World:
    parents: dict[str, str | None]
    offices: list[tuple[str, str]]
    filings: list[Laid]
    copy_levels: tuple[str, ...]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    size = draw(st.integers(1, 9))
    parents: dict[str, str | None] = {"000000": None}
    for number in range(1, size):
        parents[f"{number:06}"] = f"{draw(st.integers(0, number - 1)):06}"
    places, levels = st.sampled_from(sorted(parents)), st.sampled_from(LEVELS)
    ways = draw(
        st.lists(st.tuples(places, st.sampled_from(STATUSES), levels, levels, st.booleans()), max_size=6)
    )
    filings = [
        Laid(place, status, *(sorted((one, other), key=LEVELS.index) if was_seen else (None, None)))
        for place, status, one, other, was_seen in ways
    ]
    offices = draw(st.lists(st.tuples(levels, places), min_size=1, max_size=6))
    return World(parents, offices, filings, tuple(draw(st.sets(levels))))


def may_see(world: World, office: tuple[str, str], laid: Laid) -> bool:
    """Say by hand whether an office may read a filing: the access rule word for word."""
    level, region = office
    code: str | None = laid.place
    while code is not None and code != region:
        code = world.parents[code]
    if code is None or laid.status in ("draft", "withdrawn"):
        return False
    if laid.status == "approved" and level in world.copy_levels:
        return True
    if laid.first is None or laid.reached is None:
        return False
    return LEVELS.index(laid.first) <= LEVELS.index(level) <= LEVELS.index(laid.reached)


def _engine() -> Engine:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    Base.metadata.create_all(engine)
    return engine


_ENGINE = _engine()


@settings(max_examples=50, deadline=None)
@given(world=worlds())
def test_what_each_office_sees_equals_the_rule_walked_by_hand(world: World) -> None:
    kind = KINDS["makerspace"]
    object.__setattr__(kind, "copy_levels", world.copy_levels)
    try:
        with Session(_ENGINE, expire_on_commit=False) as session, session.begin():
            outer = session.begin_nested()
            offices, filings = _build(session, world)
            for office, where in zip(offices, world.offices, strict=True):
                seen = filings_before(session, office)
                expected = {
                    f for f, laid in zip(filings, world.filings, strict=True) if may_see(world, where, laid)
                }
                assert seen == expected
                assert seen == {filing for filing in filings if _says_the_policy(session, office, filing)}
                listed = wanted_ids(session, office, Wanted(desk="all"), uuid.uuid4(), NOW)
                assert sorted(listed) == sorted(filing.id for filing in expected)
                counted = read_dashboard(session, office, None, NOW)
                assert counted.total == sum(bar.count for bar in counted.regions) == len(expected)
            outer.rollback()
            session.rollback()
    finally:
        object.__setattr__(kind, "copy_levels", ())


def _build(session: Session, world: World) -> tuple[list[Office], list[Filing]]:
    session.add_all(
        Region(code=code, name=code, level="city", geo_parent_code=parent, admin_parent_code=parent)
        for code, parent in world.parents.items()
    )
    session.flush()
    offices = [Office(name=f"{level}/{code}", level=level, region_code=code) for level, code in world.offices]
    session.add_all(offices)
    session.commit = session.flush  # type: ignore[method-assign]  # the builders commit; here nothing stays
    unit, batch = build_unit(session, region_code="000000"), build_batch(session)
    filings: list[Filing] = [
        MakerspaceFiling(
            serial=number, batch=batch, unit=unit, name=str(number), region_code=laid.place, status=laid.status,
            first_level=laid.first, reached_level=laid.reached, created_at=NOW, updated_at=NOW, submitted_at=NOW,
        )
        for number, laid in enumerate(world.filings, 1)
    ]  # fmt: skip
    session.add_all(filings)
    session.flush()
    return offices, filings


def _says_the_policy(session: Session, office: Office, filing: Filing) -> bool:
    return policies.may_review(
        office.level, office.region_code, jurisdiction=jurisdiction(session, filing.region_code),
        status=filing.status, first_level=filing.first_level, reached_level=filing.reached_level,
        copy_levels=KINDS[filing.kind].copy_levels,
    )  # fmt: skip

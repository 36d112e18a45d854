from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from extensions import clock
from filings.reminders import remind_of_deadlines
from jobs import periodic
from models.idempotency_key import IdempotencyKey, VisitorKey
from models.notification import Notification
from models.periodic_run import claim_day
from tests.build import NOW, build_account, build_filing, build_unit

DEADLINE_EVE = datetime.fromisoformat("2021-11-29T09:00+08:00")


@pytest.fixture(autouse=True)
def _nothing_done() -> Iterator[None]:
    periodic._done.clear()
    yield
    periodic._done.clear()


def test_a_day_is_claimed_once(session: Session) -> None:
    day = NOW.date()
    assert claim_day(session, "digest", day)
    assert not claim_day(session, "digest", day)
    assert not claim_day(session, "digest", day - timedelta(days=1))
    assert claim_day(session, "digest", day + timedelta(days=1))
    assert not claim_day(session, "digest", day), "a machine that is behind"
    assert claim_day(session, "digest", day + timedelta(days=400))
    assert claim_day(session, "digest", day), "a clock that was wrong"


@pytest.mark.parametrize(
    ("when", "count"),
    [
        ("2021-11-16T08:00+08:00", 1),  # 14 days before the 30th
        ("2021-11-17T08:00+08:00", 0),
        ("2021-11-29T23:59+08:00", 1),  # the eve
        ("2021-11-30T08:00+08:00", 0),  # the day itself
        ("2021-12-01T08:00+08:00", 0),
    ],
)
def test_units_are_reminded_on_certain_days(session: Session, when: str, count: int) -> None:
    build_filing(session)
    assert remind_of_deadlines(session, datetime.fromisoformat(when)) == count


def test_the_worker_reminds_once_a_day_after_eight(app: Flask, session: Session) -> None:
    unit = build_unit(session)
    build_account(session, unit=unit)
    build_filing(session, unit)
    clock.move_to(DEADLINE_EVE.replace(hour=7))
    periodic.run_due()
    assert notices(session) == 0
    clock.move_to(DEADLINE_EVE)
    periodic.run_due()
    periodic._done.clear()  # as in another worker
    periodic.run_due()
    assert notices(session) == 1


def test_keys_of_forms_are_forgotten_after_a_month(app: Flask, session: Session) -> None:
    account = build_account(session)
    for days in (29, 31):
        facts = {"key": f"{days} days", "path": "/", "created_at": datetime.now(UTC) - timedelta(days=days)}
        session.add(IdempotencyKey(account_id=account.id, **facts))
        session.add(VisitorKey(visitor="somebody", **facts))
    session.commit()
    clock.move_to(DEADLINE_EVE)
    periodic.run_due()
    session.rollback()
    assert session.scalars(select(IdempotencyKey.key)).all() == ["29 days"]
    assert session.scalars(select(VisitorKey.key)).all() == ["29 days"]


def test_work_that_breaks_is_left_to_the_next_sweep(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_session: Session, _now: datetime) -> int:
        raise RuntimeError("no disk")

    clock.move_to(DEADLINE_EVE)
    daily = periodic.Daily("test", time(8), broken)
    monkeypatch.setattr(periodic, "DAILY", (daily,))
    periodic.run_due()
    assert periodic._done == {}
    assert claim_day(session, "test", DEADLINE_EVE.date())


def test_a_clock_that_leaps_ends_nothing_on_its_first_day(app: Flask, session: Session) -> None:
    filing = build_filing(session)
    session.commit()
    for day, status in (
        (DEADLINE_EVE, "draft"),
        (DEADLINE_EVE + timedelta(days=400), "draft"),
        (DEADLINE_EVE, "draft"),
        (DEADLINE_EVE + timedelta(days=1), "draft"),
        (DEADLINE_EVE + timedelta(days=2), "void"),
    ):
        clock.move_to(day)
        periodic.run_due()
        session.refresh(filing)
        assert filing.status == status, day
        session.rollback()


def notices(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Notification)) or 0

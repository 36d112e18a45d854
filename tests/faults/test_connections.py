"""PostgreSQL drops every connection in the middle of an act: it is done once, and nothing of it is lost."""

import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.event import Event
from models.job import Job
from models.makerspace_filing import MakerspaceFiling
from models.material_version import MaterialVersion
from tests.browsing import Clerk
from tests.completing import VENUE, offices
from tests.faults.failing import Fail, count, dropped_connections, fails_at, full_disk, send_again
from tests.submitting import complete, finished_version

# SQLite has no connections that somebody could drop.
pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@dataclass(frozen=True)
class Made:
    """How much there is of what must be made once."""

    versions: int = 0
    jobs: int = 0
    submissions: int = 0


def made(session: Session) -> Made:
    session.rollback()
    submissions = select(func.count(Event.id)).where(Event.act == "submit")
    counts = [select(func.count(MaterialVersion.id)), select(func.count(Job.id)), submissions]
    found = Made(*(session.scalar(query) or 0 for query in counts))
    session.rollback()
    return found


def completed(clerk: Clerk, session: Session) -> str:
    """Open a filing and fill it past the pages."""
    filing = clerk.open_filing()
    complete(session, session.get_one(MakerspaceFiling, uuid.UUID(filing.rsplit("/", 1)[1])))
    session.rollback()
    return filing


def ready(clerk: Clerk, session: Session) -> tuple[str, dict[str, Any]]:
    """Return a filing with a finished version, and what hands it in."""
    filing = completed(clerk, session)
    finished_version(session, session.scalars(select(MakerspaceFiling)).one())
    office = offices(clerk, filing)[0]
    session.rollback()
    return filing, {"receiving_office": office, "confirm_conditions": "yes", "idempotency_key": "one"}


def test_a_row_is_stored_once_though_the_connection_was_dropped_while_it_was_answered(
    clerk: Clerk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    filing = clerk.open_filing()
    answers = VENUE | {"address": "甲", "idempotency_key": "one"}
    session.rollback()
    fails_at(monkeypatch, "filings.figures", "figures_loaded", dropped_connections)
    assert clerk.post(f"{filing}/venue_rows", answers, htmx=True).status_code == 503
    assert count(session, "甲") == 1
    assert clerk.post(f"{filing}/venue_rows", answers, htmx=True).status_code == 201
    assert count(session, "甲") == 1


@pytest.mark.parametrize(
    ("module", "point"),
    [
        ("filings.submission", "version_frozen"),
        pytest.param("jobs.queue", "job_noted", marks=pytest.mark.long),
    ],
)
def test_a_version_whose_connection_was_dropped_is_asked_for_again(
    module: str, point: str, clerk: Clerk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    filing = completed(clerk, session)
    fails_at(monkeypatch, module, point, dropped_connections)
    answer = clerk.post(f"{filing}/materials", {"idempotency_key": "one"})
    assert (answer.status_code, made(session)) == (503, Made())
    assert send_again(clerk, answer).status_code == 303
    assert made(session) == Made(versions=1, jobs=1)


@pytest.mark.parametrize(
    ("module", "point"),
    [
        pytest.param("filings.submission", "submission_judged", marks=pytest.mark.long),
        pytest.param("models.filing", "filing_moved", marks=pytest.mark.long),
        ("filings.submission", "filing_submitted"),
    ],
)
def test_a_submission_whose_connection_was_dropped_is_sent_again(
    module: str, point: str, clerk: Clerk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    filing, answers = ready(clerk, session)
    fails_at(monkeypatch, module, point, dropped_connections)
    answer = clerk.post(f"{filing}/submission", answers)
    assert (answer.status_code, made(session).submissions) == (503, 0)
    assert send_again(clerk, answer).status_code == 303
    assert made(session).submissions == 1


@pytest.mark.parametrize("fail", [dropped_connections, full_disk])
@pytest.mark.parametrize(
    ("act", "module", "point"),
    [
        pytest.param("materials", "blueprints.filing.materials", "version_committed", marks=pytest.mark.long),
        ("submission", "blueprints.filing.submission", "submission_committed"),
    ],
)
def test_what_is_committed_is_done_once_though_nobody_heard_of_it(
    act: str, module: str, point: str, fail: Fail, clerk: Clerk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """Without its connection a request still says what it did; where its answer is lost, it is sent again."""
    filing, answers = ready(clerk, session)
    before = made(session)
    fails_at(monkeypatch, module, point, fail)
    answer = clerk.post(f"{filing}/{act}", answers)
    done = made(session)
    assert answer.status_code == (303 if fail is dropped_connections else 507)
    assert done != before
    again = send_again(clerk, answer) if fail is full_disk else clerk.post(f"{filing}/{act}", answers)
    assert (again.status_code, made(session)) == (303, done)

"""A database or a disk that refuses in the middle: a Chinese page, what was typed still there, nothing half-done."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from config import Settings
from extensions import db
from files.storage import storage_from_url
from models.attachment import Attachment
from models.login_session import LoginSession
from models.venue import Venue
from tests.browsing import Clerk
from tests.completing import VENUE, small_pdf
from tests.faults.failing import (
    Fail,
    count,
    dropped_connections,
    fails_at,
    full_disk,
    read_only,
    said,
    send_again,
)


def needs_a_server(session: Session) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no connections that somebody could drop")
    session.rollback()


@pytest.mark.parametrize(
    ("fail", "status", "words"),
    [
        (dropped_connections, 503, "系统暂时不可用"),
        (full_disk, 507, "磁盘已满"),
        (read_only, 507, "不能写入"),
    ],
)
@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_a_row_that_could_not_be_stored_is_sent_again(
    fail: Fail, status: int, words: str, htmx: bool, clerk: Clerk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    if fail is dropped_connections:
        needs_a_server(session)
    filing = clerk.open_filing()
    answers = VENUE | {"address": "一号楼\n二层", "idempotency_key": "one"}
    session.rollback()
    fails_at(monkeypatch, "filings.editing", "row_stored", fail)
    answer = clerk.post(f"{filing}/venue_rows", answers, htmx=htmx)
    assert (answer.status_code, words in said(answer)) == (status, True)
    assert "010-88656315" in said(answer)
    assert session.scalar(select(func.count(Venue.id))) == 0
    session.rollback()
    again = clerk.post(f"{filing}/venue_rows", answers, htmx=True) if htmx else send_again(clerk, answer)
    assert again.status_code == (201 if htmx else 303)
    [row] = session.scalars(select(Venue))
    assert row.area_total == 600


def test_an_answer_lost_after_the_commit_is_sent_again_without_effect(
    clerk: Clerk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    filing = clerk.open_filing()
    fails_at(monkeypatch, "blueprints.filing.rows", "row_committed", full_disk)
    answer = clerk.post(f"{filing}/venue_rows", VENUE | {"address": "甲", "idempotency_key": "one"})
    assert answer.status_code == 507
    assert send_again(clerk, answer).status_code == 303
    assert count(session, "甲") == 1


@pytest.mark.parametrize(
    ("module", "point", "fail"),
    [
        ("blueprints.received", "upload_received", full_disk),
        ("files.admission", "upload_cleaned", full_disk),
        ("files.storage", "bytes_flushed", full_disk),
        ("files.storage", "bytes_renamed", full_disk),
        ("filings.editing", "file_attached", full_disk),
        ("filings.editing", "file_attached", dropped_connections),
    ],
)
def test_an_upload_that_could_not_be_stored_leaves_the_file_before(
    module: str, point: str, fail: Fail, clerk: Clerk, session: Session, settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    if fail is dropped_connections:
        needs_a_server(session)
    filing = clerk.open_filing()
    place = f"{filing}/files/commitment_file"
    assert clerk.upload(place, small_pdf("first"), "一.pdf").status_code == 303
    session.rollback()
    fails_at(monkeypatch, module, point, fail)
    answer = clerk.upload(place, small_pdf("second"), "二.pdf")
    assert answer.status_code == (507 if fail is full_disk else 503)
    assert session.scalars(select(Attachment.name)).all() == ["一.pdf"]
    session.rollback()
    assert list((storage_from_url(settings.storage_url).root / "tmp").iterdir()) == []
    assert clerk.upload(place, small_pdf("second"), "二.pdf").status_code == 303


def test_a_mistake_of_ours_is_still_one(
    clerk: Clerk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    filing = clerk.open_filing()

    def missing() -> None:
        raise FileNotFoundError("a file of ours")

    fails_at(monkeypatch, "filings.editing", "row_stored", missing)
    answer = clerk.post(f"{filing}/venue_rows", VENUE)
    assert (answer.status_code, "系统出错了" in said(answer)) == (500, True)


def test_pages_are_read_while_nothing_can_be_written(clerk: Clerk, session: Session) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has no such switch for every connection")
    filing = clerk.open_filing()
    earlier = datetime.now(UTC) - timedelta(minutes=5)  # so that its use would be noted again
    session.execute(update(LoginSession).values(seen_at=earlier))
    session.commit()
    with writing_refused():
        assert clerk.get(f"{filing}/venue_rows").status_code == 200
        answer = clerk.post(f"{filing}/venue_rows", VENUE)
        assert (answer.status_code, "磁盘已满或不能写入" in said(answer)) == (507, True)
    assert send_again(clerk, answer).status_code == 303


@contextmanager
def writing_refused() -> Iterator[None]:
    """Let every connection refuse to write, as on a disk that turned read-only."""

    def refuse(connection: Any, record: object) -> None:
        connection.execute("PRAGMA query_only = ON")

    db.engine.dispose()
    event.listen(db.engine, "connect", refuse)
    yield
    event.remove(db.engine, "connect", refuse)
    db.engine.dispose()

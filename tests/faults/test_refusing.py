"""A database or a disk that refuses in the middle: a Chinese page, what was typed still there, nothing half-done."""

import errno
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select, text, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from config import Settings
from extensions import db
from files.storage import storage_from_url
from models.attachment import Attachment
from models.login_session import LoginSession
from models.venue import Venue
from tests.browsing import Clerk, soup
from tests.build import build_account, build_batch, build_carrier
from tests.completing import VENUE, small_pdf

Fail = Callable[[], None]


@pytest.fixture
def clerk(app: Flask, client: FlaskClient, session: Session) -> Clerk:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    account = build_account(session)
    build_carrier(session, account.unit)
    build_batch(session)
    return Clerk(client, account)


def full_disk() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def read_only() -> None:
    raise OSError(errno.EROFS, os.strerror(errno.EROFS))


def dropped_connections() -> None:
    """Have PostgreSQL end every connection of this database but the one that asks for it."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                 " WHERE datname = current_database() AND pid <> pg_backend_pid()")
        )  # fmt: skip


def fails_at(monkeypatch: pytest.MonkeyPatch, module: str, point: str, fail: Fail) -> None:
    """Let it fail once, when `module` reaches the point."""
    armed = [point]

    def reach(reached: str) -> None:
        if reached in armed:
            armed.clear()
            fail()

    monkeypatch.setattr(f"{module}.reach", reach)


def needs_a_server(session: Session) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no connections that somebody could drop")
    session.rollback()


def send_again(clerk: Clerk, answer: TestResponse) -> TestResponse:
    """Press 重新提交 on the page of a failure."""
    form = soup(answer).select_one("main form[method=post]")
    assert form is not None
    assert "没有丢失" in form.text
    fields: dict[str, Any] = {}
    for field in form.select("input[name]"):
        fields.setdefault(str(field["name"]), []).append(field["value"])
    return clerk.client.post(str(form["action"]), data=fields)


def count(session: Session, address: str) -> int:
    session.rollback()
    return session.scalar(select(func.count(Venue.id)).where(Venue.address == address)) or 0


def said(answer: TestResponse) -> str:
    main: BeautifulSoup = soup(answer)
    return re.sub(r"\s+", "", main.text)


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

"""Failures in the middle of a request, and pressing 重新提交 afterwards."""

import errno
import os
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from extensions import db
from models.venue import Venue
from tests.browsing import Clerk, soup

Fail = Callable[[], None]


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
    """Return the words of a page without blanks."""
    return re.sub(r"\s+", "", soup(answer).text)

"""Instances without logic of the business: database, sign-in, CSRF, clock, keys."""

import sqlite3
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from flask_login import LoginManager
from flask_wtf import CSRFProtect
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from clock import Clock
from keys import Keyring
from turns import Turns

_begins_writing: ContextVar[bool] = ContextVar("begins_writing", default=False)


class Database:
    """One engine and one session per thread; SQLite transactions say at BEGIN whether they write.

    A SQLite transaction that reads first and writes later can fail with "database is locked" whatever the
    busy timeout, so a writing request takes the write lock at its BEGIN (`start_writing`).
    """

    engine: Engine

    def __init__(self) -> None:
        self._sessions = sessionmaker()
        self.session: scoped_session[Session] = scoped_session(self._sessions)
        event.listen(self._sessions, "after_commit", lambda session: _begins_writing.set(False))

    def connect(self, url: str) -> None:
        """Point the sessions at the database `url`."""
        # A link such as postgresql://… means psycopg 3 since SQLAlchemy 2.1; older spellings are accepted.
        options: dict[str, Any] = {} if url.startswith("sqlite") else {"pool_pre_ping": True, "pool_size": 10}
        # What people typed must not stand in an error message, and so in a log.
        self.engine = create_engine(url, hide_parameters=True, **options)
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _prepare_sqlite)
            _take_turns(self.engine)
        self._sessions.configure(bind=self.engine)

    def start_writing(self) -> None:
        """End the reading transaction, if any, and let the next one take the write lock at once."""
        self.session.rollback()
        _begins_writing.set(True)

    def start_reading(self) -> None:
        """End the current transaction, giving back what it held; the next one only reads."""
        self.session.rollback()
        _begins_writing.set(False)

    def close(self) -> None:
        """Give the thread's session back; call at the end of a request or a job."""
        self.session.remove()
        _begins_writing.set(False)


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's "begin" event below says BEGIN, not the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")


def _take_turns(engine: Engine) -> None:
    """Begin writing transactions with the write lock, one after the other; the connection's return ends a turn."""
    turns = Turns(Path(engine.url.database or "hatchery.sqlite3"))

    def begin(connection: Connection) -> None:
        if _begins_writing.get() and not connection.info.get("has_turn"):
            connection.info["has_turn"] = turns.take()
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _begins_writing.get() else "BEGIN")

    def give_back(_connection: object, record: ConnectionPoolEntry) -> None:
        if record.info.pop("has_turn", False):
            turns.give_back()

    event.listen(engine, "begin", begin)
    event.listen(engine, "checkin", give_back)


db = Database()
clock = Clock()
keyring = Keyring()
login_manager = LoginManager()
csrf = CSRFProtect()

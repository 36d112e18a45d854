"""An installation of its own that may be killed: the demo's units and accounts, no filing yet."""

import os
import shutil
import signal
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from demo.accounts import load_accounts
from demo.batches import load_batches
from demo.units import load_units
from extensions import db
from files.storage import storage_from_url
from models.account import Account
from models.login_session import LoginSession
from ops.errors import Unwell
from ops.invariants import DEEP_CHECKS
from ops.prepare import connected
from ops.stored_bytes import unchanging
from tests.conftest import demo_settings
from tests.faults.http_clerk import CUT_OFF, HttpClerk
from tests.served import Served, wait_until

# Those that read neither every byte nor every row: cheap enough after every kill.
RESTART_CHECKS = [name for name in DEEP_CHECKS if name not in ("文件内容", "行内的问题数")]


class Site:
    """One copy of the product in `folder`, with failpoints; `database_url` empty means SQLite."""

    def __init__(self, folder: Path, database_url: str = "", **variables: str) -> None:
        folder.mkdir(exist_ok=True)
        self.points = folder / "failpoints"
        self.points.mkdir()
        self.walked: Counter[str] = Counter()  # how often it failed where
        self.database_url = database_url or f"sqlite:///{folder / 'hatchery.sqlite3'}"
        self.engine = create_engine(self.database_url, poolclass=NullPool)
        self.settings = demo_settings(self.database_url, folder)
        self.storage = storage_from_url(self.settings.storage_url)
        self.served = Served(
            folder, HATCHERY_FAILPOINTS=str(self.points), HATCHERY_DATABASE_URL=self.database_url,
            HATCHERY_SECRET_KEY=self.settings.secret_key, **variables,
        )  # fmt: skip

    def fill(self) -> "Site":
        """Load what people and batches there are."""
        with connected(self.settings):
            db.start_writing()
            session = db.session()
            load_units(session)
            load_accounts(session)
            load_batches(session)
            session.commit()
        return self

    def sign_in(self, login_name: str, at: datetime | None = None) -> HttpClerk:
        """Give somebody a session, as if he had come through the sign-in page, now or at another time."""
        with connected(self.settings):
            db.start_writing()
            account = db.session.scalars(select(Account).where(Account.login_name == login_name)).one()
            now = at or datetime.now(UTC)
            _login, token = LoginSession.start(db.session(), account, now, address="127.0.0.1", browser="")
            db.session.commit()
        return HttpClerk(self.served.port, f"hatchery_{self.served.port}_session", token)

    def arm(self, point: str, action: str) -> None:
        """Let the product fail when it reaches the point next."""
        (self.points / point).write_text(action)

    def was_reached(self, point: str) -> bool:
        return (self.points / f"{point}.reached").exists()

    def disarm(self) -> None:
        """Let whoever waits at a point go on, and forget the others."""
        for armed in self.points.iterdir():
            if armed.suffix == ".reached":
                self.walked[armed.stem] += 1
            armed.unlink(missing_ok=True)

    def kill_all(self) -> None:
        """Kill everything at once, as a power failure would."""
        everything = [self.served.process.pid, *self.served.processes()]
        for process in everything:
            kill(process)
        self.served.process.wait()
        wait_until(lambda: self.served.processes() == [])

    def wait_until_it_answers(self, clerk: HttpClerk) -> None:
        wait_until(lambda: _answers(clerk), self.served.said)

    def session(self) -> Session:
        """Open a session of the test's own on what is committed."""
        return Session(self.engine)

    def troubles(self, checks: Iterable[str] = DEEP_CHECKS.keys()) -> list[str]:
        """Return what `hatchery doctor --deep` finds wrong with rows and files, or only these `checks`."""
        found = []
        with connected(self.settings), unchanging(db.engine) as session:
            for name in checks:
                try:
                    DEEP_CHECKS[name](session, self.storage)
                except Unwell as trouble:
                    found.append(f"{name}：{trouble}")
        return found

    def temporary_files(self) -> list[str]:
        return [path.name for path in (self.storage.root / "tmp").iterdir()]


def kill(process: int) -> bool:
    """Kill a process; False when it is gone already."""
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def _answers(clerk: HttpClerk) -> bool:
    try:
        return clerk.get("/readyz").status_code == 200
    except CUT_OFF:
        return False


def url_on(database: str, name: str, request: pytest.FixtureRequest) -> str:
    """Return the URL of a migrated database of this name on PostgreSQL; empty, as `running` wants it, for SQLite."""
    if database == "sqlite":
        return ""
    cluster = request.getfixturevalue("postgres_cluster")
    cluster.create(name, "template")
    url: str = cluster.url(name)
    return url


@contextmanager
def running(folder: Path, template: Path, database_url: str = "", **variables: str) -> Iterator[Site]:
    """Run a site; without a URL on a copy of the migrated SQLite file `template`."""
    site = Site(folder, database_url, **variables)
    if not database_url:
        shutil.copy(template, folder / "hatchery.sqlite3")
    site.fill().served.start()
    try:
        yield site
    finally:
        site.disarm()
        if site.served.process.poll() is None:
            site.served.stop()

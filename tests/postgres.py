"""A throw-away PostgreSQL cluster for the tests."""

import functools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from jobs.child import die_with_parent

# For tests that walk all addresses: on PostgreSQL they are for the long run.
long_on_postgresql = pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)], indirect=True
)

# Nothing of this cluster has to survive anything.
SETTINGS = {
    "listen_addresses": "", "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off",
    "shared_buffers": "32MB", "max_connections": "60", "autovacuum": "off", "max_wal_size": "2GB",
}  # fmt: skip


def program(name: str) -> str | None:
    """Find a PostgreSQL program; Debian keeps the server programs out of PATH."""
    found = shutil.which(name)
    if found:
        return found
    candidates = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return str(candidates[0]) if candidates else None


def is_installed() -> bool:
    return program("initdb") is not None and program("postgres") is not None


class Cluster:
    """A running cluster. `template` is a database that is copied or imitated for every test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._untouched: object = None

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def create(self, database: str, template: str = "template0") -> None:
        """Make a database, in place of the one that has the name."""
        with self._connect("postgres") as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}" STRATEGY file_copy')

    def fresh(self, database: str, template: str) -> str:
        """Return the URL of a database that equals the template.

        Emptying the tables takes a tenth of a copy. It is enough while the last test left the tables, and
        the regions and offices in them, as they were.
        """
        try:
            with self._connect(database) as connection:
                connection.execute(EMPTY)
                is_fresh = connection.execute(SIGNATURE).fetchone() == self._untouched
        except psycopg.Error:  # not there yet, or somebody still holds a lock
            is_fresh = False
        if not is_fresh:
            self.create(database, template)
            with self._connect(database) as connection:
                self._untouched = connection.execute(SIGNATURE).fetchone()
        return self.url(database)

    def _connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(self.url(database), autocommit=True)


# Everything but the reference data; without its triggers a DELETE asks no foreign key.
EMPTY = """
DO $$ DECLARE name text; BEGIN
    SET LOCAL session_replication_role = replica;
    SET LOCAL lock_timeout = '2s';
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
                AND tablename NOT IN ('region', 'office', 'alembic_version')
    LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
END $$"""
# Differs when a table or index came or went, or a row of the reference data was added, changed or removed.
SIGNATURE = """
SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace),
       (SELECT (count(*), max(xmin::text::bigint)) FROM region),
       (SELECT (count(*), max(xmin::text::bigint)) FROM office)"""


@contextmanager
def cluster(settings: dict[str, str] = SETTINGS) -> Iterator[Cluster]:
    """Run a cluster on a unix socket."""
    folder = Path(tempfile.mkdtemp(prefix="hatchery-pg-"))
    as_user = _become_unprivileged(folder)
    data = folder / "data"
    subprocess.run(
        [program("initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
         "--no-sync"],
        check=True, stdout=subprocess.DEVNULL, **as_user,
    )  # fmt: skip
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [program("postgres"), "-D", data, "-k", folder, *options],
            stdout=log, stderr=log, **as_user,
            preexec_fn=functools.partial(die_with_parent, os.getpid(), signal.SIGQUIT),
        )  # fmt: skip
    try:
        _wait_until_ready(folder)
        yield Cluster(folder)
    finally:
        server.send_signal(signal.SIGQUIT)
        server.wait()
        shutil.rmtree(folder)


def _become_unprivileged(folder: Path) -> dict[str, object]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    user = next(entry for name in ("postgres", "nobody") if (entry := _user(name)))
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": folder}


def _user(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _wait_until_ready(folder: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(host=str(folder), user="postgres", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise RuntimeError((folder / "log").read_text()) from None
            time.sleep(0.02)

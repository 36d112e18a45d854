"""A throw-away PostgreSQL cluster for the tests."""

import functools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from jobs.child import die_with_parent

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


@contextmanager
def cluster() -> Iterator[Callable[[str], str]]:
    """Run a cluster on a unix socket; yields a function from a database name to its URL."""
    folder = Path(tempfile.mkdtemp(prefix="hatchery-pg-"))
    as_user = _become_unprivileged(folder)
    data = folder / "data"
    subprocess.run(
        [program("initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
         "--no-sync"],
        check=True, stdout=subprocess.DEVNULL, **as_user,
    )  # fmt: skip
    options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [program("postgres"), "-D", data, "-k", folder, *options],
            stdout=log, stderr=log, **as_user,
            preexec_fn=functools.partial(die_with_parent, os.getpid(), signal.SIGQUIT),
        )  # fmt: skip
    try:
        _wait_until_ready(folder)
        yield lambda name: f"postgresql://postgres@/{name}?host={folder}"
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

"""Databases, applications and whole products for the benchmarks, each in a folder that goes away."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from flask import Flask

from app import create_app
from config import Settings
from extensions import clock, db
from ops.prepare import migrate_and_load
from tests import postgres
from tests.served import COMMAND, ROOT, environment, free_port

NOW = datetime.fromisoformat("2021-11-10T10:00+08:00")
# As a careful operator has it: what was acknowledged survives a power cut.
DURABLE = {
    "listen_addresses": "", "shared_buffers": "256MB", "max_connections": "100",
    "fsync": "on", "synchronous_commit": "on",
}  # fmt: skip
PATIENCE = 180


def settings_in(folder: Path, database_url: str) -> Settings:
    """Settings of a demo that keeps everything in `folder`."""
    return Settings(
        env="demo", data_dir=folder, database_url=database_url, redis_url="",
        storage_url=f"file://{folder / 'files'}", secret_key="a key of a benchmark, known to everybody",
        host="127.0.0.1", port=8000, public_url="http://localhost", web_workers=2, now=NOW,
    )  # fmt: skip


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that goes away with what is in it."""
    with tempfile.TemporaryDirectory(prefix="hatchery-bench-") as name:
        yield Path(name)


@contextmanager
def database(kind: str, where: Path) -> Iterator[str]:
    """The URL of an empty database of the kind sqlite or postgresql, as durable as in production."""
    if kind == "sqlite":
        yield f"sqlite:///{where / 'hatchery.sqlite3'}"
        return
    with postgres.cluster(DURABLE) as cluster:
        cluster.create("hatchery")
        yield cluster.url("hatchery")


@contextmanager
def application(kind: str = "sqlite") -> Iterator[Flask]:
    """The application in this process, on a migrated database with regions and offices."""
    with folder() as where, database(kind, where) as url:
        settings = settings_in(where, url)
        migrate_and_load(settings)
        app = create_app(settings)
        clock.move_to(NOW)
        yield app
        db.close()
        db.engine.dispose()


@dataclass
class Product:
    """One running copy: web, worker and Redis as `hatchery serve` runs them."""

    settings: Settings
    process: subprocess.Popen[bytes]
    log: Path
    seconds_to_ready: float

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")


def demo_data(settings: Settings) -> None:
    """Load the demo, as the first start does."""
    _hatchery(settings, "demo")


def examined(settings: Settings) -> str:
    """Let `hatchery doctor --deep` look at everything; return its last lines."""
    done = _hatchery(settings, "doctor", "--deep", check=False)
    return f"exit {done.returncode}: " + " ".join(done.stdout.decode().split("\n")[-3:]).strip()


def _hatchery(settings: Settings, *words: str, check: bool = True) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [*COMMAND, *words], cwd=ROOT, env=variables(settings), check=check, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )  # fmt: skip


def variables(settings: Settings) -> dict[str, str]:
    """The environment that makes the commands use `settings`."""
    return environment(settings.data_dir) | {
        "HATCHERY_DATABASE_URL": settings.database_url, "HATCHERY_PORT": str(settings.port),
        "HATCHERY_WEB_WORKERS": str(settings.web_workers), "HATCHERY_SECRET_KEY": settings.secret_key,
    }  # fmt: skip


@contextmanager
def product(settings: Settings, cores: str = "") -> Iterator[Product]:
    """Start the product on a free port, pinned to `cores` (as taskset writes them) when given."""
    settings = replace(settings, port=free_port())
    settings = replace(settings, public_url=f"http://127.0.0.1:{settings.port}")
    log = settings.data_dir / "serve.log"
    pinned = ["taskset", "-c", cores] if cores else []
    begun = time.monotonic()
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*pinned, *COMMAND, "serve"], cwd=ROOT, stdout=out, stderr=subprocess.STDOUT,
            env=variables(settings),
        )  # fmt: skip
    try:
        while b"\nready\n" not in log.read_bytes():
            if process.poll() is not None or time.monotonic() - begun > PATIENCE:
                raise RuntimeError(log.read_text())
            time.sleep(0.01)
        yield Product(settings, process, log, time.monotonic() - begun)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def connected(settings: Settings) -> None:
    """Let this process use the database of `settings`."""
    db.connect(settings.database_url)
    clock.offset_file = settings.clock_file


def web_processes(running: Product) -> list[int]:
    """The gunicorn master and its workers, the master first."""
    return _processes(running, "web")


def worker_processes(running: Product) -> list[int]:
    return _processes(running, "worker")


def _processes(running: Product, name: str) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            ours = (
                f"HATCHERY_DATA_DIR={running.settings.data_dir}".encode() in (entry / "environ").read_bytes()
            )
        except OSError:
            continue
        if ours and name.encode() in words:
            found.append(int(entry.name))
    return sorted(found)


def cores() -> int:
    return len(os.sched_getaffinity(0))

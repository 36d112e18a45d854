"""The drill: back up a demo while somebody writes, restore it into an empty folder, look at everything."""

import hashlib
import json
import shutil
import subprocess
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from files.storage import FolderStorage
from filings.editing import rejudge_filing
from models.event import Actor, record_event
from models.makerspace_filing import MakerspaceFiling
from models.resident import Team
from models.stored_file import StoredFile
from ops.stored_bytes import named_bytes
from tests import postgres, served
from tests.ops.installation import put

pytestmark = pytest.mark.xdist_group("browser")  # they share the prepared demo
WRITER = Actor(account_id=None, name="演练", role="system")
Environment = dict[str, str]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def machines(
    request: pytest.FixtureRequest, demo_installation: Path, tmp_path: Path
) -> tuple[Environment, Environment]:
    """A demo at work, and an empty machine with the same kind of database."""
    here, there = served.environment(tmp_path / "here"), served.environment(tmp_path / "there")
    if request.param == "sqlite":
        shutil.copytree(demo_installation, tmp_path / "here")
        return here, there
    if shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not installed")
    cluster: postgres.Cluster = request.getfixturevalue("postgres_cluster")
    for machine, name in ((here, "here"), (there, "there")):
        cluster.create(f"drill_{name}")
        machine["HATCHERY_DATABASE_URL"] = cluster.url(f"drill_{name}")
    hatchery(here, "demo")
    return here, there


def hatchery(environment: Environment, *arguments: str) -> str:
    done = subprocess.run(
        [*served.COMMAND, *arguments], cwd=served.ROOT, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Writer:
    """Adds a team, a file and an event again and again, each time in one transaction."""

    def __init__(self, environment: Environment) -> None:
        self.folder = Path(environment["HATCHERY_DATA_DIR"])
        self.url = environment.get("HATCHERY_DATABASE_URL", f"sqlite:///{self.folder / 'hatchery.sqlite3'}")
        self.storage = FolderStorage(self.folder / "files")
        self.written = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._write)

    def __enter__(self) -> "Writer":
        self._thread.start()
        served.wait_until(lambda: self.written >= 3)
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _write(self) -> None:
        engine = create_engine(self.url)
        if engine.dialect.name == "sqlite":
            event.listen(
                engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 10000")
            )
        while not self._ended.is_set():
            try:
                with Session(engine) as session:
                    self._add(session)
            except OperationalError:  # SQLite: read first, wrote later; nothing was written
                continue
            self.written += 1
            time.sleep(0.01)
        engine.dispose()

    def _add(self, session: Session) -> None:
        now, place = datetime.now(UTC), 1000 + self.written
        digest = put(self.storage, uuid.uuid4().bytes)
        filing = session.scalars(select(MakerspaceFiling).where(MakerspaceFiling.status == "draft")).one()
        session.add(
            StoredFile(sha256=digest, size=16, clean_sha256=digest, clean_size=16, pages=1, created_at=now)
        )
        session.add(Team(filing_id=filing.id, place=place, team_name=f"演练团队 {place}"))
        session.flush()
        rejudge_filing(session, filing)
        record_event(session, filing.id, "drill", WRITER, now)
        session.commit()


def test_a_machine_is_restored_from_a_backup_taken_while_others_write(
    machines: tuple[Environment, Environment], tmp_path: Path, print_figure: Callable[[str], None]
) -> None:
    here, there = machines
    folder = tmp_path / "backup"
    teams = counted(here, ["team"])["team"]
    with Writer(here) as writer:
        before = writer.written
        said = hatchery(here, "backup", str(folder))
        after = writer.written
    assert after > before, "nobody wrote meanwhile"
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert teams + before <= manifest["rows"]["team"] <= teams + after + 1

    started = time.monotonic()
    restored = hatchery(there, "restore", str(folder))
    took = time.monotonic() - started
    assert "异常" not in restored
    assert "提示" not in restored
    print(said + restored)
    print_figure(f"restored in {took:.1f} s; {after - before} acts during the backup")

    assert counted(there, list(manifest["rows"])) == manifest["rows"]
    wanted = {sha256 for _path, _size, sha256 in manifest["stored"]}
    assert wanted == digests(Path(there["HATCHERY_DATA_DIR"]) / "files")
    assert wanted == named(there)


def counted(environment: Environment, tables: list[str]) -> dict[str, int]:
    engine = create_engine(Writer(environment).url)
    with engine.connect() as connection:
        counts = {
            name: connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar() for name in tables
        }
    engine.dispose()
    return counts  # type: ignore[return-value]


def named(environment: Environment) -> set[str]:
    """Return the digests that the database names: originals, clean copies, and what was printed."""
    engine = create_engine(Writer(environment).url)
    with Session(engine) as session:
        found = {one.sha256 for one in named_bytes(session)}
    engine.dispose()
    return found


def digests(folder: Path) -> set[str]:
    """Compute the digests of all files, and check that they are the names."""
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("??/*")}
    assert all(name == digest for name, digest in found.items())
    return set(found)


def test_a_running_installation_is_not_restored_over(demo_installation: Path, tmp_path: Path) -> None:
    shutil.copytree(demo_installation, tmp_path / "var")
    copy = served.Served(tmp_path / "var").start()
    environment = served.environment(copy.data_dir)
    try:
        hatchery(environment, "backup", str(tmp_path / "backup"))
        again = subprocess.run(
            [*served.COMMAND, "restore", "--force", str(tmp_path / "backup")], cwd=served.ROOT,
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        copy.stop()
    assert again.returncode == 1
    assert "正由另一个 hatchery serve 使用" in again.stderr

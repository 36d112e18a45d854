"""A disk that is really full, and one that turned read-only, under the running product."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

import pytest

from models.material_version import MaterialVersion
from models.venue import Venue
from tests import served
from tests.faults.desks import CompleteDesk, Desk
from tests.faults.http_clerk import Answer
from tests.faults.site import running

pytestmark = pytest.mark.xdist_group("failpoints")

MOST_ROWS = 300  # SQLite may still have room in its log


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """Mount a disk of its own; skips where we may not."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Write until the disk takes nothing more."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1024 * 1024, 4096, 1):
            while _written(file, size):
                pass
    return filler


def _written(file: FileIO, size: int) -> bool:
    try:
        return file.write(b"\0" * size) == size
    except OSError:
        return False


def refused(answer: Answer) -> bool:
    """Say whether it is the Chinese page of a disk that takes nothing."""
    assert answer.status_code == 507, (answer.status_code, answer.text[:1000])
    assert "磁盘已满或不能写入" in answer.text
    assert "Traceback" not in answer.text
    return True


@pytest.mark.long
def test_a_full_disk_stops_writing_and_nothing_else(tmp_path: Path, sqlite_template: Path) -> None:
    disk = tmp_path / "disk"
    with mounted(disk, "size=64m"), running(disk / "var", sqlite_template) as site:
        desk = CompleteDesk(site, "gz_qihang")
        site.arm("evidence_merged", "pause")
        desk.generate(uuid.uuid4().hex)
        served.wait_until(lambda: site.was_reached("evidence_merged"), site.served.said)
        filler = fill(disk)
        (site.points / "evidence_merged.reached").unlink()  # the PDF is to be written now
        stored = add_until_refused(desk)
        assert refused(desk.upload("too much"))
        assert desk.clerk.get(f"{desk.filing}/venue_rows").status_code == 200
        evidence = f"{desk.filing}/venue_rows/{desk.row}/files/evidence_file"
        assert desk.clerk.get(evidence).data.startswith(b"%PDF-")
        filler.unlink()
        assert desk.add_row("refused", "key").status_code == 201
        assert [desk.count(Venue.address, one) for one in [*stored, "refused"]] == [1] * (len(stored) + 1)
        assert desk.upload("after").status_code == 200
        assert desk.add_row("afterwards", "another").status_code == 201
        newest_version_ends(desk)
        assert site.troubles() == []
        assert site.temporary_files() == []
        assert desk.clerk.statuses.get(500) is None


def add_until_refused(desk: Desk) -> list[str]:
    """Add rows until there is no room for one; return those that were acknowledged."""
    stored = []
    for number in range(MOST_ROWS):
        answer = desk.add_row("refused", "key") if number else desk.add_row("first", uuid.uuid4().hex)
        if answer.status_code == 507:
            assert refused(answer)
            return stored
        assert answer.status_code == 201
        stored.append("first")
        answer = desk.save_row(f"row {number} {'x' * 150}")
        if answer.status_code == 507:
            return stored
    raise AssertionError("the disk never was full")


def newest_version_ends(desk: CompleteDesk) -> MaterialVersion:
    served.wait_until(lambda: desk.versions()[-1].is_finished, desk.site.served.said)
    return desk.versions()[-1]


@pytest.mark.long
def test_a_storage_that_turned_read_only_takes_no_files_and_gives_those_it_has(
    tmp_path: Path, sqlite_template: Path
) -> None:
    folder = tmp_path / "var"
    files = folder / "files"
    with mounted(files, "size=32m"), running(folder, sqlite_template) as site:
        desk = CompleteDesk(site, "gz_qihang")
        evidence = f"{desk.filing}/venue_rows/{desk.row}/files/evidence_file"
        before = desk.clerk.get(evidence).data
        subprocess.run(["mount", "-o", "remount,ro", str(files)], check=True)
        assert refused(desk.upload("another"))
        assert desk.clerk.get(evidence).data == before
        assert desk.clerk.get("/readyz").status_code == 503
        assert desk.save_row("still").status_code == 200
        desk.generate(uuid.uuid4().hex)
        assert newest_version_ends(desk).state == "failed"
        subprocess.run(["mount", "-o", "remount,rw", str(files)], check=True)
        assert desk.upload("another").status_code == 200
        desk.generate(uuid.uuid4().hex)
        desk.wait_for_pdf()
        assert site.troubles() == []
        assert desk.clerk.statuses.get(500) is None


@pytest.mark.parametrize("command", ["serve", "migrate", "doctor"])
def test_a_command_on_a_read_only_folder_says_so(command: str, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with mounted(disk, "size=1m"):
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        done = subprocess.run(
            [sys.executable, "-m", "ops.cli", command], cwd=served.ROOT, capture_output=True, text=True,
            env=served.environment(disk / "var"), check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "不能写入" in done.stdout + done.stderr

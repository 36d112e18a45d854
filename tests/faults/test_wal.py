"""A power failure may cut SQLite's log anywhere: what is left is a prefix of what was committed, and sound."""

import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, select, text
from sqlalchemy.orm import Session

from extensions import db
from files.storage import FolderStorage
from models.venue import Venue
from ops.errors import Unwell
from ops.invariants import DEEP_CHECKS
from tests.build import build_filing
from tests.completing import VENUE
from tests.drafting import Draft
from tests.submitting import TEXT_TABS

HEADER, FRAME = 32, 24  # bytes before the frames and before the page of each, see "WAL File Format" of SQLite
ROWS = 6


@pytest.fixture
def at_work(sqlite_template: Path, tmp_path: Path) -> tuple[Path, list[list[str]]]:
    """A database whose log holds some acts, and the addresses of all venues after each commit."""
    file = tmp_path / "hatchery.sqlite3"
    shutil.copy(sqlite_template, file)
    db.connect(f"sqlite:///{file}")
    event.listen(
        db.engine, "connect", lambda connection, _: connection.execute("PRAGMA wal_autocheckpoint = 0")
    )
    states: list[list[str]] = []
    with db.engine.connect() as holder, Session(db.engine) as session:
        holder.execute(text("SELECT 1")).all()  # while somebody is connected the log is not written back
        holder.rollback()
        note_states(session, file, states)
        work(session)
        copy = tmp_path / "copy"
        copy.mkdir()
        for name in (file.name, f"{file.name}-wal"):
            shutil.copy(tmp_path / name, copy / name)
    db.engine.dispose()
    return copy / file.name, states


def note_states(session: Session, file: Path, states: list[list[str]]) -> None:
    """Note what is committed, after every commit that wrote to the log."""
    log = file.with_name(f"{file.name}-wal")

    @event.listens_for(session, "after_commit")
    def note(_session: Session) -> None:
        while len(states) < len(commits(log.read_bytes())):
            states.append(addresses(file))


def work(session: Session) -> None:
    draft = Draft(session, build_filing(session))
    for number in range(ROWS):
        row = draft.add("venue_rows", files=False, **VENUE | {"address": f"{number} 号楼"})
        if number % 2:
            row.address = f"{number} 号楼（改）"
            session.commit()
    for tab in TEXT_TABS:
        draft.save(tab, **{f"{tab}_text": "第一段。" * 300})


def addresses(file: Path) -> list[str]:
    engine = create_engine(f"sqlite:///{file}")
    with Session(engine) as session:
        found = list(session.scalars(select(Venue.address).order_by(Venue.place)))
    engine.dispose()
    return found


def frames(log: bytes) -> list[bytes]:
    """Split the log into its frames."""
    (page,) = struct.unpack(">I", log[8:12])
    return [log[at : at + FRAME + page] for at in range(HEADER, len(log) - FRAME - page + 1, FRAME + page)]


def commits(log: bytes) -> list[int]:
    """Return after how many frames each commit is whole: its last frame names the size of the database."""
    return [number for number, frame in enumerate(frames(log), 1) if struct.unpack(">I", frame[4:8])[0]]


def test_a_log_cut_anywhere_leaves_what_was_committed_before(
    at_work: tuple[Path, list[list[str]]], tmp_path: Path, print_figure: Callable[[str], None]
) -> None:
    file, states = at_work
    log = file.with_name(f"{file.name}-wal").read_bytes()
    all_frames, ends = frames(log), commits(log)
    assert len(ends) == len(states) > ROWS
    assert states[-1][1] == "1 号楼（改）"
    cuts = [(number, torn) for number in range(len(all_frames) + 1) for torn in (0, 100)]
    for number, torn in cuts:
        size = HEADER + sum(map(len, all_frames[:number])) + torn
        whole = sum(end <= number for end in ends)
        is_border = not torn and number in (0, *ends)
        there = cut(file, log[:size], tmp_path / "cut", deeply=is_border)
        assert there == (states[whole - 1] if whole else []), f"after {number} frames and {torn} bytes"
    print_figure(f"{len(cuts)} cuts, {len(all_frames)} frames, {len(ends)} commits, 0 lost, 0 damaged")


def cut(file: Path, log: bytes, folder: Path, deeply: bool) -> list[str]:
    """Open the database with this much of its log; check it, and return the addresses that are there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(file, folder / file.name)
    (folder / f"{file.name}-wal").write_bytes(log)
    engine = create_engine(f"sqlite:///{folder / file.name}")
    with Session(engine) as session:
        assert session.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        if deeply:
            assert troubles(session, FolderStorage(folder / "files")) == []
    engine.dispose()
    return addresses(folder / file.name)


def troubles(session: Session, storage: FolderStorage) -> list[str]:
    """Return what the deep checks find."""
    found = []
    for name, check in DEEP_CHECKS.items():
        try:
            check(session, storage)
        except Unwell as trouble:
            found.append(f"{name}：{trouble}")
    return found

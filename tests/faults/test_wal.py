"""A power failure may cut SQLite's log anywhere: what is left is a prefix of what was committed, and sound."""

import itertools
import shutil
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, select, text, update
from sqlalchemy.orm import Session

from extensions import db
from files.storage import FolderStorage
from filings import editing
from filings.submission import generate
from jobs import queue
from models.account import Account
from models.attachment import Attachment
from models.event import Actor
from models.job import Job
from models.makerspace_filing import MakerspaceFiling
from models.material_version import MaterialVersion
from models.stored_file import StoredFile
from models.tab_state import TabState
from models.venue import Venue
from ops.errors import Unwell
from ops.invariants import DEEP_CHECKS
from tests.build import NOW, SYSTEM, build_account, build_filing
from tests.completing import BASIC_INFO, TEXT_TABS, VENUE, small_pdf
from tests.drafting import Draft

HEADER, FRAME = 32, 24  # bytes before the frames and before the page of each, see "WAL File Format" of SQLite
ROWS = 4
TEXTS = ("makerspace_name", "introduction", *(f"{tab}_text" for tab in TEXT_TABS))


@dataclass(frozen=True)
class Stored:
    """Everything a clerk was told is stored, as far as `work` does it."""

    venues: Sequence[str]
    texts: Sequence[str | None]
    tabs: Sequence[tuple[str, int]]
    attachments: Sequence[str]
    versions: Sequence[tuple[str, str, str | None]]
    jobs: Sequence[str]


@pytest.fixture
def at_work(sqlite_template: Path, tmp_path: Path) -> tuple[Path, list[Stored]]:
    """A database whose log holds some acts, and what is stored before them and after each commit."""
    file = tmp_path / "hatchery.sqlite3"
    shutil.copy(sqlite_template, file)
    db.connect(f"sqlite:///{file}")
    event.listen(
        db.engine, "connect", lambda connection, _: connection.execute("PRAGMA wal_autocheckpoint = 0")
    )
    with db.engine.connect() as holder, Session(db.engine) as session:
        holder.execute(text("SELECT 1")).all()  # while somebody is connected the log is not written back
        holder.rollback()
        filing = build_filing(session)
        account = build_account(session, unit=filing.unit)
        holder.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
        states = [stored(file)]
        note_states(session, file, states)
        work(session, FolderStorage(tmp_path / "files"), filing, account)
        copy = tmp_path / "copy"
        copy.mkdir()
        for name in (file.name, f"{file.name}-wal"):
            shutil.copy(tmp_path / name, copy / name)
    db.engine.dispose()
    return copy / file.name, states


def note_states(session: Session, file: Path, states: list[Stored]) -> None:
    """Note what is committed, after every commit that wrote to the log."""
    log = file.with_name(f"{file.name}-wal")

    @event.listens_for(session, "after_commit")
    def note(_session: Session) -> None:
        while len(states) <= len(commits(log.read_bytes())):
            states.append(stored(file))


def work(session: Session, storage: FolderStorage, filing: MakerspaceFiling, account: Account) -> None:
    """Fill a draft, freeze a version, finish it, and write on."""
    draft = Draft(session, filing)
    draft.save("instructions", instructions_read="yes")
    draft.save("basic_info", **BASIC_INFO)
    attach(draft, storage, "commitment_file")
    for number in range(ROWS):
        row = draft.add("venue_rows", files=False, **VENUE | {"address": f"{number} 号楼"})
        attach(draft, storage, "evidence_file", row)
        if number % 2:
            row.address = f"{number} 号楼（改）"
            session.commit()
    for tab in TEXT_TABS:
        draft.save(tab, **{f"{tab}_text": f"{tab}：第一段。" * 100})
    version = freeze(session, filing, account)
    finish(session, storage, version)
    draft.save(TEXT_TABS[0], **{f"{TEXT_TABS[0]}_text": "改过的一段。" * 100})


def attach(draft: Draft, storage: FolderStorage, slot: str, row: Venue | None = None) -> None:
    """Put a file of its own into a slot."""
    data = small_pdf(f"{slot} {row.address if row else ''}")
    digest = put(storage, data)
    file = StoredFile(sha256=digest, size=len(data), clean_sha256=digest, clean_size=len(data), pages=1, notes=[],
                      created_at=NOW)  # fmt: skip
    table = draft.kind.table("venue_rows") if row else None
    editing.attach(draft.session, draft.filing, table, row, slot, f"{digest[:8]}.pdf", file, SYSTEM, NOW)
    draft.session.commit()


def put(storage: FolderStorage, data: bytes) -> str:
    temp = storage.new_temp()
    temp.write_bytes(data)
    return storage.put(temp)


def freeze(session: Session, filing: MakerspaceFiling, account: Account) -> MaterialVersion:
    """Do what 下载材料 does: version and job in one commit."""
    version = generate(session, filing, Actor(account.id, account.login_name, "legal"), NOW)
    queue.enqueue(session, "generate_material", version.id)
    session.commit()
    return version


def finish(session: Session, storage: FolderStorage, version: MaterialVersion) -> None:
    """Do what the job does at its end: result and end of the job in one commit."""
    data = small_pdf(version.version_no)
    version.pdf_sha256, version.pdf_size, version.page_count = put(storage, data), len(data), 1
    version.state, version.finished_at = "ready", NOW
    session.execute(update(Job).values(state="done", finished_at=datetime.now(UTC)))
    session.commit()


def stored(file: Path) -> Stored:
    """Read what is in the database."""
    version = select(MaterialVersion.version_no, MaterialVersion.state, MaterialVersion.pdf_sha256)
    engine = create_engine(f"sqlite:///{file}")
    with Session(engine) as session:
        filing = session.scalars(select(MakerspaceFiling)).one()
        found = Stored(
            session.scalars(select(Venue.address).order_by(Venue.place)).all(),
            [getattr(filing, name) for name in TEXTS],
            [tuple(row) for row in session.execute(select(TabState.tab, TabState.version).order_by(TabState.tab))],
            session.scalars(select(Attachment.name).order_by(Attachment.name)).all(),
            [tuple(row) for row in session.execute(version.order_by(MaterialVersion.number))],
            session.scalars(select(Job.state)).all(),
        )  # fmt: skip
    engine.dispose()
    return found


def frames(log: bytes) -> list[bytes]:
    """Split the log into its frames."""
    (page,) = struct.unpack(">I", log[8:12])
    return [log[at : at + FRAME + page] for at in range(HEADER, len(log) - FRAME - page + 1, FRAME + page)]


def commits(log: bytes) -> list[int]:
    """Return after how many frames each commit is whole: its last frame names the size of the database."""
    return [number for number, frame in enumerate(frames(log), 1) if struct.unpack(">I", frame[4:8])[0]]


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.long)])
def test_a_log_cut_anywhere_leaves_what_was_committed_before(
    step: int, at_work: tuple[Path, list[Stored]], tmp_path: Path, print_figure: Callable[[str], None]
) -> None:
    """Cut at every border of a commit and, of all other frames, at each `step`-th; there and a little later."""
    file, states = at_work
    log = file.with_name(f"{file.name}-wal").read_bytes()
    all_frames, ends = frames(log), commits(log)
    assert len(ends) == len(states) - 1
    everything_is_seen(states)
    numbers = sorted({*range(0, len(all_frames) + 1, step), *ends})
    cuts = [(number, torn) for number in numbers for torn in (0, 100)]
    for number, torn in cuts:
        size = HEADER + sum(map(len, all_frames[:number])) + torn
        whole = sum(end <= number for end in ends)
        is_border = not torn and number in (0, *ends)
        there = cut(file, log[:size], tmp_path / "cut", deeply=is_border)
        assert there == states[whole], f"after {number} frames and {torn} bytes"
    print_figure(f"{len(cuts)} cuts, {len(all_frames)} frames, {len(ends)} commits, 0 lost, 0 damaged")


def everything_is_seen(states: list[Stored]) -> None:
    """Make sure that the loss of any commit would be seen: each changed what is compared."""
    last = states[-1]
    assert last.venues[1] == "1 号楼（改）"
    assert last.texts[2].startswith("改过的一段。")
    assert [state for _, state, _ in last.versions] == ["ready"]
    assert last.jobs == ["done"]
    assert all(one != other for one, other in itertools.pairwise(states))


def cut(file: Path, log: bytes, folder: Path, deeply: bool) -> Stored:
    """Open the database with this much of its log; check it, and return what is there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(file, folder / file.name)
    (folder / f"{file.name}-wal").write_bytes(log)
    engine = create_engine(f"sqlite:///{folder / file.name}")
    with Session(engine) as session:
        assert session.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        if deeply:
            assert troubles(session, FolderStorage(file.parent.parent / "files")) == []
    engine.dispose()
    return stored(folder / file.name)


def troubles(session: Session, storage: FolderStorage) -> list[str]:
    """Return what the deep checks find."""
    found = []
    for name, check in DEEP_CHECKS.items():
        try:
            check(session, storage)
        except Unwell as trouble:
            found.append(f"{name}：{trouble}")
    return found

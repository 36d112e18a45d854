"""Evidence in bulk: files that wait for a place, the places proposed for them, and putting them there."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from failpoints import reach
from filings.bulk.matching import NamedFile, Place, Proposal, propose
from filings.bulk.places import Places, PlaceView, places_in_front, read_places, words_of
from filings.editing import attach, store_file
from filings.kinds import kind_of
from models.attachment import Attachment
from models.event import Actor
from models.filing import Filing
from models.pending_file import PendingFile
from models.stored_file import StoredFile

NOWHERE = "-"  # somebody said: to none of the places proposed
MOST_FILES = 500
MOST_BYTES = 1024**3


class TooMany(Exception):
    """As many files wait for their place as may; the message says what to do."""


@dataclass(frozen=True)
class Upload:
    """An admitted file as it was chosen: its name, its folder, and the table somebody said it is for."""

    name: str
    folder: str = ""
    table_name: str = ""


@dataclass(frozen=True)
class Wish:
    """What was ticked for a file: where to put it, and whether to replace what is there."""

    file_id: uuid.UUID
    place: str
    replaces: bool


@dataclass(frozen=True)
class PendingView:
    """A waiting file as its page shows it: where it may go, and what is proposed and why."""

    pending: PendingFile
    proposal: Proposal
    place: PlaceView | None
    offered: Sequence[PlaceView]
    is_chosen: bool = False

    @property
    def occupied_by(self) -> Attachment | None:
        return self.place.attachment if self.place else None

    @property
    def is_same(self) -> bool:
        """Say whether the very same file stands there already."""
        return self.occupied_by is not None and self.occupied_by.sha256 == self.pending.sha256

    @property
    def needs_hand(self) -> bool:
        return self.place is None or self.occupied_by is not None

    @property
    def state(self) -> str:
        """How it stands: chosen, sure, likely or unsure."""
        if self.is_chosen:
            return "chosen" if self.place else "unsure"
        return self.proposal.confidence


def require_room(session: Session, filing: Filing, size: int = 0) -> None:
    """Raise TooMany when another file, of `size` bytes, may not wait as well."""
    query = (
        select(func.count(), func.coalesce(func.sum(StoredFile.size), 0))
        .select_from(PendingFile)
        .join(StoredFile, PendingFile.sha256 == StoredFile.sha256)
        .where(PendingFile.filing_id == filing.id, PendingFile.placed_at.is_(None))
    )
    count, used = session.execute(query).one()
    if count >= MOST_FILES:
        raise TooMany(f"待归入的文件已有 {MOST_FILES} 份，请先归入或移除一部分，再继续上传")
    if used + size > MOST_BYTES:
        raise TooMany("待归入的文件合计已达 1 GB，请先归入或移除一部分，再继续上传")


def keep(
    session: Session, filing: Filing, file: StoredFile, upload: Upload, actor: Actor, at: datetime
) -> PendingFile:
    """Let an admitted file wait for its place; the same file sent again is kept once. Raises TooMany."""
    waiting = (PendingFile.filing_id == filing.id, PendingFile.placed_at.is_(None))
    same = (
        PendingFile.sha256 == file.sha256, PendingFile.name == upload.name,
        PendingFile.folder == upload.folder,
    )  # fmt: skip
    known = session.scalars(select(PendingFile).where(*waiting, *same)).first()
    if known is not None:
        return known
    require_room(session, filing, file.size)
    store_file(session, file)
    pending = PendingFile(
        filing_id=filing.id, name=upload.name, folder=upload.folder, table_name=upload.table_name,
        sha256=file.sha256, uploaded_at=at, uploaded_by_id=actor.account_id, place="", remark="",
    )  # fmt: skip
    session.add(pending)
    session.flush()
    reach("file_kept")
    return pending


def known_files(session: Session, filing: Filing) -> list[tuple[str, str]]:
    """List (sha256, name with folder) of all that waits or was placed: it need not be sent again."""
    waiting = select(PendingFile).where(PendingFile.filing_id == filing.id)
    known = {(one.sha256, one.path) for one in session.scalars(waiting)}
    placed = select(Attachment.sha256, Attachment.name).where(Attachment.filing_id == filing.id)
    return sorted(known | {(sha256, name) for sha256, name in session.execute(placed)})


def count_waiting(session: Session, filing: Filing) -> int:
    query = select(func.count()).where(PendingFile.filing_id == filing.id, PendingFile.placed_at.is_(None))
    return session.scalar(query) or 0


def read_waiting(session: Session, filing: Filing) -> list[PendingFile]:
    query = select(PendingFile).where(PendingFile.filing_id == filing.id, PendingFile.placed_at.is_(None))
    return list(session.scalars(query.order_by(PendingFile.folder, PendingFile.name, PendingFile.id)))


def read_placed(session: Session, filing: Filing) -> list[PendingFile]:
    """Read what the last confirmation placed."""
    query = select(PendingFile).where(PendingFile.filing_id == filing.id, PendingFile.placed_at.is_not(None))
    return list(session.scalars(query.order_by(PendingFile.folder, PendingFile.name, PendingFile.id)))


def view_waiting(session: Session, filing: Filing) -> tuple[list[PendingView], Places]:
    """View every waiting file with its proposal: what needs a hand first, then what should be looked at."""
    places = read_places(session, kind_of(filing), filing)
    waiting = read_waiting(session, filing)
    chosen = {one.id: view for one in waiting if (view := places.by_key.get(one.place)) is not None}
    proposals = _proposals(session, filing, waiting, {view.place for view in chosen.values()}, places)
    views = [_view(one, proposals[str(one.id)], chosen.get(one.id), places) for one in waiting]
    order = {"unsure": 0, "likely": 1, "chosen": 2, "sure": 2}
    return sorted(views, key=lambda view: 0 if view.needs_hand else order[view.state]), places


def _proposals(
    session: Session, filing: Filing, waiting: Sequence[PendingFile], taken: Collection[Place], places: Places
) -> dict[str, Proposal]:
    """Propose for what nobody decided; for the rest only say what the names would have meant."""
    words, rows, fronts = words_of(places.kind), places.named_rows(), places_in_front(session, filing.region)
    open_ones: list[NamedFile] = []
    decided: list[NamedFile] = []
    for one in waiting:
        group = decided if one.place in places.by_key or one.place == NOWHERE else open_ones
        group.append(NamedFile(str(one.id), one.name, one.folder, one.table_name))
    found = propose(open_ones, words, rows, taken, fronts)
    return found | propose(decided, words, rows, places=fronts)


def _view(one: PendingFile, proposal: Proposal, chosen: PlaceView | None, places: Places) -> PendingView:
    said_no = one.place == NOWHERE
    proposed = places.all.get(proposal.place) if proposal.place and not said_no else None
    offered = [places.all[place] for place in (proposal.place, *proposal.others) if place]
    if chosen is not None:
        rest = [view for view in offered if view.place != chosen.place]
        return PendingView(one, proposal, chosen, [chosen, *rest], chosen.place != proposal.place)
    return PendingView(one, proposal, proposed, offered, said_no)


def choose(pending: PendingFile, key: str) -> None:
    """Note where somebody said that the file belongs; empty: nowhere of what was proposed."""
    pending.place, pending.remark = key or NOWHERE, ""


def note_choices(session: Session, filing: Filing, places: Mapping[uuid.UUID, str]) -> None:
    """Keep what a page had chosen, for files that are not placed now; nothing chosen says nothing."""
    for pending in read_waiting(session, filing):
        if key := places.get(pending.id):
            choose(pending, key)


def place_files(session: Session, filing: Filing, wishes: Iterable[Wish], actor: Actor, at: datetime) -> None:
    """Put files where they were ticked; what cannot go there keeps waiting, with a remark why.

    A file that is no longer waiting is passed over, so that a repeated request does nothing.
    """
    places = read_places(session, kind_of(filing), filing)
    waiting = {one.id: one for one in read_waiting(session, filing)}
    wanted = [(waiting[wish.file_id], wish) for wish in wishes if wish.file_id in waiting]
    if wanted:
        placed_before = PendingFile.filing_id == filing.id, PendingFile.placed_at.is_not(None)
        session.execute(delete(PendingFile).where(*placed_before))
    used: dict[str, str] = {}
    for pending, wish in wanted:
        pending.remark = _refusal(pending, wish, places.by_key.get(wish.place), used)
        if not pending.remark:
            view = places.by_key[wish.place]
            used[wish.place] = pending.name
            attach(
                session, filing, view.table, view.row, view.slot.name, pending.name, pending.file, actor, at
            )
            pending.remark, pending.placed_at = view.name[:300], at
    reach("files_placed")


def _refusal(pending: PendingFile, wish: Wish, view: PlaceView | None, used: dict[str, str]) -> str:
    """Say why the file cannot be put there; empty when it can."""
    if view is None:
        return "请先选择归入哪一处" if wish.place in ("", NOWHERE) else "选择的那一行已经删除，请改选"
    if view.closed:
        return f"该处为不可填项（{view.closed}），不用上传"
    if wish.place in used:
        return f"这一处刚刚归入了「{used[wish.place]}」，一处只放一个文件，请改选或合并成一个 PDF"[:300]
    if view.attachment is not None and not wish.replaces and view.attachment.sha256 != pending.sha256:
        return f"这一处已有「{view.attachment.name}」，要替换请勾选「替换」"[:300]
    return ""


def discard(session: Session, filing: Filing, file_ids: Collection[uuid.UUID]) -> None:
    """Let files wait no longer; like the bytes of a replaced file, theirs stay stored."""
    session.execute(
        delete(PendingFile).where(
            PendingFile.filing_id == filing.id, PendingFile.placed_at.is_(None), PendingFile.id.in_(file_ids)
        )
    )

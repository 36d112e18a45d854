"""`hatchery audit`: does the record of every act hold, link by link?"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from clock import SHANGHAI
from config import Settings
from extensions import db
from models.account import Account
from models.batch import Batch
from models.event import Chain, Event
from models.filing import Filing
from ops.prepare import connected
from ops.stored_bytes import ROWS_AT_ONCE, unchanging

HEADS = "一条链从第 1 号开始，每一号带有前一号的摘要"


@dataclass(frozen=True)
class BrokenLink:
    """The first event of a chain that is not what was recorded, and what is wrong with it."""

    event: Event
    why: str


def audit(settings: Settings) -> int:
    """Print the first broken link of every chain; return 0 when all hold, else 1."""
    with connected(settings), unchanging(db.engine) as session:
        chains, events, broken = 0, 0, 0
        for length, link in examine_chains(session):
            chains, events = chains + 1, events + length
            if link is not None:
                broken += 1
                print(f"断开  {in_words(session, link)}", flush=True)
        said = "全部完整" if not broken else f"{broken} 条断开"
        print(f"{'异常' if broken else '正常'}  {chains} 条记录链，{events} 个事件，{said}。{HEADS}。")
    return 1 if broken else 0


def examine_chains(session: Session) -> Iterator[tuple[int, BrokenLink | None]]:
    """Yield for every chain its number of events and its first broken link; reads the events once."""
    stream_id: uuid.UUID | None = None
    chain, broken = Chain(), None
    query = select(Event).order_by(Event.stream_id, Event.number).execution_options(yield_per=ROWS_AT_ONCE)
    for event in session.scalars(query):
        if event.stream_id != stream_id:
            if stream_id is not None:
                yield chain.length, broken or _unproven(chain)
            stream_id, chain, broken = event.stream_id, Chain(), None
        why = chain.wrong(event)
        if broken is None and why:
            broken = BrokenLink(event, why)
    if stream_id is not None:
        yield chain.length, broken or _unproven(chain)


def _unproven(chain: Chain) -> BrokenLink | None:
    event = chain.unproven()
    return BrokenLink(event, "内容被抹去，但没有注销账号的记录") if event is not None else None


def in_words(session: Session, link: BrokenLink) -> str:
    """Name the link: whose chain, which number, which act, when, by whom, and what is wrong."""
    event = link.event
    when = event.at.astimezone(SHANGHAI)
    return (
        f"{_owner(session, event.stream_id)} 第 {event.number} 号事件（{event.act}，{when:%Y-%m-%d %H:%M:%S}，"
        f"{event.actor_name}，{event.id}）：{link.why}"
    )


def _owner(session: Session, stream_id: uuid.UUID) -> str:
    for model, label, name in (
        (Filing, "申报", "name"),
        (Account, "账号", "login_name"),
        (Batch, "批次", "name"),
    ):
        found = session.get(model, stream_id)
        if found is not None:
            return f"{label}「{getattr(found, name)}」"
    return f"记录 {stream_id}"

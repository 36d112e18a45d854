"""Events: the append-only, hash-chained record of every act, one chain per filing and per account."""

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, HasUuid, UtcDateTime

ERASE = "erase"  # the act that removed what earlier events of its stream said
WORDS_GONE = {"words": "gone"}
NOBODYS_ROLES = ("system", "operator")  # of what acts without an account and is no person


@dataclass(frozen=True)
class Actor:
    """Who acts, as the record will show it. `account_id` is None when the system acts by itself."""

    account_id: uuid.UUID | None
    name: str
    role: str
    office_id: uuid.UUID | None = None
    address: str = ""


SYSTEM = Actor(account_id=None, name="系统", role="system")


class Event(HasUuid, Base):
    """One act. `hash` covers the act and the hash before it, so a changed or missing one is noticed."""

    __tablename__ = "event"

    stream_id: Mapped[uuid.UUID] = mapped_column(index=True, comment="id of the filing or account")
    number: Mapped[int] = mapped_column(comment="1, 2, 3 … within the stream")
    act: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    actor_name: Mapped[str] = mapped_column(String(100))
    actor_role: Mapped[str] = mapped_column(String(30))
    office_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("office.id"))
    address: Mapped[str] = mapped_column(String(45), default="")
    from_status: Mapped[str | None] = mapped_column(String(20))
    to_status: Mapped[str | None] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(String(1000), default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (UniqueConstraint("stream_id", "number"),)

    @property
    def is_erased(self) -> bool:
        """Whether its words were removed when its account was closed."""
        return self.details == WORDS_GONE

    def digest(self) -> str:
        """Compute what `hash` must be."""
        covered = [
            str(self.stream_id), self.number, self.act, self.at.astimezone(UTC).isoformat(), str(self.account_id),
            self.actor_name, self.actor_role, str(self.office_id), self.address, self.from_status,
            self.to_status, self.note, self.details, self.previous_hash,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(covered, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def record_event(
    session: Session,
    stream_id: uuid.UUID,
    act: str,
    actor: Actor,
    at: datetime,
    *,
    from_status: str | None = None,
    to_status: str | None = None,
    note: str = "",
    details: dict[str, Any] | None = None,
) -> Event:
    """Append an event to the chain of `stream_id`; two at once collide on the number and one fails."""
    newest = (
        select(Event.number, Event.hash).where(Event.stream_id == stream_id).order_by(Event.number.desc())
    )
    last = session.execute(newest.limit(1)).first()
    event = Event(
        stream_id=stream_id, number=last.number + 1 if last else 1, act=act, at=at,
        account_id=actor.account_id, actor_name=actor.name, actor_role=actor.role,
        office_id=actor.office_id, address=actor.address, from_status=from_status, to_status=to_status,
        note=note, details=details or {}, previous_hash=last.hash if last else "",
    )  # fmt: skip
    event.hash = event.digest()
    session.add(event)
    return event


class Chain:
    """Follows the events of one stream from the first, and says where they do not hold together."""

    def __init__(self) -> None:
        self.length = 0
        self._previous_hash = ""
        self._erased: dict[int, Event] = {}
        self._listed: dict[str, str] = {}

    def wrong(self, event: Event) -> str:
        """Take the next event; returns in Chinese what is wrong with it, empty when nothing is."""
        self.length += 1
        previous_hash, self._previous_hash = self._previous_hash, event.hash
        if event.number != self.length:
            return f"缺少第 {self.length} 号事件"
        if event.is_erased:
            self._erased[event.number] = event
        elif event.hash != event.digest():
            return "内容与摘要不符，记录被改动过"
        if event.act == ERASE:
            self._listed |= event.details.get("erased", {})
        return "" if event.previous_hash == previous_hash else "与前一个事件接不上"

    def unproven(self) -> Event | None:
        """Return the first event whose words are gone without a later event that says so; None at the end of a
        stream in which each such event is listed with its hash."""
        gone = (
            one for number, one in sorted(self._erased.items()) if self._listed.get(str(number)) != one.hash
        )
        return next(gone, None)


def first_broken_link(session: Session, stream_id: uuid.UUID) -> Event | None:
    """Return the first event whose hash or place in the chain is wrong; None when the chain holds."""
    chain = Chain()
    events = session.scalars(select(Event).where(Event.stream_id == stream_id).order_by(Event.number))
    return next((event for event in events if chain.wrong(event)), None) or chain.unproven()


def erase_words(session: Session, stream_id: uuid.UUID, pseudonym: str, actor: Actor, at: datetime) -> None:
    """Remove what the events of a stream say of a person, and write down which they were.

    Acts, times and hashes stay: `Chain` still proves that none is missing. The owner is called by the pseudonym,
    also where he acted without being signed in, as in an appeal.
    """
    erased = {}
    for event in session.scalars(select(Event).where(Event.stream_id == stream_id).order_by(Event.number)):
        erased[str(event.number)] = event.hash
        event.note, event.address, event.details = "", "", dict(WORDS_GONE)
        if event.account_id in (stream_id, None) and event.actor_role not in NOBODYS_ROLES:
            event.actor_name = pseudonym
    session.flush()  # the next event is numbered after them
    record_event(session, stream_id, ERASE, actor, at, details={"erased": erased})

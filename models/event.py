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


@dataclass(frozen=True)
class Actor:
    """Who acts, as the record will show it. `account_id` is None when the system acts by itself."""

    account_id: uuid.UUID | None
    name: str
    role: str
    office_id: uuid.UUID | None = None
    address: str = ""


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
    last = session.scalars(
        select(Event).where(Event.stream_id == stream_id).order_by(Event.number.desc()).limit(1)
    ).first()
    event = Event(
        stream_id=stream_id, number=last.number + 1 if last else 1, act=act, at=at,
        account_id=actor.account_id, actor_name=actor.name, actor_role=actor.role,
        office_id=actor.office_id, address=actor.address, from_status=from_status, to_status=to_status,
        note=note, details=details or {}, previous_hash=last.hash if last else "",
    )  # fmt: skip
    event.hash = event.digest()
    session.add(event)
    return event


def first_broken_link(session: Session, stream_id: uuid.UUID) -> Event | None:
    """Return the first event whose hash or place in the chain is wrong; None when the chain holds."""
    previous_hash = ""
    events = session.scalars(select(Event).where(Event.stream_id == stream_id).order_by(Event.number))
    for number, event in enumerate(events, 1):
        if event.number != number or event.previous_hash != previous_hash or event.hash != event.digest():
            return event
        previous_hash = event.hash
    return None

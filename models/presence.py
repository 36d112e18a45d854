"""Who is at a filing just now. Not a record of anything: what is older than a few minutes means nothing."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime

# Written at most this often by one browser, so that looking at pages does not queue for the write lock.
WRITE_EVERY = timedelta(seconds=30)
# Pages ask every 45 seconds; who misses three times has gone.
PRESENT_FOR = timedelta(seconds=150)


class Presence(Base):
    """One signed-in browser at one filing, real time. A browser is where it was last."""

    __tablename__ = "presence"

    session_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("login_session.id", ondelete="CASCADE"), primary_key=True
    )
    filing_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("filing.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(100))
    place: Mapped[str] = mapped_column(String(40), default="", comment="name of the tab; empty elsewhere")
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)

    def is_due(self, place: str, now: datetime) -> bool:
        """Say whether it is time to write that this browser is still there, or somewhere else by now."""
        return now - self.seen_at >= WRITE_EVERY or (
            place != self.place and now - self.seen_at >= WRITE_EVERY / 3
        )


def read_presence(session: Session, filing_id: uuid.UUID, now: datetime) -> Sequence[Presence]:
    """Return who is at the filing, one's own browser too, the latest first."""
    return session.scalars(
        select(Presence)
        .where(Presence.filing_id == filing_id, Presence.seen_at > now - PRESENT_FOR)
        .order_by(Presence.seen_at.desc())
    ).all()


def note_presence(session: Session, present: Presence) -> None:
    """Write where this browser is, and forget those who have long gone."""
    session.execute(delete(Presence).where(Presence.seen_at < present.seen_at - 10 * PRESENT_FOR))
    session.merge(present)

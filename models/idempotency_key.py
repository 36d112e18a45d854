"""Keys that make a repeated request answer like the first instead of acting again. Kept for 30 days."""

import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import ForeignKey, String, delete
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime

KEPT = timedelta(days=30)


class CarriedOut:
    """One unsafe request that was carried out, and the id of what it made. Real time only."""

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    path: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(
        String(64),
        default="",
        server_default="",
        comment="of what was posted, so that a key means one content",
    )
    made_id: Mapped[uuid.UUID | None]
    made_version: Mapped[int | None] = mapped_column(comment="the version of the row or tab that came of it")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class IdempotencyKey(CarriedOut, Base):
    """A request of somebody signed in."""

    __tablename__ = "idempotency_key"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)


class VisitorKey(CarriedOut, Base):
    """A request of a browser in which nobody was signed in."""

    __tablename__ = "visitor_key"

    visitor: Mapped[str] = mapped_column(
        String(64), primary_key=True, comment="hash of what its signed cookie holds"
    )


def forget_old_keys(session: Session, _at: datetime) -> int:
    """Delete the keys of requests that were carried out 30 days ago; returns how many."""
    count, oldest = 0, datetime.now(UTC) - KEPT
    for table in (IdempotencyKey, VisitorKey):
        old = delete(table).where(table.created_at < oldest)
        result = session.execute(old.execution_options(synchronize_session=False))
        count += result.rowcount if isinstance(result, CursorResult) else 0
    return count

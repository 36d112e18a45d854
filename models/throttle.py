"""Counters behind rate limits and locks; in the database so that they hold without Redis."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime, insert_into


@dataclass(frozen=True)
class Limit:
    """So many tries in a window; the last of them starts a block."""

    tries: int
    window: timedelta
    block: timedelta


class Throttle(Base):
    """How often something was tried in the current window, for example passwords of one account."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(String(120), primary_key=True, comment="purpose:subject, no secrets")
    count: Mapped[int] = mapped_column(default=0)
    window_ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    blocked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def is_blocked(self, now: datetime) -> bool:
        return self.blocked_until is not None and self.blocked_until > now

    def count_try(self, limit: Limit, now: datetime) -> None:
        """Count a try; the last one allowed starts the block at once, before its outcome is known."""
        if self.window_ends_at <= now:
            self.count, self.window_ends_at = 0, now + limit.window
        self.count += 1
        self.blocked_until = now + limit.block if self.count >= limit.tries else None


def take_try(session: Session, key: str, limit: Limit, now: datetime) -> timedelta | None:
    """Count a try at `key`, or return how long to wait when none is left.

    Commit before the try is made: tries at the same moment then see each other. Give it back
    (`forget_tries`, `give_back_try`) when it turns out well.
    """
    throttle = _locked(session, key, limit, now)
    if throttle.blocked_until is not None and throttle.is_blocked(now):
        return throttle.blocked_until - now
    throttle.count_try(limit, now)
    return None


def hold_counter(session: Session, key: str) -> None:
    """Let nobody else count at `key` until the commit; where there is no counter, this waits for nothing."""
    session.execute(select(Throttle.key).where(Throttle.key == key).with_for_update())


def block_of(session: Session, key: str, now: datetime) -> timedelta | None:
    """Return how long `key` is blocked, without counting a try; None when it is not."""
    throttle = session.get(Throttle, key)
    if throttle is None or throttle.blocked_until is None or not throttle.is_blocked(now):
        return None
    return throttle.blocked_until - now


def forget_tries(session: Session, key: str) -> None:
    """Start `key` afresh, for example after the right password."""
    session.execute(delete(Throttle).where(Throttle.key == key))


def give_back_try(session: Session, key: str) -> None:
    """Take one try off the count of `key`, and the block it may have started."""
    throttle = session.scalars(select(Throttle).where(Throttle.key == key).with_for_update()).first()
    if throttle is not None and throttle.count > 0:
        throttle.count, throttle.blocked_until = throttle.count - 1, None


def forget_old_tries(session: Session, now: datetime) -> None:
    """Remove counters whose window and block are over."""
    over = (Throttle.window_ends_at < now) & (
        (Throttle.blocked_until.is_(None)) | (Throttle.blocked_until < now)
    )
    session.execute(delete(Throttle).where(over).execution_options(synchronize_session=False))


def _locked(session: Session, key: str, limit: Limit, now: datetime) -> Throttle:
    """Return the counter of `key`, made if need be, locked until commit.

    The update that changes nothing takes the lock: a counter that was only found could be forgotten by somebody
    who succeeds before it is read.
    """
    fresh = insert_into(session, Throttle).values(key=key, count=0, window_ends_at=now + limit.window)
    session.execute(fresh.on_conflict_do_update(index_elements=["key"], set_={"key": key}))
    found = select(Throttle).where(Throttle.key == key)
    return session.scalars(found.execution_options(populate_existing=True)).one()

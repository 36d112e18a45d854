"""Daily work, done once a day however many workers there are."""

from datetime import date, timedelta

from sqlalchemy import String, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base


class PeriodicRun(Base):
    """The last business day on which a piece of daily work was done."""

    __tablename__ = "periodic_run"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    last_day: Mapped[date]


def last_day_of(session: Session, name: str) -> date | None:
    """Return the day for which the daily work `name` was last taken; None when it never was."""
    return session.scalar(select(PeriodicRun.last_day).where(PeriodicRun.name == name))


def claim_day(session: Session, name: str, day: date) -> bool:
    """Take the daily work `name` for `day`, in the transaction that does it; False when it is done.

    A day further ahead than tomorrow is left from a clock that was wrong; tomorrow may be that of another machine.
    """
    is_due = or_(PeriodicRun.last_day < day, PeriodicRun.last_day > day + timedelta(days=1))
    taken = session.execute(
        update(PeriodicRun)
        .where(PeriodicRun.name == name, is_due)
        .values(last_day=day)
        .returning(PeriodicRun.name)
    ).first()
    if taken is not None:
        return True
    if session.get(PeriodicRun, name) is not None:
        return False
    try:
        with session.begin_nested():
            session.add(PeriodicRun(name=name, last_day=day))
    except IntegrityError:  # another worker was faster
        return False
    return True

"""Numbers that are handed out once, in order."""

from sqlalchemy import String, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base


class Counter(Base):
    """The last number handed out under a name."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    value: Mapped[int] = mapped_column(default=0)


def next_number(session: Session, name: str) -> int:
    """Hand out the next number of `name`, starting at 1; holds the counter's row until commit."""
    taken = _take(session, name)
    if taken is not None:
        return taken
    try:
        with session.begin_nested():
            session.add(Counter(name=name, value=1))
    except IntegrityError:  # somebody made the counter at this moment
        return _take(session, name) or 1
    return 1


def _take(session: Session, name: str) -> int | None:
    next_value = update(Counter).where(Counter.name == name).values(value=Counter.value + 1)
    return session.execute(next_value.returning(Counter.value)).scalar_one_or_none()

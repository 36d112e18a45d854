"""Numbers that are handed out once, in order."""

from sqlalchemy import String, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base


class Counter(Base):
    """The last number handed out under a name."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    value: Mapped[int] = mapped_column(default=0)


def next_number(session: Session, name: str) -> int:
    """Hand out the next number of `name`, starting at 1; holds the counter's row until commit."""
    taken = session.execute(
        update(Counter).where(Counter.name == name).values(value=Counter.value + 1).returning(Counter.value)
    ).scalar_one_or_none()
    if taken is not None:
        return taken
    session.add(Counter(name=name, value=1))
    session.flush()  # a parallel first use must fail here, on the primary key
    return 1

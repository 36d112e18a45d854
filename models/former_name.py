"""Names that units had before: under them they registered, and under them people look for them."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Base, HasUuid, UtcDateTime
from models.unit import Unit, name_key


class FormerName(HasUuid, Base):
    """One name that a unit gave up. Another unit may have taken it since."""

    __tablename__ = "former_name"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(300), index=True, comment="as that of the unit")
    given_up_at: Mapped[datetime] = mapped_column(UtcDateTime)

    unit: Mapped[Unit] = relationship()


def note_former_name(session: Session, unit: Unit, name: str, at: datetime) -> None:
    """Remember a name that the unit has just given up; the same name written differently is no other one."""
    if name_key(name) != unit.name_key:
        session.add(FormerName(unit_id=unit.id, name=name, name_key=name_key(name), given_up_at=at))


def units_once_named(session: Session, name: str) -> Sequence[Unit]:
    """Return the units that had this name before, however it is written; who had it last comes first."""
    named = select(Unit).join(FormerName).where(FormerName.name_key == name_key(name))
    return session.scalars(named.order_by(FormerName.given_up_at.desc())).unique().all()

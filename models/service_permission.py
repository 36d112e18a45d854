"""Which services a unit holds: it can let people handle these and no others."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime


class ServicePermission(Base):
    """A service that a unit acquired when it first entered it with its 实名认证 passed.

    Source: 科技部政务服务平台常见问题 10.4 (单位实名认证后须先进入一次办理入口).
    """

    __tablename__ = "unit_service_permission"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    item: Mapped[str] = mapped_column(String(40), primary_key=True, comment="key of the service item")
    acquired_at: Mapped[datetime] = mapped_column(UtcDateTime)
    acquired_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))


def acquire(session: Session, unit_id: uuid.UUID, item: str, by: uuid.UUID | None, at: datetime) -> None:
    """Note that the unit holds the service; it may hold it already. Only a real-named unit acquires one."""
    if session.get(ServicePermission, (unit_id, item)) is None:
        session.add(ServicePermission(unit_id=unit_id, item=item, acquired_at=at, acquired_by_id=by))
        session.flush()  # the next question is what the unit holds


def held_items(session: Session, unit_id: uuid.UUID) -> frozenset[str]:
    """Return the keys of the services the unit holds."""
    return frozenset(
        session.scalars(select(ServicePermission.item).where(ServicePermission.unit_id == unit_id))
    )

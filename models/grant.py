"""Grants (授权): what a unit lets a natural person do for it."""

import uuid
from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.account import Account
from models.base import Base, HasUuid
from models.unit import Unit


class Grant(HasUuid, Base):
    """A role of one person in one unit, for a time. Roles: item_handler 事项办理员, unit_admin 单位管理员."""

    __tablename__ = "grant"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    grantee_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    valid_from: Mapped[date]
    valid_to: Mapped[date] = mapped_column(comment="last valid day")
    state: Mapped[str] = mapped_column(String(20), default="active", comment="active, disabled")

    unit: Mapped[Unit] = relationship()
    grantee: Mapped[Account] = relationship()

    def is_valid_on(self, day: date) -> bool:
        return self.state == "active" and self.valid_from <= day <= self.valid_to

"""Accounts of natural persons, legal persons and staff."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, HasUuid, UtcDateTime
from models.office import Office
from models.unit import Unit

ACCOUNT_TYPE_TEXTS = {"natural": "自然人", "legal": "法人（单位管理员）", "staff": "工作人员"}
ACCOUNT_TYPE_NAMES = {"natural": "自然人", "legal": "法人", "staff": "工作人员"}


class Account(HasUuid, Base):
    """Who signs in. A legal account is its unit; a natural person acts for units by grants."""

    __tablename__ = "account"

    login_name: Mapped[str] = mapped_column(String(40))
    account_type: Mapped[str] = mapped_column(String(10), comment="natural, legal, staff")
    person_name: Mapped[str] = mapped_column(String(50), default="", comment="real name; empty for a unit")
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"), index=True, comment="legal only")
    office_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("office.id"), index=True, comment="reviewers only"
    )
    staff_role: Mapped[str | None] = mapped_column(
        String(20), comment="reviewer, helpdesk, system_admin, operator; staff only"
    )
    origin: Mapped[str] = mapped_column(String(20), default="admin_created")
    state: Mapped[str] = mapped_column(String(20), default="active")
    password_hash: Mapped[str] = mapped_column(String(200))
    password_scheme: Mapped[str] = mapped_column(String(20), default="argon2id")
    password_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    unit: Mapped[Unit | None] = relationship()
    office: Mapped[Office | None] = relationship()

    __table_args__ = (Index("uq_account_login_name_lower", func.lower(login_name), unique=True),)

    @property
    def type_text(self) -> str:
        return ACCOUNT_TYPE_TEXTS[self.account_type]

"""Accounts of natural persons, legal persons and staff."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from extensions import keyring
from models.base import Base, HasUuid, UtcDateTime
from models.office import Office
from models.sealed import Sealed, mask_mail, mask_mobile
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
    mobile: Mapped[str | None] = mapped_column(Sealed)
    mobile_digest: Mapped[str | None] = mapped_column(String(64), index=True)
    mobile_verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    email: Mapped[str | None] = mapped_column(Sealed)

    unit: Mapped[Unit | None] = relationship()
    office: Mapped[Office | None] = relationship()

    __table_args__ = (Index("uq_account_login_name_lower", func.lower(login_name), unique=True),)

    @property
    def type_text(self) -> str:
        return ACCOUNT_TYPE_TEXTS[self.account_type]

    @property
    def masked_mobile(self) -> str:
        """The mobile as pages show it; empty when there is none."""
        return mask_mobile(self.mobile or "")

    @property
    def masked_email(self) -> str:
        return mask_mail(self.email or "")

    def set_mobile(self, number: str | None, verified_at: datetime | None) -> None:
        """Store a mobile with its digest; `verified_at` says when a code sent to it was typed in."""
        self.mobile, self.mobile_verified_at = number, verified_at
        self.mobile_digest = keyring.digest(number, "mobile") if number else None

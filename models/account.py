"""Accounts of natural persons, legal persons and staff."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from extensions import keyring
from models.base import Base, HasUuid, UtcDateTime
from models.id_rules import ID_TYPES
from models.office import Office
from models.sealed import Sealed, id_number_digest, id_number_digests, mask_id_number, mask_mail, mask_mobile
from models.unit import Unit

ACCOUNT_TYPE_TEXTS = {"natural": "自然人", "legal": "法人（单位管理员）", "staff": "工作人员"}
STAFF_ROLE_TEXTS = {
    "reviewer": "审核人员", "helpdesk": "客服人员", "operator": "创新积分国家级业务人员", "system_admin": "系统管理员",
}  # fmt: skip
ACCOUNT_TYPE_NAMES = {"natural": "自然人", "legal": "法人", "staff": "工作人员"}
# One natural account per identity paper; one that was merged into another has given its claim up.
HOLDS_ID_NUMBER = "account_type = 'natural' AND state <> 'merged'"
# A password that still lies here as an older system hashed it, sealed (models/legacy_password.py).
IS_SEALED = "password_scheme LIKE 'sealed_%'"


class Account(HasUuid, Base):
    """Who signs in. A legal account is its unit; a natural person acts for units by grants."""

    __tablename__ = "account"

    login_name: Mapped[str] = mapped_column(String(40))
    account_type: Mapped[str] = mapped_column(String(10), comment="natural, legal, staff")
    person_name: Mapped[str] = mapped_column(
        String(50), default="", comment="real name; of a legal account its 主代办人"
    )
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
    closes_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime,
        index=True,
        comment="business time; its owner wants it closed, and may think again until then",
    )
    mobile: Mapped[str | None] = mapped_column(Sealed)
    mobile_digest: Mapped[str | None] = mapped_column(String(64), index=True)
    mobile_verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    email: Mapped[str | None] = mapped_column(Sealed)
    id_type: Mapped[str | None] = mapped_column(
        String(30), comment="as in ID_TYPES; of a legal account the paper of its 主代办人"
    )
    id_number: Mapped[str | None] = mapped_column(Sealed)
    id_number_digest: Mapped[str | None] = mapped_column(String(64))

    unit: Mapped[Unit | None] = relationship()
    office: Mapped[Office | None] = relationship()

    __table_args__ = (
        Index("uq_account_login_name_lower", func.lower(login_name), unique=True),
        Index("uq_account_id_number_digest", "id_number_digest", unique=True,
              sqlite_where=text(HOLDS_ID_NUMBER), postgresql_where=text(HOLDS_ID_NUMBER)),
        Index("ix_account_sealed_password", "id", sqlite_where=text(IS_SEALED), postgresql_where=text(IS_SEALED)),
    )  # fmt: skip

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

    @property
    def id_type_text(self) -> str:
        return ID_TYPES.get(self.id_type or "", "")

    @property
    def masked_id_number(self) -> str:
        """The number of the identity paper as pages show it; empty when there is none."""
        return mask_id_number(self.id_number or "")

    def set_id_number(self, id_type: str, number: str) -> None:
        """Store the number of an identity paper, as `plain_id_number` writes it, with its digest."""
        self.id_type, self.id_number = id_type, number
        self.id_number_digest = id_number_digest(id_type, number)

    @property
    def names_not_for_passwords(self) -> tuple[str | None, ...]:
        """What anybody may know of the account, so that a password must not contain it."""
        return self.login_name, self.mobile, self.unit.uscc if self.unit else None

    def set_mobile(self, number: str | None, verified_at: datetime | None) -> None:
        """Store a mobile with its digest; `verified_at` says when a code sent to it was typed in."""
        self.mobile, self.mobile_verified_at = number, verified_at
        self.mobile_digest = keyring.digest(number, "mobile") if number else None


def holder_of_id_number(session: Session, id_type: str, number: str) -> Account | None:
    """Return the natural account that this identity paper belongs to; None while nobody claims it."""
    digests = id_number_digests(id_type, number)
    held = select(Account).where(Account.id_number_digest.in_(digests), text(HOLDS_ID_NUMBER))
    return session.scalars(held).first()


def account_to_reset(session: Session, login_name: str) -> Account | None:
    """Return the account of this login name, also without the prefix that foreign experts forget.

    Source: 科技部政务服务平台常见问题 5.2 (原外国专家系统的登录名可能带有 WGZJXM).
    """
    return account_named(session, login_name) or account_named(session, f"WGZJXM{login_name}")


def account_named(session: Session, login_name: str) -> Account | None:
    """Return the account of this login name, in whatever case; None when there is none."""
    named = select(Account).where(func.lower(Account.login_name) == login_name.lower())
    return session.scalars(named).first()

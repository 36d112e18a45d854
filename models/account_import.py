"""Accounts taken over from an older system, and what could not be settled by rule when they were."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.account import Account
from models.base import Base, HasUuid, UtcDateTime
from models.unit import Unit

# Why people should look at an account that was taken over.
CONFLICT_TEXTS = {
    "held": "单位已有法人账号",
    "name_differs": "待核对单位名称",
    "code_differs": "待核对统一社会信用代码",
    "login_taken": "原登录名已被使用",
}


class AccountImport(HasUuid, Base):
    """One account that came from an older system; the same line of a later file is found by its `source`."""

    __tablename__ = "account_import"

    source: Mapped[str] = mapped_column(String(100), unique=True, comment="code and login name as they came")
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="business time")


class AccountConflict(HasUuid, Base):
    """Something about an account taken over that was not as the file said (conflict_record)."""

    __tablename__ = "account_conflict"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20), comment="as in CONFLICT_TEXTS")
    said: Mapped[str] = mapped_column(String(100), comment="what the file said: a name, a code, a login name")
    found: Mapped[str] = mapped_column(String(100), comment="what was there instead")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="business time")

    account: Mapped[Account] = relationship()
    unit: Mapped[Unit] = relationship()

    @property
    def kind_text(self) -> str:
        return CONFLICT_TEXTS[self.kind]


def source_of(uscc: str, login_name: str) -> str:
    """Return what tells one account of the older system from all others."""
    return f"{uscc}|{login_name.lower()}"

"""Passwords an account had before, so that none of the last comes back."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.account import Account
from models.base import Base, HasUuid, UtcDateTime
from models.password import SCHEME, password_matches
from models.password_rules import KEPT


class FormerPassword(HasUuid, Base):
    """The hash of a password that was replaced. Real time only."""

    __tablename__ = "former_password"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    password_hash: Mapped[str] = mapped_column(String(200))
    replaced_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_former_password_account_id_replaced_at", "account_id", "replaced_at"),)


def was_used_before(session: Session, account: Account, password: str, former: int) -> bool:
    """Say whether the password is the present one or one of those just before, `former` in all.

    Takes half a second when there are five: ask before the write lock is taken.
    """
    hashes = [account.password_hash, *(one.password_hash for one in _former(session, account.id))]
    return any(password_matches(stored, password) for stored in hashes[:former] if stored)


def replace_password(
    session: Session, account: Account, password_hash: str, now: datetime, at: datetime
) -> None:
    """Give the account a new password and keep the hash of the old; `now` is real time, `at` business time.

    Whoever calls this ends the account's sessions too (`end_sessions` in `models/login_session.py`).
    """
    for forgotten in _former(session, account.id)[KEPT - 2 :]:
        session.delete(forgotten)
    if account.password_hash and account.password_scheme == SCHEME:
        session.add(
            FormerPassword(account_id=account.id, password_hash=account.password_hash, replaced_at=now)
        )
    account.password_hash, account.password_scheme = password_hash, SCHEME
    account.password_changed_at, account.must_change_password = at, False


def _former(session: Session, account_id: uuid.UUID) -> list[FormerPassword]:
    newest = select(FormerPassword).where(FormerPassword.account_id == account_id)
    return list(session.scalars(newest.order_by(FormerPassword.replaced_at.desc())))

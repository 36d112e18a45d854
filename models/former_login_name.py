"""Login names that accounts gave up: for a year nobody else may take one, as messages to it may still be about."""

import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import ForeignKey, String, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.account import Account
from models.base import Base, HasUuid, UtcDateTime

KEPT = timedelta(days=365)


class FormerLoginName(HasUuid, Base):
    """A login name that was somebody's. Real time only."""

    __tablename__ = "former_login_name"

    name: Mapped[str] = mapped_column(String(40), index=True, comment="in lower case")
    account_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("account.id"), index=True, comment="whose it was"
    )
    given_up_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kept_until: Mapped[datetime] = mapped_column(UtcDateTime, comment="nobody else may take it before")


def keep_login_name(session: Session, account: Account, now: datetime) -> None:
    """Keep the present login name of the account, which is about to have another."""
    session.add(
        FormerLoginName(
            name=account.login_name.lower(), account_id=account.id, given_up_at=now, kept_until=now + KEPT
        )
    )


def is_login_name_taken(session: Session, name: str, but: Account | None = None) -> bool:
    """Say whether somebody signs in with this name, in whatever case, or gave it up less than a year ago.

    `but` is the account that asks: what is or was its own is not taken.
    """
    others = [Account.id != but.id] if but else []
    held = select(Account.id).where(func.lower(Account.login_name) == name.lower(), *others)
    return session.scalars(held).first() is not None or bool(kept_login_names(session, {name}, but))


def kept_login_names(session: Session, names: set[str], but: Account | None = None) -> set[str]:
    """Return which of the names, in lower case, others gave up less than a year ago."""
    query = select(FormerLoginName.name).where(
        FormerLoginName.name.in_({name.lower() for name in names}), FormerLoginName.kept_until > datetime.now(UTC)
    )  # fmt: skip
    return set(session.scalars(query.where(FormerLoginName.account_id != but.id) if but else query))


def former_login_names(session: Session, account: Account) -> list[str]:
    """Return the names the account had before, in lower case, the oldest first."""
    query = select(FormerLoginName.name).where(FormerLoginName.account_id == account.id)
    return list(session.scalars(query.order_by(FormerLoginName.given_up_at)))


def was_called(session: Session, account: Account, name: str) -> bool:
    """Say whether this is or was the login name of the account, as a page says that was open before a change."""
    own = or_(Account.login_name == name, FormerLoginName.name == name.lower())
    query = select(Account.id).outerjoin(FormerLoginName, FormerLoginName.account_id == Account.id)
    return session.scalars(query.where(Account.id == account.id, own)).first() is not None

"""Links that let whoever holds them do one thing once: the way to a password that only its owner knows."""

import secrets
import uuid
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.account import Account
from models.base import Base, HasUuid, UtcDateTime
from models.login_session import hash_token

# What a link is for → how long it is good.
LIFETIMES = {"activation": timedelta(days=7), "recovery": timedelta(hours=24)}
TOKEN_LENGTH = 43  # 256 random bits in the letters of addresses


class OneTimeLink(HasUuid, Base):
    """One link to one account. The message holds the token, the table only its hash. Real time only."""

    __tablename__ = "one_time_link"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(20), comment="as in LIFETIMES")
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="or taken back")

    account: Mapped[Account] = relationship()

    @classmethod
    def issue(cls, session: Session, account: Account, purpose: str, now: datetime) -> str:
        """Make a link for the account and return its token; earlier links of the same purpose end."""
        take_back_links(session, account, now, purpose)
        token = secrets.token_urlsafe(32)
        session.add(
            cls(token_hash=hash_token(token), purpose=purpose, account_id=account.id, created_at=now,
                expires_at=now + LIFETIMES[purpose])
        )  # fmt: skip
        return token

    def spend(self, session: Session, now: datetime) -> bool:
        """Use the link up; False when somebody else just did, or its time is over."""
        spent = session.execute(
            update(OneTimeLink)
            .where(OneTimeLink.id == self.id, OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now)
            .values(used_at=now)
            .returning(OneTimeLink.id)
        )
        return spent.first() is not None


def usable_link(session: Session, token: str, purpose: str, now: datetime) -> OneTimeLink | None:
    """Return the link of this token while it can be used; None when it is used, too old or made up."""
    return session.scalars(
        select(OneTimeLink).where(
            OneTimeLink.token_hash == hash_token(token),
            OneTimeLink.purpose == purpose,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
        )
    ).first()


def take_back_links(session: Session, account: Account, now: datetime, purpose: str) -> None:
    """End the unused links of a purpose, as when another one goes out or the account is disabled."""
    session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.account_id == account.id, OneTimeLink.purpose == purpose, OneTimeLink.used_at.is_(None))
        .values(used_at=now)
    )  # fmt: skip

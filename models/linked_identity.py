"""Accounts of another platform that somebody signs in with: at most one there to one here."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from extensions import keyring
from models.account import Account
from models.base import Base, HasUuid, UtcDateTime
from models.event import Actor, record_event
from models.notification import notify
from models.sealed import Sealed

PAGE = "/account/federated"
DIGEST_OF = "external identity"


class LinkedIdentity(HasUuid, Base):
    """One link. Some platforms use the number of the identity paper as their id, so it is sealed."""

    __tablename__ = "linked_identity"

    provider: Mapped[str] = mapped_column(String(200), comment="its issuer")
    external_id: Mapped[str] = mapped_column(Sealed)
    external_id_digest: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    assurance: Mapped[int] = mapped_column(comment="what the platform said last: 2 to 5")
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="business time")
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="business time")

    account: Mapped[Account] = relationship()

    __table_args__ = (
        UniqueConstraint("provider", "external_id_digest"),
        UniqueConstraint("provider", "account_id"),
    )


def link_of_identity(session: Session, provider: str, external_id: str) -> LinkedIdentity | None:
    """Return the link of somebody of another platform; None while he has none."""
    digests = keyring.digests(f"{provider}\0{external_id}", DIGEST_OF)
    held = select(LinkedIdentity).where(
        LinkedIdentity.provider == provider, LinkedIdentity.external_id_digest.in_(digests)
    )
    return session.scalars(held).first()


def link_of_account(session: Session, provider: str, account_id: uuid.UUID) -> LinkedIdentity | None:
    """Return the link an account has to the platform; None while it has none."""
    held = select(LinkedIdentity).where(
        LinkedIdentity.provider == provider, LinkedIdentity.account_id == account_id
    )
    return session.scalars(held).first()


def link(
    session: Session,
    account: Account,
    provider: str,
    external_id: str,
    assurance: int,
    actor: Actor,
    at: datetime,
) -> LinkedIdentity:
    """Link somebody of another platform to the account, and tell its owner; IntegrityError: one is linked already.

    The caller has proven that both are the same person's.
    """
    made = LinkedIdentity(
        provider=provider, external_id=external_id, assurance=assurance, linked_at=at, account_id=account.id,
        external_id_digest=keyring.digest(f"{provider}\0{external_id}", DIGEST_OF),
    )  # fmt: skip
    session.add(made)
    session.flush()  # whoever comes second is refused here
    record_event(session, account.id, "link_identity", actor, at, details={"assurance": assurance})
    notify(session, [account], "identity_linked", {"登录名": account.login_name}, PAGE, at)
    return made


def unlink(session: Session, linked: LinkedIdentity, actor: Actor, at: datetime) -> None:
    """Take a link away, and tell the owner of the account."""
    session.delete(linked)
    record_event(session, linked.account_id, "unlink_identity", actor, at)
    notify(session, [linked.account], "identity_unlinked", {"登录名": linked.account.login_name}, PAGE, at)

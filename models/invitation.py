"""Invitations (创建用户): a unit enters somebody who has no account yet, and he makes it himself by a link."""

import secrets
import uuid
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.account import Account
from models.base import Base, HasUuid, UtcDateTime
from models.id_rules import ID_TYPES
from models.login_session import hash_token
from models.sealed import Sealed, id_number_digest, id_number_digests, mask_id_number, mask_mobile
from models.unit import Unit

LIFETIME = timedelta(days=7)
PENDING, ACCEPTED, CANCELLED = "pending", "accepted", "cancelled"
_pending = text("state = 'pending'")


class Invitation(HasUuid, Base):
    """One person invited by one unit. The message holds the token of the link, the table only its hash.

    Nobody's account is made before he follows the link, so that a number typed wrong takes nobody's place. Number
    and mobile are forgotten when the invitation is accepted or cancelled.
    """

    __tablename__ = "invitation"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    person_name: Mapped[str] = mapped_column(String(50))
    id_type: Mapped[str] = mapped_column(String(30), comment="as in ID_TYPES")
    id_number: Mapped[str | None] = mapped_column(Sealed)
    id_number_digest: Mapped[str | None] = mapped_column(String(64))
    mobile: Mapped[str | None] = mapped_column(Sealed)
    state: Mapped[str] = mapped_column(
        String(20), default=PENDING, comment="pending, accepted, cancelled; pending after expires_at: expired"
    )
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="business time")
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True, comment="real time")
    sent_count: Mapped[int] = mapped_column(default=1)
    invited_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), comment="what came of it")

    unit: Mapped[Unit] = relationship()
    account: Mapped[Account | None] = relationship(foreign_keys=[account_id])

    __table_args__ = (
        Index("uq_invitation_pending", "unit_id", "id_number_digest", unique=True,
              sqlite_where=_pending, postgresql_where=_pending),
    )  # fmt: skip

    @property
    def id_type_text(self) -> str:
        return ID_TYPES[self.id_type]

    @property
    def masked_id_number(self) -> str:
        return mask_id_number(self.id_number or "")

    @property
    def masked_mobile(self) -> str:
        return mask_mobile(self.mobile or "")

    def set_id_number(self, id_type: str, number: str) -> None:
        """Store the number of an identity paper, as `plain_id_number` writes it, with its digest."""
        self.id_type, self.id_number = id_type, number
        self.id_number_digest = id_number_digest(id_type, number)

    def is_open(self, now: datetime) -> bool:
        """Say whether its link can be followed at the real time `now`."""
        return self.state == PENDING and self.expires_at > now

    def renew_token(self, now: datetime) -> str:
        """Make a new link and return its token; the one before ends."""
        token = secrets.token_urlsafe(32)
        self.token_hash, self.expires_at = hash_token(token), now + LIFETIME
        return token

    def leave(self, session: Session, state: str, account_id: uuid.UUID | None = None) -> bool:
        """Accept or cancel it; False when somebody else just did one of them."""
        left = session.execute(
            update(Invitation)
            .where(Invitation.id == self.id, Invitation.state == PENDING)
            .values(state=state, account_id=account_id, id_number=None, id_number_digest=None, mobile=None)
            .returning(Invitation.id)
            .execution_options(synchronize_session=False)
        )
        has_left = left.first() is not None
        session.refresh(self)
        return has_left


def open_invitation(session: Session, token: str, now: datetime) -> Invitation | None:
    """Return the invitation of this link while it can be followed; None when it is over or made up."""
    found = session.scalars(select(Invitation).where(Invitation.token_hash == hash_token(token))).first()
    return found if found is not None and found.is_open(now) else None


def pending_invitation(session: Session, unit_id: uuid.UUID, id_type: str, number: str) -> Invitation | None:
    """Return the unit's pending invitation to the holder of this paper, expired or not; None: there is none."""
    digests = id_number_digests(id_type, number)
    query = select(Invitation).where(
        Invitation.unit_id == unit_id, Invitation.state == PENDING, Invitation.id_number_digest.in_(digests)
    )
    return session.scalars(query).first()

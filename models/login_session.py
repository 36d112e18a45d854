"""Server-side sessions: listable, revocable, worthless once ended."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.account import Account
from models.base import Base, HasUuid, UtcDateTime


class LoginSession(HasUuid, Base):
    """One signed-in browser. The cookie holds a random token, the table only its hash."""

    __tablename__ = "login_session"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    acting_unit_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("unit.id"), comment="the unit a natural person now acts for"
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="touched at most once a minute")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    address: Mapped[str] = mapped_column(String(45), default="")
    browser: Mapped[str] = mapped_column(String(100), default="", comment="family and major version only")

    account: Mapped[Account] = relationship()

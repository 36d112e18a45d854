"""Captchas that were answered, right or wrong, and so are spent."""

import uuid
from datetime import datetime

from sqlalchemy import Uuid, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime, insert_into


class SpentCaptcha(Base):
    """One captcha nobody may answer again. Showing one stores nothing: its cookie tells the server which."""

    __tablename__ = "spent_captcha"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True, comment="may be forgotten then")


def spend_captcha(session: Session, captcha_id: uuid.UUID, expires_at: datetime, now: datetime) -> bool:
    """Mark the captcha as answered; False when it was already, so of twenty at once one succeeds."""
    session.execute(delete(SpentCaptcha).where(SpentCaptcha.expires_at < now))
    spent = (
        insert_into(session, SpentCaptcha)
        .values(id=captcha_id, expires_at=expires_at)
        .on_conflict_do_nothing()
    )
    return session.execute(spent.returning(SpentCaptcha.id)).first() is not None

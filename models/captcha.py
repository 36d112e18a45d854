"""Captchas that were shown and wait for one answer."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, HasUuid, UtcDateTime


class Captcha(HasUuid, Base):
    """One picture; single use, valid five minutes, bound to the browser that was shown it."""

    __tablename__ = "captcha"

    answer: Mapped[str] = mapped_column(String(10))
    browser_token: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

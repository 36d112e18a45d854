"""Counters behind rate limits and locks; in the database so that they hold without Redis."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime


class Throttle(Base):
    """How often something happened in the current window, for example wrong passwords of one account."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(String(120), primary_key=True, comment="purpose:subject, no secrets")
    count: Mapped[int] = mapped_column(default=0)
    window_ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    blocked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

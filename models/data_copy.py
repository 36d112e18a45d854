"""Copies of what the platform holds about an account, ordered by its owner."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, HasUuid, UtcDateTime

LIFETIME = timedelta(days=7)
_unfinished = text("state IN ('queued', 'running')")


class DataCopy(HasUuid, Base):
    """One archive for one account, made in the background; its bytes are sealed and go after a week.

    Source: 个人信息保护法 第四十五条 (个人有权向个人信息处理者查阅、复制其个人信息).
    """

    __tablename__ = "data_copy"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    state: Mapped[str] = mapped_column(String(10), default="queued", comment="queued, running, ready, failed")
    done: Mapped[int] = mapped_column(default=0, comment="parts written")
    total: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str] = mapped_column(String(500), default="", comment="in Chinese")
    sha256: Mapped[str | None] = mapped_column(
        String(64), index=True, comment="of the sealed bytes; None: not there, or removed"
    )
    size: Mapped[int | None] = mapped_column(comment="of the sealed bytes")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="business time")
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="real time")

    __table_args__ = (
        # One at a time, whatever is pressed twice.
        Index("uq_data_copy_unfinished", "account_id", unique=True,
              sqlite_where=_unfinished, postgresql_where=_unfinished),
    )  # fmt: skip

    @property
    def is_finished(self) -> bool:
        return self.state in ("ready", "failed")

    def is_there(self, now: datetime) -> bool:
        """Say whether it can be downloaded at the real time `now`."""
        return self.state == "ready" and self.sha256 is not None and self.expires_at > now

"""Exports: workbooks of the filings an office sees, made in the background."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, HasUuid, UtcDateTime


class Export(HasUuid, Base):
    """One workbook that a reviewer ordered; `query` are the filters of the queue at that moment."""

    __tablename__ = "export"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    office_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("office.id"))
    query: Mapped[str] = mapped_column(String(500))
    state: Mapped[str] = mapped_column(String(10), default="queued", comment="queued, running, ready, failed")
    done: Mapped[int] = mapped_column(default=0, comment="filings written")
    total: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str] = mapped_column(String(500), default="", comment="in Chinese")
    sha256: Mapped[str | None] = mapped_column(
        String(64), index=True, comment="None: not there, or cleared away"
    )
    size: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_export_account_id_created_at", "account_id", "created_at"),)

    @property
    def is_finished(self) -> bool:
        return self.state in ("ready", "failed")

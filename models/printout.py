"""Printouts: letters and certificates as PDF, each made once from a frozen document."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, HasUuid, UtcDateTime


class Printout(HasUuid, Base):
    """What a paper says, and its PDF. Who has the same to print finds it; what changed since is another one."""

    __tablename__ = "printout"

    kind: Mapped[str] = mapped_column(String(20), comment="letter, certificate")
    digest: Mapped[str] = mapped_column(String(64), unique=True, comment="of kind and document")
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10), default="queued", comment="queued, ready, failed")
    failure: Mapped[str] = mapped_column(String(500), default="", comment="in Chinese")
    pdf_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    pdf_size: Mapped[int | None]
    page_count: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def is_finished(self) -> bool:
        return self.state in ("ready", "failed")

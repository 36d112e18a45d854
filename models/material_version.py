"""Generated materials (申报材料版本): a frozen snapshot, its PDF and its 版本号."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from models.account import Account
from models.base import Base, HasUuid, UtcDateTime


class MaterialVersion(HasUuid, Base):
    """One generation. The row lives for ever; the bytes for submitted versions and the last three."""

    __tablename__ = "material_version"

    filing_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("filing.id"), index=True)
    number: Mapped[int] = mapped_column(comment="001, 002 … within the filing")
    version_no: Mapped[str] = mapped_column(String(40), unique=True)
    snapshot: Mapped[dict[str, Any]] = deferred(mapped_column(JSON))
    content_hash: Mapped[str] = mapped_column(String(64))
    generated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    generated_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    state: Mapped[str] = mapped_column(String(10), default="queued", comment="queued, running, ready, failed")
    step: Mapped[str] = mapped_column(String(20), default="", comment="typeset, merge, stamp, finish")
    step_done: Mapped[int] = mapped_column(default=0)
    step_total: Mapped[int] = mapped_column(default=0)
    step_what: Mapped[str] = mapped_column(String(300), default="", comment="the file being worked on")
    failure: Mapped[str] = mapped_column(String(500), default="", comment="in Chinese, for the applicant")
    failed_attachment_no: Mapped[int | None]
    page_count: Mapped[int | None]
    pdf_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    pdf_size: Mapped[int | None]
    pdf_removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="bytes gone, digest kept")
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    generated_by: Mapped[Account] = relationship()

    __table_args__ = (UniqueConstraint("filing_id", "number"),)

    @property
    def is_ready(self) -> bool:
        return self.state == "ready"

    @property
    def has_pdf(self) -> bool:
        return self.is_ready and self.pdf_removed_at is None

    @property
    def is_finished(self) -> bool:
        return self.state in ("ready", "failed")

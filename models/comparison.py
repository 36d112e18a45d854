"""Printed comparisons (比较表): the PDF of what differs between two frozen versions, made once."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, HasUuid, UtcDateTime
from models.material_version import MaterialVersion


class PrintedComparison(HasUuid, Base):
    """One pair of versions. Both are frozen, so what was printed stays right for ever."""

    __tablename__ = "printed_comparison"

    before_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("material_version.id"), index=True)
    after_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("material_version.id"), index=True)
    state: Mapped[str] = mapped_column(String(10), default="queued", comment="queued, ready, failed")
    failure: Mapped[str] = mapped_column(String(500), default="", comment="in Chinese")
    pdf_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    pdf_size: Mapped[int | None]
    page_count: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    before: Mapped[MaterialVersion] = relationship(foreign_keys=before_id)
    after: Mapped[MaterialVersion] = relationship(foreign_keys=after_id)

    __table_args__ = (UniqueConstraint("before_id", "after_id"),)

    @property
    def is_finished(self) -> bool:
        return self.state in ("ready", "failed")

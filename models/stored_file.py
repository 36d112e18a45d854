"""Bytes that were admitted: the original and the working copy, both by their sha256."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, String, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime


class StoredFile(Base):
    """One admitted file. Viewers and the merge read the clean copy; the original is a download only."""

    __tablename__ = "stored_file"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True, comment="of the original")
    size: Mapped[int]
    clean_sha256: Mapped[str] = mapped_column(String(64))
    clean_size: Mapped[int]
    pages: Mapped[int]
    notes: Mapped[list[Any]] = mapped_column(JSON, default=list, comment="what was changed in the clean copy")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    discarded_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, comment="given up; removed unless something else refers to it"
    )

    __table_args__ = (
        Index("ix_stored_file_discarded", "discarded_at", sqlite_where=text("discarded_at IS NOT NULL"),
              postgresql_where=text("discarded_at IS NOT NULL")),
    )  # fmt: skip


def give_up(session: Session, digests: Iterable[str], at: datetime) -> None:
    """Mark files that a case or a sheet needs no more; they are removed unless something else refers to them."""
    session.execute(update(StoredFile).where(StoredFile.sha256.in_(list(digests))).values(discarded_at=at))


def is_referred_to(session: Session, sha256: str) -> bool:
    """Say whether a row of any table refers to the file."""
    return any(
        session.execute(select(column).where(column == sha256).limit(1)).first() for column in _referring()
    )


def _referring() -> list[Column[Any]]:
    """Return every column that names a stored file; a new one is found by itself."""
    return [
        key.parent for table in Base.metadata.tables.values() for key in table.foreign_keys
        if key.target_fullname == "stored_file.sha256"
    ]  # fmt: skip

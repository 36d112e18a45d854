"""Bytes that were admitted: the original and the working copy, both by their sha256."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

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

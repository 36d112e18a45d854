"""Fingerprints (特征): what a submitted filing claims for itself, so that two filings claiming it are noticed."""

import uuid

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, HasUuid


class Fingerprint(HasUuid, Base):
    """One code, person, address or file at one place of what was submitted last.

    `mark` is the digest of its normal form: equal marks are the same thing. `text` is what stands there.
    """

    __tablename__ = "fingerprint"

    filing_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("filing.id"), index=True)
    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("batch.id"))
    what: Mapped[str] = mapped_column(String(10), comment="uscc, person, address, file")
    mark: Mapped[str] = mapped_column(String(64))
    place: Mapped[str] = mapped_column(String(120), comment="tab/slot or table/row/field")
    text: Mapped[str] = mapped_column(String(300))

    __table_args__ = (Index("ix_fingerprint_mark", "batch_id", "what", "mark"),)

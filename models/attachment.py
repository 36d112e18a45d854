"""Attachments (证明材料): what a file proves, in one slot of a filing or of one of its rows."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, HasUuid, UtcDateTime
from models.stored_file import StoredFile


class Attachment(HasUuid, Base):
    """The file in one slot. `owner_id` is the row's id, or the filing's for a slot of a tab."""

    __tablename__ = "attachment"

    filing_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("filing.id"), index=True)
    owner_id: Mapped[uuid.UUID]
    slot: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200), comment="as the applicant named it")
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    uploaded_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    file: Mapped[StoredFile] = relationship(lazy="joined")

    __table_args__ = (UniqueConstraint("owner_id", "slot"),)

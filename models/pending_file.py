"""Files that were admitted in bulk and wait until somebody says what they prove."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, HasUuid, UtcDateTime
from models.stored_file import StoredFile


class PendingFile(HasUuid, Base):
    """One admitted file of a filing. After the confirmation it stays as the account of what became of it."""

    __tablename__ = "pending_file"

    filing_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("filing.id"), index=True)
    name: Mapped[str] = mapped_column(String(200), comment="as the applicant named it")
    folder: Mapped[str] = mapped_column(String(200), default="", comment="in which it was chosen, if in one")
    table_name: Mapped[str] = mapped_column(String(40), default="", comment="the only table it may belong to")
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    uploaded_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    place: Mapped[str] = mapped_column(
        String(130), default="", comment="chosen by somebody: table/row/slot or slot; empty: as proposed"
    )
    remark: Mapped[str] = mapped_column(String(300), default="", comment="why it was not placed, or where")
    placed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    file: Mapped[StoredFile] = relationship(lazy="joined")

    @property
    def path(self) -> str:
        """The name with the folder, as it was chosen."""
        return f"{self.folder}/{self.name}" if self.folder else self.name

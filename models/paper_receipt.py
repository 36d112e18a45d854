"""纸质材料签收: paper that an office took in, for one version of a filing."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.account import Account
from models.base import Base, HasUuid, UtcDateTime
from models.office import Office


class PaperReceipt(HasUuid, Base):
    """What was handed in at once: copies of the version that was submitted then, and perhaps a disc."""

    __tablename__ = "paper_receipt"

    filing_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("filing.id"), index=True)
    office_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("office.id"))
    version_no: Mapped[str] = mapped_column(String(40))
    copies: Mapped[int]
    has_disc: Mapped[bool]
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))

    office: Mapped[Office] = relationship()
    received_by: Mapped[Account] = relationship()

    @property
    def words(self) -> str:
        """What was received: 5 份，附光盘."""
        return f"{self.copies} 份，{'附' if self.has_disc else '无'}光盘"

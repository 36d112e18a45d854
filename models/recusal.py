"""Recusals (回避): a reviewer who has an interest in a filing and gave it up."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime


class Recusal(Base):
    """One reviewer who no longer sees one filing. There is no way back."""

    __tablename__ = "recusal"

    filing_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("filing.id"), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True, index=True)
    reason: Mapped[str] = mapped_column(String(500))
    declared_at: Mapped[datetime] = mapped_column(UtcDateTime)

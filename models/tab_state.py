"""What is known of one tab of one filing besides its answers."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime


class TabState(Base):
    """Version of a tab, when 保存 was pressed, and typed text that did not parse (shown again)."""

    __tablename__ = "tab_state"

    filing_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("filing.id"), primary_key=True)
    tab: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    saved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    saved_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    unsaved_input: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, comment="field → typed text")

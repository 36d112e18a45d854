"""Blocks pasted or uploaded into a table: previewed, confirmed once, undone as a whole."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, HasUuid, UtcDateTime


class TableImport(HasUuid, Base):
    """One block of lines for one table. Nothing of it is in the table before `confirmed_at`."""

    __tablename__ = "table_import"

    filing_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("filing.id"), index=True)
    table_name: Mapped[str] = mapped_column(String(40))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(String(20), comment="paste or file")
    unknown: Mapped[list[str]] = mapped_column(JSON, comment="heads of columns that were left out")
    lines: Mapped[list[dict[str, Any]]] = mapped_column(
        JSON, comment="no: line of the sheet, row: id or empty, texts: field → typed text"
    )
    seen: Mapped[dict[str, int]] = mapped_column(JSON, comment="row id → version the preview compared with")
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done: Mapped[dict[str, Any]] = mapped_column(
        JSON,
        default=dict,
        comment="added: row id → version; changed: row id → version, answers before; left: line numbers",
    )
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def belongs_to(self, filing_id: uuid.UUID, table_name: str) -> bool:
        return self.filing_id == filing_id and self.table_name == table_name

    @property
    def can_be_undone(self) -> bool:
        return self.confirmed_at is not None and self.undone_at is None

    @property
    def count(self) -> int:
        """How many rows were added and changed; 0 before the confirmation."""
        return len(self.done.get("added", ())) + len(self.done.get("changed", ()))

"""What all rows of filing tables share."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import HasUuid, UtcDateTime


class FilingRow(HasUuid):
    """One row. A removed row keeps its bytes until undone; everybody else ignores it."""

    filing_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("filing.id"), index=True)
    place: Mapped[int] = mapped_column(comment="order within the table; gaps are allowed")
    version: Mapped[int] = mapped_column(default=1)
    error_count: Mapped[int] = mapped_column(default=0, comment="blocking problems besides missing answers")
    missing_count: Mapped[int] = mapped_column(default=0, comment="required answers and files not given")
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

"""Activities for start-ups (创新创业活动)."""

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.row import FilingRow


class Activity(FilingRow, Base):
    """One activity within the reporting period."""

    __tablename__ = "activity"

    activity_name: Mapped[str | None] = mapped_column(String(100))
    activity_type: Mapped[str | None] = mapped_column(String(20))
    held_on: Mapped[date | None]
    summary: Mapped[str | None] = mapped_column(String(500))

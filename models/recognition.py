"""How others see a carrier: media reports and honors."""

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.row import FilingRow


class MediaReport(FilingRow, Base):
    """One report in the media (宣传报道)."""

    __tablename__ = "media_report"

    title: Mapped[str | None] = mapped_column(String(200))
    media_name: Mapped[str | None] = mapped_column(String(100))
    reported_on: Mapped[date | None]


class Honor(FilingRow, Base):
    """One honor (荣誉)."""

    __tablename__ = "honor"

    honor_name: Mapped[str | None] = mapped_column(String(200))
    granted_by: Mapped[str | None] = mapped_column(String(100))
    granted_on: Mapped[date | None]
    honor_level: Mapped[str | None] = mapped_column(String(20))

"""Venues (服务场地)."""

from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Hundredths
from models.row import FilingRow


class Venue(FilingRow, Base):
    """One place a carrier uses; areas in square metres."""

    __tablename__ = "venue"

    address: Mapped[str | None] = mapped_column(String(200))
    area_total: Mapped[Decimal | None] = mapped_column(Hundredths, comment="㎡")
    area_resident: Mapped[Decimal | None] = mapped_column(Hundredths, comment="㎡, 创业团队和企业")
    area_public: Mapped[Decimal | None] = mapped_column(Hundredths, comment="㎡")
    area_own_use: Mapped[Decimal | None] = mapped_column(Hundredths, comment="㎡")
    area_other: Mapped[Decimal | None] = mapped_column(Hundredths, comment="㎡")
    workstations: Mapped[int | None]
    ownership: Mapped[list[Any] | None] = mapped_column(JSON, comment="owned, entrusted, leased")

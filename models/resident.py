"""Residents of a carrier: start-up teams and enterprises, cumulative since it began to operate."""

from datetime import date
from decimal import Decimal

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Hundredths
from models.row import FilingRow


class Team(FilingRow, Base):
    """One start-up team (创业团队)."""

    __tablename__ = "team"

    team_name: Mapped[str | None] = mapped_column(String(100))
    leader_name: Mapped[str | None] = mapped_column(String(50))
    moved_in_on: Mapped[date | None]
    team_status: Mapped[str | None] = mapped_column(String(20), comment="in_space, converted, moved_out")
    member_count: Mapped[int | None]
    converted_registered_on: Mapped[date | None]
    moved_out_on: Mapped[date | None]
    has_financing: Mapped[bool | None]
    financed_on: Mapped[date | None]
    financing_amount: Mapped[Decimal | None] = mapped_column(Hundredths, comment="万元")


class Enterprise(FilingRow, Base):
    """One resident enterprise (入驻企业)."""

    __tablename__ = "enterprise"

    enterprise_name: Mapped[str | None] = mapped_column(String(100))
    uscc: Mapped[str | None] = mapped_column(String(18))
    converted_from_team: Mapped[bool | None]
    source_team_name: Mapped[str | None] = mapped_column(String(100), comment="name of a converted team")
    registered_on: Mapped[date | None]
    moved_in_on: Mapped[date | None]
    has_moved_out: Mapped[bool | None]
    employee_count: Mapped[int | None]
    moved_out_on: Mapped[date | None]
    has_financing: Mapped[bool | None]
    financed_on: Mapped[date | None]
    financing_amount: Mapped[Decimal | None] = mapped_column(Hundredths, comment="万元")

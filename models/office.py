"""Science and technology offices (科技主管部门) of every level."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, HasUuid
from models.region import Region

LEVELS = ("district", "city", "province", "torch")


def lowest(*levels: str | None) -> str | None:
    """Return the lowest of the levels that are there; None when none is."""
    return min((level for level in levels if level), key=LEVELS.index, default=None)


def highest(*levels: str | None) -> str | None:
    """Return the highest of the levels that are there; None when none is."""
    return max((level for level in levels if level), key=LEVELS.index, default=None)


class Office(HasUuid, Base):
    """An office that receives or decides filings of its region."""

    __tablename__ = "office"

    name: Mapped[str] = mapped_column(String(100))
    level: Mapped[str] = mapped_column(String(10), comment="district, city, province, torch")
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    only_reads: Mapped[bool] = mapped_column(
        default=False, comment="sees what reached its level, and decides nothing"
    )
    address: Mapped[str] = mapped_column(String(200), default="", comment="where paper is handed in")
    phone: Mapped[str] = mapped_column(String(50), default="")
    stamp_hint: Mapped[str] = mapped_column(String(500), default="", comment="where to seal the paper")

    region: Mapped[Region] = relationship()

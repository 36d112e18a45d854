"""Science and technology offices (科技主管部门) of every level."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, HasUuid
from models.region import Region


class Office(HasUuid, Base):
    """An office that receives or decides filings of its region."""

    __tablename__ = "office"

    name: Mapped[str] = mapped_column(String(100))
    level: Mapped[str] = mapped_column(String(10), comment="district, city, province, torch")
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    address: Mapped[str] = mapped_column(String(200), default="", comment="where paper is handed in")
    phone: Mapped[str] = mapped_column(String(50), default="")
    stamp_hint: Mapped[str] = mapped_column(String(500), default="", comment="where to seal the paper")

    region: Mapped[Region] = relationship()

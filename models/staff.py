"""People of a carrier: full-time service staff and mentors."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.row import FilingRow


class ServiceStaff(FilingRow, Base):
    """One full-time member of the service staff (专职专业服务人员)."""

    __tablename__ = "service_staff"

    name: Mapped[str | None] = mapped_column(String(50))
    age: Mapped[int | None]
    position: Mapped[str | None] = mapped_column(String(50), comment="职务")
    education: Mapped[str | None] = mapped_column(String(20))
    major: Mapped[str | None] = mapped_column(String(50))
    experience: Mapped[str | None] = mapped_column(String(500))


class Mentor(FilingRow, Base):
    """One mentor (创业导师), full-time or part-time."""

    __tablename__ = "mentor"

    name: Mapped[str | None] = mapped_column(String(50))
    employer: Mapped[str | None] = mapped_column(String(100))
    position: Mapped[str | None] = mapped_column(String(50), comment="职务")
    service_field: Mapped[str | None] = mapped_column(String(100))
    engagement: Mapped[str | None] = mapped_column(String(20), comment="full_time, part_time")

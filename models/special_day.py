"""Days that an administrator declared to be worked or free, over what the public calendar knows."""

from datetime import date

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base


class SpecialDay(Base):
    """One day that differs: a holiday announced late, or a 调休 day of a year the calendar does not know yet."""

    __tablename__ = "special_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_working: Mapped[bool]
    note: Mapped[str] = mapped_column(String(50), default="", comment="国庆节, 调休")


def read_special_days(session: Session) -> dict[date, bool]:
    """Map each special day to whether it is worked."""
    days = session.execute(select(SpecialDay.day, SpecialDay.is_working))
    return {day.day: day.is_working for day in days}

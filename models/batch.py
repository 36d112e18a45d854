"""Batches (批次): one round of one kind, with its periods, deadlines and rule set. Data, never code."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from clock import SHANGHAI
from models.base import Base, HasUuid, Hundredths


class Batch(HasUuid, Base):
    """One round. A deadline is a day, valid until its midnight in Shanghai."""

    __tablename__ = "batch"

    kind: Mapped[str] = mapped_column(String(30), index=True)
    year: Mapped[int]
    name: Mapped[str] = mapped_column(String(100))
    period_start: Mapped[date] = mapped_column(comment="first day of the reporting period")
    period_end: Mapped[date] = mapped_column(comment="last day of the reporting period")
    cutoff_date: Mapped[date] = mapped_column(comment="累计截止日")
    latest_start_date: Mapped[date | None] = mapped_column(comment="registered and running by this day")
    open_at: Mapped[date]
    applicant_deadline: Mapped[date]
    city_deadline: Mapped[date | None]
    province_deadline: Mapped[date | None]
    torch_deadline: Mapped[date | None]
    district_days: Mapped[int | None] = mapped_column(
        comment="working days a level has to decide; None: no limit"
    )
    city_days: Mapped[int | None]
    province_days: Mapped[int | None]
    torch_days: Mapped[int | None]
    offers_next_office: Mapped[bool] = mapped_column(
        default=True, comment="the applicant may also choose the office above the nearest"
    )
    paper_copies: Mapped[int] = mapped_column(default=5)
    stamp_hint: Mapped[str] = mapped_column(String(500), default="")
    limits: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, comment="thresholds of the conditions")
    required_statistics: Mapped[list[Any]] = mapped_column(JSON, default=list)
    recommend_quota_ratio: Mapped[Decimal | None] = mapped_column(Hundredths, comment="per cent")
    exclude_if_operator_certified: Mapped[bool] = mapped_column(default=False)
    format_requirements: Mapped[str] = mapped_column(Text, default="", comment="规范性要求, paragraphs")
    indicator_definitions: Mapped[list[Any]] = mapped_column(
        JSON, default=list, comment="主要指标解释: {term, text, source} each"
    )
    priority_directions: Mapped[list[Any]] = mapped_column(JSON, default=list)

    def is_open_for_applicants(self, now: datetime) -> bool:
        """Say whether `now` lies in the applicants' time; both days are included."""
        return start_of(self.open_at) <= now < end_of(self.applicant_deadline)

    def deadline_of(self, level: str) -> date | None:
        """Return the last day on which offices of `level` may send 通过; None when there is no end."""
        deadlines = {
            "district": self.city_deadline, "city": self.city_deadline,
            "province": self.province_deadline, "torch": self.torch_deadline,
        }  # fmt: skip
        return deadlines[level]

    def days_for(self, level: str) -> int | None:
        """Return how many working days offices of `level` have to decide; None when no limit is set."""
        return {
            "district": self.district_days, "city": self.city_days, "province": self.province_days,
            "torch": self.torch_days,
        }[level]  # fmt: skip


def start_of(day: date) -> datetime:
    """Return midnight at the start of `day` in Shanghai."""
    return datetime.combine(day, time(), SHANGHAI)


def end_of(day: date) -> datetime:
    """Return midnight at the end of `day` in Shanghai."""
    return start_of(day + timedelta(days=1))

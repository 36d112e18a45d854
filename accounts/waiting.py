"""How long things lie before the staff, in working days."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from clock import shanghai_day
from filings.working_days import WorkingDays
from models.special_day import read_special_days

LONG = 2  # working days people are told it takes. Source: 科技部政务服务平台常见问题 3.2, 8.2.


def days_waited(session: Session, now: datetime) -> Callable[[datetime], int]:
    """Return what counts the working days from a moment to `now`; more than LONG is too long."""
    calendar, today = WorkingDays(read_special_days(session)), shanghai_day(now)
    return lambda since: calendar.between(shanghai_day(since), today)

"""What people are reminded of once a day."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from clock import SHANGHAI
from models.batch import Batch
from models.filing import Filing, Status
from models.notification import accounts_for, notify

DAYS_BEFORE = (14, 7, 3, 1)
UNFINISHED = (Status.DRAFT, Status.RETURNED, Status.WITHDRAWN)


def remind_of_deadlines(session: Session, now: datetime) -> int:
    """Remind the units whose filings are not handed in 14, 7, 3 and 1 days before the deadline.

    Returns the number of filings. The day of the deadline itself counts as day 0 and is too late to remind.
    """
    day = now.astimezone(SHANGHAI).date()
    query = (
        select(Filing)
        .join(Batch)
        .where(Filing.status.in_(UNFINISHED), Batch.applicant_deadline > day, Batch.open_at <= day)
        .options(joinedload(Filing.batch), joinedload(Filing.unit))
    )
    near = [filing for filing in session.scalars(query) if _days_left(filing, now) in DAYS_BEFORE]
    for filing in near:
        _remind(session, filing, now)
    return len(near)


def _days_left(filing: Filing, now: datetime) -> int:
    return (filing.batch.applicant_deadline - now.astimezone(SHANGHAI).date()).days


def _remind(session: Session, filing: Filing, now: datetime) -> None:
    deadline = filing.batch.applicant_deadline
    values = {
        "孵化机构": filing.name, "批次": filing.batch.name, "天数": _days_left(filing, now),
        "截止日": f"{deadline.year}年{deadline.month}月{deadline.day}日",
    }  # fmt: skip
    accounts = accounts_for(session, filing.unit, now)
    notify(session, accounts, "deadline_near", values, f"/filings/{filing.id}/problems", now)

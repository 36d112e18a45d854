"""What people are reminded of once a day."""

import uuid
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, joinedload

from clock import shanghai_day
from filings.deadlines import last_day
from filings.working_days import WorkingDays
from models.account import Account
from models.batch import Batch, start_of
from models.filing import Filing
from models.moves import Status
from models.notification import accounts_for, notify
from models.office import Office
from models.special_day import read_special_days

DAYS_BEFORE = (14, 7, 3, 1)
LONG_WAIT = 10  # working days
UNFINISHED = (Status.DRAFT, Status.RETURNED, Status.WITHDRAWN)


def remind_of_deadlines(session: Session, now: datetime) -> int:
    """Remind the units whose filings are not handed in 14, 7, 3 and 1 days before their last day.

    Returns the number of filings. The last day itself counts as day 0 and is too late to remind.
    """
    day = shanghai_day(now)
    query = (
        select(Filing)
        .join(Batch)
        .where(Filing.status.in_(UNFINISHED), last_day() > day, Batch.open_at <= day)
        .options(joinedload(Filing.batch), joinedload(Filing.unit))
    )
    near = [filing for filing in session.scalars(query) if _days_left(filing, now) in DAYS_BEFORE]
    for filing in near:
        _remind(session, filing, now)
    return len(near)


def _days_left(filing: Filing, now: datetime) -> int:
    return (filing.applicant_deadline - shanghai_day(now)).days


def _remind(session: Session, filing: Filing, now: datetime) -> None:
    deadline = filing.applicant_deadline
    values = {
        "孵化机构": filing.name, "批次": filing.batch.name, "天数": _days_left(filing, now),
        "截止日": f"{deadline.year}年{deadline.month}月{deadline.day}日",
    }  # fmt: skip
    accounts = accounts_for(session, filing.unit, now)
    notify(session, accounts, "deadline_near", values, f"/filings/{filing.id}/problems", now)


def remind_reviewers(session: Session, now: datetime) -> int:
    """Tell the reviewers of each office what waits for them, on working days; returns the number of offices.

    Waiting is counted in working days since the filing arrived; more than LONG_WAIT is long.
    """
    today, calendar = shanghai_day(now), WorkingDays(read_special_days(session))
    if not calendar.is_working(today):
        return 0
    long_ago = start_of(calendar.earliest(today, LONG_WAIT))
    is_long = func.sum(case((Filing.arrived_at < long_ago, 1), else_=0))
    query = (
        select(Office, func.count(), is_long)
        .join(Filing, Filing.current_office_id == Office.id)
        .where(Filing.status == Status.UNDER_REVIEW, Office.is_active)
        .group_by(Office.id)
    )
    waiting = session.execute(query).all()
    people = _reviewers(session)
    for office, count, long_count in waiting:
        values = {"机构": office.name, "件数": count, "超时件数": long_count, "天数": LONG_WAIT}
        notify(session, people.get(office.id, []), "reviewer_digest", values, "/review", now)
    return len(waiting)


def _reviewers(session: Session) -> dict[uuid.UUID, list[Account]]:
    query = select(Account).where(Account.staff_role == "reviewer", Account.state == "active")
    people: dict[uuid.UUID, list[Account]] = {}
    for account in session.scalars(query.order_by(Account.login_name)):
        if account.office_id is not None:
            people.setdefault(account.office_id, []).append(account)
    return people

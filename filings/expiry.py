"""作废: what was not handed in when its time was over (T16)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from clock import shanghai_day
from filings.deadlines import last_day
from models.batch import Batch
from models.event import SYSTEM
from models.filing import Filing
from models.moves import EDITABLE, IllegalMove


def expire_overdue(session: Session, now: datetime) -> int:
    """End the drafts and returned filings whose last day is over; returns how many.

    A returned filing with a day of its own (`resubmit_by`) keeps until then.
    """
    today = shanghai_day(now)
    query = (
        select(Filing)
        .join(Batch)
        .where(Filing.status.in_(EDITABLE), last_day() < today)
        .options(joinedload(Filing.batch), joinedload(Filing.unit))
        .order_by(Filing.id)
    )
    return sum(_expire(session, filing, now) for filing in session.scalars(query).all())


def _expire(session: Session, filing: Filing, now: datetime) -> bool:
    try:
        with session.begin_nested():
            filing.expire(SYSTEM, now)
    except IllegalMove:  # an office or the applicant acted at this moment
        return False
    return True

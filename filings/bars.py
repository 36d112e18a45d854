"""Operators that may not file for a time because of 弄虚作假."""

import uuid
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from clock import shanghai_day
from models.event import Event
from models.filing import Filing
from models.opinion import Opinion

YEARS = 2


def barred_until(session: Session, unit_id: uuid.UUID, kind: str, today: date) -> date | None:
    """Return the last day on which the unit may not file this kind; None when it may.

    Two years from the decision. Source: 国科发区〔2018〕300号 第十六条.
    """
    decided = session.scalars(
        select(Opinion.sent_at)
        .join(Filing, Opinion.filing_id == Filing.id)
        .where(Filing.unit_id == unit_id, Filing.kind == kind, Opinion.is_fraud)
        .where(Opinion.intention == "reject", Opinion.sent_at.is_not(None), Opinion.corrected_at.is_(None))
    ).all()
    revoked = session.scalars(
        select(Event)
        .join(Filing, Event.stream_id == Filing.id)
        .where(Filing.unit_id == unit_id, Filing.kind == kind, Event.act == "revoke")
    )
    decided = [*decided, *(event.at for event in revoked if event.details.get("is_fraud"))]
    ends = [_years_after(shanghai_day(at)) - timedelta(days=1) for at in decided if at]
    return max((day for day in ends if day >= today), default=None)


def _years_after(day: date) -> date:
    """Return the same day two years on; the first of March after a leap day."""
    try:
        return day.replace(year=day.year + YEARS)
    except ValueError:
        return date(day.year + YEARS, 3, 1)

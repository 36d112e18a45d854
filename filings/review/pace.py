"""How long things take: the clock of the level a filing lies before, and what is usual there."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from clock import shanghai_day
from filings.review.desk_clock import ARRIVALS, CLOCK_ACTS, DeskTime, Moment, desk_time
from filings.working_days import WorkingDays
from models.event import Event
from models.filing import Filing
from models.moves import Status
from models.opinion import Opinion
from models.special_day import read_special_days

LEAST_CASES, MOST_CASES = 5, 200


@dataclass(frozen=True)
class Usual:
    """Working days from arrival to decision: half of the cases took no longer than `median`, 9 in 10 than `most`."""

    median: int
    most: int


def time_here(session: Session, filing: Filing, now: datetime) -> DeskTime | None:
    """Say how the clock of the level stands; None when no office has to decide now."""
    if filing.status != Status.UNDER_REVIEW or filing.current_level is None:
        return None
    level = Event.details["to_level"].as_string()
    query = select(Event.act, Event.at, level).where(Event.stream_id == filing.id, Event.act.in_(CLOCK_ACTS))
    moments = [Moment(*row) for row in session.execute(query.order_by(Event.number))]
    allowed = filing.batch.days_for(filing.current_level)
    return desk_time(moments, filing.current_level, allowed, shanghai_day(now), _calendar(session))


def usual_time(session: Session, kind: str, level: str) -> Usual | None:
    """Say how long offices of `level` usually take with filings of `kind`, from the last MOST_CASES opinions sent.

    None while there are fewer than LEAST_CASES.
    """
    arrived = (
        select(func.max(Event.at))
        .where(Event.stream_id == Opinion.filing_id, Event.act.in_(ARRIVALS), Event.at <= Opinion.sent_at)
        .correlate(Opinion)
        .scalar_subquery()
    )
    query = (
        select(arrived, Opinion.sent_at)
        .join(Filing, Opinion.filing_id == Filing.id)
        .where(Filing.kind == kind, Opinion.level == level, Opinion.sent_at.is_not(None), Opinion.corrected_at.is_(None))
        .order_by(Opinion.sent_at.desc())
        .limit(MOST_CASES)
    )  # fmt: skip
    spans = [(since, until) for since, until in session.execute(query) if since and until]
    if len(spans) < LEAST_CASES:
        return None
    calendar = _calendar(session)
    return usual_of([calendar.between(shanghai_day(since), shanghai_day(until)) for since, until in spans])


def usual_of(days: Sequence[int]) -> Usual:
    """Take the median and the 90th percentile of at least one number of days, each a number that occurred."""
    ordered = sorted(days)
    return Usual(_percentile(ordered, 0.5), _percentile(ordered, 0.9))


def _percentile(ordered: Sequence[int], share: float) -> int:
    return ordered[math.ceil(share * len(ordered)) - 1]


def _calendar(session: Session) -> WorkingDays:
    return WorkingDays(read_special_days(session))

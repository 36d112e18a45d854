"""How much lies before an office and how it goes: by state, region and week. Three statements."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from clock import shanghai_day
from filings.review.inbox import came_before, regions_under
from models.batch import start_of
from models.filing import Filing
from models.moves import LEVEL_TEXTS, STATUS_TEXTS, Status
from models.office import LEVELS, Office
from models.opinion import Opinion
from models.region import Region

WEEKS = 12
AT_A_LEVEL = (Status.UNDER_REVIEW, Status.PUBLICITY)


@dataclass(frozen=True)
class Bar:
    """One line of a chart and of the table below it; `part` is what of `count` is meant by the darker tone."""

    label: str
    count: int
    part: int = 0


@dataclass(frozen=True)
class Dashboard:
    """The figures of an office. Of a region `part` is what it still has to decide; of a week, what it decided."""

    states: Sequence[Bar]
    regions: Sequence[Bar]
    weeks: Sequence[Bar]

    @property
    def total(self) -> int:
        return sum(bar.count for bar in self.states)


def read_dashboard(session: Session, office: Office, batch_id: uuid.UUID | None, now: datetime) -> Dashboard:
    """Count what came before the office, of one batch or of all."""
    seen = [*came_before(office)]
    if batch_id is not None:
        seen.append(Filing.batch_id == batch_id)
    states, places = _count(session, office, seen)
    regions = _by_region(session, office, places)
    return Dashboard(states, regions, _by_week(session, office, batch_id, seen, now))


def _count(
    session: Session, office: Office, seen: Sequence[ColumnElement[bool]]
) -> tuple[list[Bar], dict[str, tuple[int, int]]]:
    """Count by state, and by place: all and those that are for this office to decide."""
    is_here = func.sum(case((Filing.current_office_id == office.id, 1), else_=0))
    what = (Filing.status, Filing.current_level, Filing.region_code)
    query = select(*what, func.count(), is_here).where(*seen).group_by(*what)
    states: Counter[tuple[str, str]] = Counter()
    places: dict[str, tuple[int, int]] = {}
    for status, level, place, count, here in session.execute(query):
        states[status, level if level and status in AT_A_LEVEL else ""] += count
        whole, part = places.get(place, (0, 0))
        places[place] = (whole + count, part + here)
    ranked = sorted(states.items(), key=lambda one: _rank(*one[0]))
    return [Bar(_state_text(*state), count) for state, count in ranked], places


def _rank(status: str, level: str) -> tuple[int, int]:
    """Order states as a filing goes through them."""
    return list(STATUS_TEXTS).index(status), LEVELS.index(level) if level else -1


def _state_text(status: str, level: str) -> str:
    return LEVEL_TEXTS.get(level, "") + STATUS_TEXTS[status]


def _by_region(session: Session, office: Office, places: dict[str, tuple[int, int]]) -> list[Bar]:
    """Add the places up to the regions directly below the office's, in the order of their codes."""
    tree = select(regions_under(office.region_code).c.code)
    query = select(Region.code, Region.name, Region.admin_parent_code).where(Region.code.in_(tree))
    regions = {code: (name, parent) for code, name, parent in session.execute(query)}
    sums: dict[str, list[int]] = {}
    for place, (count, part) in places.items():
        whole = sums.setdefault(_directly_below(office.region_code, place, regions), [0, 0])
        whole[0], whole[1] = whole[0] + count, whole[1] + part
    return [Bar(regions[code][0], count, part) for code, (count, part) in sorted(sums.items())]


def _directly_below(top: str, place: str, regions: Mapping[str, tuple[str, str | None]]) -> str:
    """Climb from a place to the region directly below `top`; `top` itself stays what it is."""
    parent = regions[place][1]
    while place != top and parent is not None and parent != top and parent in regions:
        place, parent = parent, regions[parent][1]
    return place


def _by_week(
    session: Session, office: Office, batch_id: uuid.UUID | None, seen: Sequence[ColumnElement[bool]],
    now: datetime,
) -> list[Bar]:  # fmt: skip
    """Count what was submitted and what the office decided in each of the last weeks, Monday to Sunday."""
    weeks = mondays(shanghai_day(now))
    submitted = select(*_weekly(Filing.submitted_at, weeks)).where(
        *seen, Filing.submitted_at >= start_of(weeks[0])
    )
    decided = select(*_weekly(Opinion.sent_at, weeks)).where(
        Opinion.office_id == office.id,
        Opinion.corrected_at.is_(None),
        Opinion.sent_at >= start_of(weeks[0]),
    )
    if batch_id is not None:
        decided = decided.join(Filing, Opinion.filing_id == Filing.id).where(Filing.batch_id == batch_id)
    came, went = session.execute(submitted.union_all(decided)).all()
    return [
        Bar(f"{monday.month}月{monday.day}日", arrived or 0, done or 0)
        for monday, arrived, done in zip(weeks, came, went, strict=True)
    ]


def mondays(today: date) -> list[date]:
    """List the Mondays of the last WEEKS weeks, that of today last."""
    this = today - timedelta(days=today.weekday())
    return [this - timedelta(weeks=back) for back in reversed(range(WEEKS))]


def _weekly(column: Any, weeks: Sequence[date]) -> list[ColumnElement[int]]:
    bounds = ((start_of(day), start_of(day + timedelta(weeks=1))) for day in weeks)
    return [
        func.sum(case((and_(column >= since, column < until), 1), else_=0)).label(f"week_{number}")
        for number, (since, until) in enumerate(bounds)
    ]

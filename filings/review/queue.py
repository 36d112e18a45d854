"""A page of an office's queue: three statements, the same work on the first page as on the last.

One reads what the filters offer and the special days, one the rows of the page, one the counters and the
events of those rows.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Uuid,
    and_,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    union_all,
)  # fmt: skip
from sqlalchemy.orm import Session, joinedload

from clock import shanghai_day
from filings.review.desk_clock import CLOCK_ACTS, DeskTime, Moment, desk_time
from filings.review.filter_choices import Choices, read_choices
from filings.review.inbox import came_before, gave_up, regions_under, unindexed
from filings.review.wanted import Wanted
from filings.working_days import WorkingDays
from models.base import UtcDateTime
from models.batch import start_of
from models.event import Event
from models.failing_condition import FailingCondition
from models.filing import Filing
from models.moves import Status
from models.office import Office
from models.opinion import Opinion
from models.special_day import read_special_days
from models.unit import Unit

PAGE_ROWS = 50
COUNTED = 1000  # more than that are counted as that many
MOST_IDS = 5000  # of an export
USCC_LENGTH = 18


@dataclass(frozen=True)
class QueueRow:
    """One filing in the queue. `opinion` is what the office has in hand; `time` None: not at this desk."""

    filing: Filing
    opinion: Opinion | None
    time: DeskTime | None


@dataclass(frozen=True)
class QueuePage:
    """One page: rows, counters by name (COUNTED means that many or more), and where its neighbours begin."""

    rows: Sequence[QueueRow]
    choices: Choices
    counts: Mapping[str, int]
    newer: str = ""
    older: str = ""
    opinions: Mapping[uuid.UUID, Opinion] = field(default_factory=dict)


@dataclass(frozen=True)
class _Desk:
    """Whose queue it is, and when."""

    office: Office
    account_id: uuid.UUID
    today: date
    calendar: WorkingDays


def read_page(
    session: Session, office: Office, wanted: Wanted, account_id: uuid.UUID, now: datetime
) -> QueuePage:
    """Read a page of what came before the office, as the reviewer wants to see it."""
    choices, special = read_choices(session, office, account_id)
    desk = _Desk(office, account_id, shanghai_day(now), WorkingDays(special))
    found, newer, older = _read_rows(session, desk, wanted)
    counts, moments = _read_around(session, desk, [filing.id for filing, _ in found])
    rows = [
        QueueRow(filing, opinion, _time_of(desk, filing, moments.get(filing.id, [])))
        for filing, opinion in found
    ]
    opinions = {row.filing.id: row.opinion for row in rows if row.opinion is not None}
    return QueuePage(rows, choices, counts, newer, older, opinions)


def wanted_ids(
    session: Session, office: Office, wanted: Wanted, account_id: uuid.UUID, now: datetime
) -> list[uuid.UUID]:
    """List all that the filters leave, in their order, at most MOST_IDS."""
    calendar = WorkingDays(read_special_days(session))
    desk = _Desk(office, account_id, shanghai_day(now), calendar)
    order, is_descending = _order(wanted)
    query = select(Filing.id).where(*_filters(desk, wanted))
    columns = (order.desc(), Filing.id.desc()) if is_descending else (order, Filing.id)
    return list(session.scalars(query.order_by(*columns).limit(MOST_IDS)))


def _read_rows(
    session: Session, desk: _Desk, wanted: Wanted
) -> tuple[Sequence[tuple[Filing, Opinion | None]], str, str]:
    """Read the rows of one page, and the places where the pages before and after it begin."""
    order, is_descending = _order(wanted)
    key = _key(wanted, order)
    goes_back = key is not None and bool(wanted.before)
    towards_start = goes_back != is_descending
    query = _rows_wanted(desk, wanted)
    if key is not None:
        here = tuple_(order, Filing.id)
        query = query.where(here < key if towards_start else here > key)
    columns = (order.desc(), Filing.id.desc()) if towards_start else (order, Filing.id)
    found = session.execute(query.order_by(*columns).limit(PAGE_ROWS + 1)).all()
    has_more, rows = len(found) > PAGE_ROWS, [(row[0], row[1]) for row in found[:PAGE_ROWS]]
    if goes_back:
        rows.reverse()
    if not rows:
        return rows, "", ""
    first, last = (_place(filing, wanted) for filing in (rows[0][0], rows[-1][0]))
    newer = first if (has_more if goes_back else key is not None) else ""
    return rows, newer, last if goes_back or has_more else ""


def _order(wanted: Wanted) -> tuple[Any, bool]:
    """Return the column that orders the rows, and whether the largest goes first."""
    if wanted.sort == "name":
        return Filing.name, False
    arrived = Filing.arrived_at if wanted.desk == "here" else Filing.submitted_at
    return arrived, wanted.sort == "arrived"


def _place(filing: Filing, wanted: Wanted) -> str:
    """Write down where a row stands in the order."""
    value = getattr(filing, _order(wanted)[0].key)
    return f"{value.isoformat() if isinstance(value, datetime) else value or ''}~{filing.id.hex}"


def _key(wanted: Wanted, order: Any) -> Any:
    """Read a place; None when there is none or it cannot be read."""
    text, _, name = (wanted.before or wanted.after).rpartition("~")
    try:
        filing_id = literal(uuid.UUID(name), Uuid)
        if wanted.sort == "name":
            return tuple_(literal(text, String), filing_id)
        moment = datetime.fromisoformat(text)
        return tuple_(literal(moment, UtcDateTime), filing_id) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _rows_wanted(desk: _Desk, wanted: Wanted) -> Select[Filing, Opinion]:
    in_hand = and_(
        Opinion.filing_id == Filing.id, Opinion.office_id == desk.office.id, Opinion.sent_at.is_(None)
    )
    query = select(Filing, Opinion).outerjoin(Opinion, in_hand).where(*_filters(desk, wanted))
    shown = (Filing.unit, Filing.region, Filing.receiving_office, Filing.assignee, Filing.batch)
    return query.options(*(joinedload(part) for part in shown))


def _filters(desk: _Desk, wanted: Wanted) -> list[ColumnElement[bool]]:
    office = desk.office
    found = [*came_before(office), ~gave_up(desk.account_id)]
    if wanted.desk == "here":
        found.append(Filing.current_office_id == office.id)
    if wanted.desk == "sent":
        elsewhere = unindexed(Filing.current_office_id) != office.id
        found.append(or_(Filing.current_office_id.is_(None), elsewhere))
    for column, text in ((Filing.kind, wanted.kind), (Filing.status, wanted.status)):
        if text:
            found.append(unindexed(column) == text)
    if wanted.batch:
        found.append(unindexed(Filing.batch_id) == uuid.UUID(wanted.batch))
    if wanted.unit:
        found.append(Filing.unit_id == uuid.UUID(wanted.unit))
    if wanted.region:
        chosen = select(regions_under(wanted.region, "chosen").c.code)
        found.append(unindexed(Filing.region_code).in_(chosen))
    if wanted.failing:
        found.append(
            select(FailingCondition.code)
            .where(FailingCondition.filing_id == Filing.id, FailingCondition.code == wanted.failing)
            .exists()
        )
    if wanted.waiting:
        found.append(_waits(desk, wanted.waiting))
    if wanted.assigned:
        found.append(_is_worked_on_by(desk, wanted.assigned))
    if wanted.q:
        found.append(_mentions(wanted.q))
    return found


def _waits(desk: _Desk, how_long: str) -> ColumnElement[bool]:
    """Say for how many working days it has been lying on this desk."""
    five, ten = (start_of(desk.calendar.earliest(desk.today, days)) for days in (5, 10))
    arrived = {
        "0-5": Filing.arrived_at >= five,
        "6-10": and_(Filing.arrived_at < five, Filing.arrived_at >= ten),
        "over-10": Filing.arrived_at < ten,
    }[how_long]
    return and_(_is_to_decide(desk.office), arrived)


def _is_to_decide(office: Office) -> ColumnElement[bool]:
    return and_(Filing.current_office_id == office.id, Filing.status == Status.UNDER_REVIEW)


def _is_worked_on_by(desk: _Desk, who: str) -> ColumnElement[bool]:
    here = Filing.current_office_id == desk.office.id
    if who == "nobody":
        return and_(here, Filing.assigned_at.is_(None), Filing.status == Status.UNDER_REVIEW)
    return and_(here, Filing.assignee_id == (desk.account_id if who == "me" else uuid.UUID(who)))


def _mentions(text: str) -> ColumnElement[bool]:
    """Say whether its name or that of its unit contains the text, or the text is the code of its unit."""
    code = text.replace(" ", "").upper()
    if len(code) == USCC_LENGTH and code.isascii() and code.isalnum():
        return Filing.unit_id.in_(select(Unit.id).where(Unit.uscc == code))
    units = select(Unit.id).where(Unit.name.contains(text, autoescape=True))
    return or_(Filing.name.contains(text, autoescape=True), unindexed(Filing.unit_id).in_(units))


def _read_around(
    session: Session, desk: _Desk, filing_ids: Sequence[uuid.UUID]
) -> tuple[dict[str, int], dict[uuid.UUID, list[Moment]]]:
    """Read the counters of the desk and the events that move the clocks of the rows, in one statement."""
    office = desk.office
    counted = {
        "here": Filing.current_office_id == office.id,
        "mine": _is_worked_on_by(desk, "me"),
        "nobody": _is_worked_on_by(desk, "nobody"),
        **{name: _waits(desk, name) for name in ("0-5", "6-10", "over-10")},
    }
    parts = [_counter(name, condition) for name, condition in counted.items()]
    if filing_ids:
        parts.append(
            select(
                Event.act, Event.stream_id, Event.at, Event.number,
                Event.details["to_level"].as_string().label("to_level"),
            ).where(Event.stream_id.in_(filing_ids), Event.act.in_(CLOCK_ACTS))
        )  # fmt: skip
    everything = union_all(*parts).subquery()
    counts: dict[str, int] = {}
    moments: dict[uuid.UUID, list[Moment]] = {}
    for act, filing_id, at, number, level in session.execute(
        select(everything).order_by(everything.c.number)
    ):
        if filing_id is None:
            counts[act] = number
        else:
            moments.setdefault(filing_id, []).append(Moment(act, at, level))
    return counts, moments


def _counter(name: str, condition: ColumnElement[bool]) -> Select[Any]:
    """Count at most COUNTED filings, so that a long queue costs no more than a short one."""
    few = select(literal(1)).select_from(Filing.__table__).where(condition).limit(COUNTED).subquery()
    return select(
        literal(name, String).label("act"), cast(null(), Uuid).label("stream_id"),
        cast(null(), UtcDateTime).label("at"),
        select(func.count()).select_from(few).scalar_subquery().label("number"),
        cast(null(), String).label("to_level"),
    )  # fmt: skip


def _time_of(desk: _Desk, filing: Filing, moments: Sequence[Moment]) -> DeskTime | None:
    """Say how the clock of this office stands; None when it is not the one to decide."""
    if filing.current_office_id != desk.office.id or filing.status != Status.UNDER_REVIEW:
        return None
    time = desk_time(
        moments, desk.office.level, filing.batch.days_for(desk.office.level), desk.today, desk.calendar
    )
    if time.used or filing.arrived_at is None or moments:
        return time
    return DeskTime(desk.calendar.between(shanghai_day(filing.arrived_at), desk.today))

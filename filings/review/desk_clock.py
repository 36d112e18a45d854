"""How long a filing has been on the desks of each level: a pure function of its events.

The clock of a level runs from the day after the filing arrived, in working days. It stands still while the
filing is with the applicant (退回, 撤回), before another level, or in its public notice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from clock import shanghai_day
from filings.working_days import WorkingDays

# What puts a filing before a level: the event's details say which (`to_level`).
ARRIVALS = ("submit", "pass", "recommend", "uphold_objection", "correct")
DEPARTURES = ("return", "reject", "give_notice", "approve", "publish", "withdraw", "expire", "void")
CLOCK_ACTS = (*ARRIVALS, *DEPARTURES)


@dataclass(frozen=True)
class Moment:
    """What the clock reads of an event. `to_level` None: the level it lay before last."""

    act: str
    at: datetime
    to_level: str | None = None


@dataclass(frozen=True)
class Stay:
    """One time before a level, of the submission of that number; `until` None: it is still there.

    `act` is how it left.
    """

    level: str
    since: datetime
    until: datetime | None = None
    act: str = ""


def stays(moments: Iterable[Moment]) -> list[Stay]:
    """List when the filing lay before which level, from its events in their order."""
    found: list[Stay] = []
    here: Stay | None = None
    last: str | None = None
    for moment in moments:
        if here is not None:
            found.append(Stay(here.level, here.since, moment.at, moment.act))
        here = None
        level = moment.to_level or last
        if moment.act in ARRIVALS and level:
            here, last = Stay(level, moment.at), level
    return [*found, here] if here else found


def days_used(levels: Sequence[Stay], level: str, today: date, calendar: WorkingDays) -> int:
    """Count the working days the filing has spent before `level`, all submissions together."""
    return sum(
        calendar.between(shanghai_day(stay.since), shanghai_day(stay.until) if stay.until else today)
        for stay in levels
        if stay.level == level
    )


@dataclass(frozen=True)
class DeskTime:
    """How a level stands with a filing: working days used, and allowed (None: no limit is set).

    `due_on` is the last day; None without a limit or while the clock stands still.
    """

    used: int
    allowed: int | None = None
    due_on: date | None = None

    @property
    def left(self) -> int | None:
        """Working days left; negative when it is late, None without a limit."""
        return None if self.allowed is None else self.allowed - self.used

    @property
    def is_late(self) -> bool:
        return self.left is not None and self.left < 0


def desk_time(
    moments: Iterable[Moment], level: str, allowed: int | None, today: date, calendar: WorkingDays
) -> DeskTime:
    """Say how many working days `level` has used of those it is `allowed`, and by when it must decide."""
    times = stays(moments)
    used = days_used(times, level, today, calendar)
    is_running = bool(times) and times[-1].until is None and times[-1].level == level
    if allowed is None or not is_running:
        return DeskTime(used, allowed)
    if used > allowed:
        return DeskTime(used, allowed, _late_since(times[-1], used - allowed, today, calendar))
    return DeskTime(used, allowed, calendar.after(today, allowed - used))


def _late_since(stay: Stay, over: int, today: date, calendar: WorkingDays) -> date:
    """Return the day that was the last one, `over` working days ago; not before the filing came back."""
    return max(calendar.earliest(today, over), shanghai_day(stay.since))

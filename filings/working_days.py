"""Working days: weekdays without the public holidays, and the 调休 days that are worked instead.

Source: the yearly notices of 国务院办公厅 关于部分节假日安排, as the library chinesecalendar keeps them. For a
year it does not know, weekdays count, and an administrator's special days decide.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import chinese_calendar

WEEKEND = (5, 6)
ONE_DAY = timedelta(days=1)


class WorkingDays:
    """A calendar of working days; `special` maps days to whether they are worked, and goes first."""

    def __init__(self, special: Mapping[date, bool] | None = None) -> None:
        self.special = special or {}

    def is_working(self, day: date) -> bool:
        """Say whether offices work on `day`."""
        if day in self.special:
            return self.special[day]
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:  # a year whose notice the library has not got
            return day.weekday() not in WEEKEND

    def after(self, day: date, count: int) -> date:
        """Return the `count`-th working day after `day`, which itself does not count; `day` for 0.

        A notice of 5 working days published on a Friday ends on `after(friday, 5)`, the next Friday.
        """
        if count < 0:
            raise ValueError("count back with between()")
        while count:
            day += ONE_DAY
            count -= self.is_working(day)
        return day

    def between(self, first: date, last: date) -> int:
        """Count the working days after `first` up to and including `last`; 0 when `last` is not later."""
        return sum(self.is_working(day) for day in _days(first, last))

    def earliest(self, day: date, count: int) -> date:
        """Return the earliest day from which to `day` there are no more than `count` working days."""
        while (step := int(self.is_working(day))) <= count:
            count, day = count - step, day - ONE_DAY
        return day


def _days(first: date, last: date) -> Iterator[date]:
    while first < last:
        first += ONE_DAY
        yield first

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from filings.working_days import WorkingDays
from models.special_day import SpecialDay, read_special_days

CALENDAR = WorkingDays()


@pytest.mark.parametrize(
    ("day", "is_working"),
    [
        (date(2021, 9, 30), True),
        (date(2021, 10, 1), False),  # 国庆节
        (date(2021, 10, 7), False),
        (date(2021, 10, 9), True),  # a Saturday, worked instead
        (date(2021, 10, 10), False),
        (date(2021, 9, 18), True),  # a Saturday, worked instead of the Monday before 中秋节
        (date(2035, 1, 1), True),  # a year without a notice yet: a Monday
        (date(2035, 1, 6), False),  # a Saturday of that year
    ],
)
def test_public_holidays_and_the_days_worked_instead(day: date, is_working: bool) -> None:
    assert CALENDAR.is_working(day) is is_working


def test_five_working_days_of_notice_pass_over_the_national_day() -> None:
    assert CALENDAR.after(date(2021, 9, 29), 5) == date(2021, 10, 12)
    assert CALENDAR.between(date(2021, 9, 29), date(2021, 10, 12)) == 5


def test_a_special_day_goes_before_the_public_calendar() -> None:
    calendar = WorkingDays({date(2021, 10, 1): True, date(2035, 1, 1): False})
    assert calendar.is_working(date(2021, 10, 1))
    assert not calendar.is_working(date(2035, 1, 1))


@given(
    st.dates(min_value=date(2000, 1, 1), max_value=date(2060, 1, 1)),
    st.integers(min_value=0, max_value=60),
)
def test_counting_goes_both_ways(day: date, count: int) -> None:
    last = CALENDAR.after(day, count)
    assert CALENDAR.between(day, last) == count
    assert last == day or CALENDAR.is_working(last)
    assert CALENDAR.between(last, day) == 0


def test_special_days_are_kept(session: Session) -> None:
    session.add(SpecialDay(day=date(2030, 1, 2), is_working=False, note="元旦"))
    session.add(SpecialDay(day=date(2030, 1, 2) + timedelta(days=4), is_working=True))
    session.flush()
    assert read_special_days(session) == {date(2030, 1, 2): False, date(2030, 1, 6): True}

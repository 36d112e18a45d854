"""The clock of a level, from events alone. 1 to 7 October 2021 were free; the 8th and 9th were worked."""

from datetime import date, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filings.review.desk_clock import ARRIVALS, CLOCK_ACTS, DeskTime, Moment, desk_time, stays
from filings.working_days import WorkingDays

CALENDAR = WorkingDays()


def on(day: str, act: str, to_level: str | None = None) -> Moment:
    return Moment(act, datetime.fromisoformat(f"2021-{day}T10:00+08:00"), to_level)


SUBMITTED = on("11-01", "submit", "city")  # a Monday


@pytest.mark.parametrize(
    ("moments", "level", "today", "used", "due_on"),
    [
        ([], "city", "11-10", 0, None),
        ([SUBMITTED], "city", "11-01", 0, "2021-11-15"),  # the day of arrival does not count
        ([SUBMITTED], "city", "11-02", 1, "2021-11-15"),
        ([SUBMITTED], "city", "11-07", 4, "2021-11-15"),  # Sunday
        ([SUBMITTED], "city", "11-15", 10, "2021-11-15"),
        ([SUBMITTED], "city", "11-16", 11, "2021-11-15"),
        ([SUBMITTED], "city", "11-22", 15, "2021-11-15"),
        ([SUBMITTED], "province", "11-22", 0, None),
        ([on("09-30", "submit", "city")], "city", "10-09", 2, "2021-10-20"),
        # returned on Wednesday, handed in again on Monday: the days between belong to the applicant
        ([SUBMITTED, on("11-03", "return")], "city", "11-30", 2, None),
        ([SUBMITTED, on("11-03", "return"), on("11-08", "submit", "city")], "city", "11-09", 3, "2021-11-18"),
        # a public notice stands still, an objection starts the clock again at the same level
        ([SUBMITTED, on("11-03", "give_notice")], "city", "11-10", 2, None),
        ([SUBMITTED, on("11-03", "give_notice"), on("11-10", "uphold_objection")], "city", "11-11", 3, "2021-11-22"),
        # passed by mistake and taken back
        ([SUBMITTED, on("11-03", "pass", "province"), on("11-04", "correct", "city")], "city", "11-05", 3, "2021-11-16"),
        ([SUBMITTED, on("11-03", "pass", "province")], "province", "11-05", 2, "2021-11-17"),
    ],
)  # fmt: skip
def test_the_clock_of_a_level(
    moments: list[Moment], level: str, today: str, used: int, due_on: str | None
) -> None:
    time = desk_time(moments, level, 10, date.fromisoformat(f"2021-{today}"), CALENDAR)
    assert time == DeskTime(used, 10, date.fromisoformat(due_on) if due_on else None)
    assert (time.left, time.is_late) == (10 - used, used > 10)


def test_without_a_limit_nothing_is_due() -> None:
    time = desk_time([SUBMITTED], "city", None, date(2021, 12, 31), CALENDAR)
    assert (time.due_on, time.left, time.is_late) == (None, None, False)


def test_an_old_event_that_names_no_level_starts_no_clock() -> None:
    assert stays([on("11-01", "submit")]) == []


@given(
    st.lists(
        st.tuples(st.sampled_from(CLOCK_ACTS), st.sampled_from([None, "city", "province"]), st.integers(0, 5))
    )
)
def test_a_filing_is_at_one_place_at_a_time(acts: list[tuple[str, str | None, int]]) -> None:
    day, moments = 1, []
    for act, level, days in acts:
        day = min(day + days, 28)
        moments.append(on(f"11-{day:02}", act, level if act in ARRIVALS else None))
    found = stays(moments)
    assert all(one.until is not None and one.until <= other.since for one, other in pairwise(found))
    assert all(one.since <= one.until for one in found if one.until is not None)


@given(st.dates(date(2020, 1, 1), date(2022, 12, 1)), st.integers(0, 40))
def test_the_earliest_day_is_the_earliest(day: date, count: int) -> None:
    found = CALENDAR.earliest(day, count)
    assert CALENDAR.between(found, day) <= count
    assert CALENDAR.between(found.fromordinal(found.toordinal() - 1), day) == count + 1

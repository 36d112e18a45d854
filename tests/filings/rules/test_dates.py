"""Days: months later, overlaps, order and limits."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filings.kind import Check
from filings.rules.dates import (
    add_months,
    in_order,
    in_reporting_period,
    not_after_cutoff,
    not_before_operation,
    overlaps,
)

BATCH = SimpleNamespace(
    cutoff_date=date(2021, 10, 31), period_start=date(2020, 11, 1), period_end=date(2021, 10, 31)
)
FILING = SimpleNamespace(batch=BATCH, operation_started_on=date(2019, 5, 1))
DAYS = st.dates(date(2019, 1, 1), date(2022, 12, 31))


def codes(check: Check, filing: Any = FILING, **answers: date | None) -> list[tuple[str, str]]:
    row = SimpleNamespace(**answers)
    return [(finding.field, finding.code) for finding in check.find(row, filing)]


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2020, 8, 31), 18, date(2022, 2, 28)),
        (date(2020, 4, 30), 18, date(2021, 10, 30)),
        (date(2020, 5, 1), 18, date(2021, 11, 1)),
        (date(2018, 8, 31), 18, date(2020, 2, 29)),
        (date(2020, 12, 31), 1, date(2021, 1, 31)),
        (date(2020, 11, 30), 1, date(2020, 12, 30)),
        (date(2020, 2, 29), 12, date(2021, 2, 28)),
        (date(2020, 1, 31), 0, date(2020, 1, 31)),
        (date(2021, 3, 31), -1, date(2021, 2, 28)),
        (date(2021, 1, 15), -1, date(2020, 12, 15)),
    ],
)
def test_months_later(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@given(day=DAYS, months=st.integers(0, 240))
def test_months_later_keeps_the_day_or_ends_the_month(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(1)).day == 1)


@given(start=DAYS, length=st.none() | st.integers(-20, 400), first=DAYS, span=st.integers(0, 400))
def test_an_overlap_is_a_common_day(start: date, length: int | None, first: date, span: int) -> None:
    end = None if length is None else start + timedelta(length)
    last = first + timedelta(span)
    common = any(
        start <= first + timedelta(n) and (end is None or first + timedelta(n) <= end)
        for n in range(span + 1)
    )
    assert overlaps(start, end, first, last) == common


def test_nothing_without_a_start_overlaps() -> None:
    assert not overlaps(None, date(2021, 1, 1), date(2020, 1, 1), date(2022, 1, 1))


@pytest.mark.parametrize(
    ("day", "is_wrong"), [(date(2021, 10, 31), False), (date(2021, 11, 1), True), (None, False)]
)
def test_not_after_the_cutoff(day: date | None, is_wrong: bool) -> None:
    check = not_after_cutoff("moved_in_on", "moved_out_on")
    assert codes(check, moved_in_on=day, moved_out_on=None) == (
        [("moved_in_on", "E_OUT_OF_PERIOD")] if is_wrong else []
    )


@pytest.mark.parametrize(
    ("day", "started", "is_wrong"),
    [
        (date(2019, 4, 30), date(2019, 5, 1), True),
        (date(2019, 5, 1), date(2019, 5, 1), False),
        (date(2019, 4, 30), None, False),
        (None, date(2019, 5, 1), False),
    ],
)
def test_not_before_operation(day: date | None, started: date | None, is_wrong: bool) -> None:
    filing = SimpleNamespace(batch=BATCH, operation_started_on=started)
    check = not_before_operation("moved_in_on")
    assert bool(codes(check, filing, moved_in_on=day)) == is_wrong
    assert check.reads == ("operation_started_on",)
    assert codes(not_before_operation("moved_in_on", lambda row: False), filing, moved_in_on=day) == []


@pytest.mark.parametrize(
    ("day", "is_wrong"),
    [
        (date(2020, 10, 31), True), (date(2020, 11, 1), False), (date(2021, 10, 31), False),
        (date(2021, 11, 1), True), (None, False),
    ],
)  # fmt: skip
def test_within_the_reporting_period(day: date | None, is_wrong: bool) -> None:
    assert bool(codes(in_reporting_period("held_on"), held_on=day)) == is_wrong


@pytest.mark.parametrize(
    ("first", "second", "is_wrong"),
    [
        (date(2021, 1, 2), date(2021, 1, 1), True),
        (date(2021, 1, 1), date(2021, 1, 1), False),
        (None, date(2021, 1, 1), False),
        (date(2021, 1, 1), None, False),
    ],
)
def test_in_order(first: date | None, second: date | None, is_wrong: bool) -> None:
    check = in_order("a", "b", "入驻时间", "迁出时间")
    assert codes(check, a=first, b=second) == ([("b", "E_DATE_ORDER")] if is_wrong else [])
    assert codes(in_order("a", "b", "x", "y", lambda row: False), a=first, b=second) == []

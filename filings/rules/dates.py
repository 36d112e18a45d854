"""Order and limits of days."""

import calendar
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from filings.finding import Finding
from filings.kind import Check
from forms.formats import show_long_date


def add_months(day: date, months: int) -> date:
    """Return the same day `months` later; the last day of that month where it has no such day."""
    place = day.year * 12 + day.month - 1 + months
    year, month = divmod(place, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def overlaps(start: date | None, end: date | None, first: date, last: date) -> bool:
    """Say whether [start, end] meets [first, last], all days included.

    No start: never; no end: open; an end before the start: no day at all.
    """
    return start is not None and max(start, first) <= min(end or last, last)


def not_after_cutoff(*fields: str) -> Check:
    """Check that days are not after the batch's 累计截止日. Source: 申报操作手册, 孵化和服务情况."""

    def find(row: Any, filing: Any) -> Iterator[Finding]:
        cutoff = filing.batch.cutoff_date
        for name in fields:
            value = getattr(row, name)
            if value is not None and value > cutoff:
                message = f"日期超出填报范围：不应晚于 {show_long_date(cutoff)}，请核对"
                yield Finding(name, "E_OUT_OF_PERIOD", message)

    return Check(fields, find)


def not_before_operation(field: str, applies: Callable[[Any], bool] = lambda row: True) -> Check:
    """Check that a resident did not move in before the carrier began to operate."""

    def find(row: Any, filing: Any) -> Iterator[Finding]:
        value, start = getattr(row, field), filing.operation_started_on
        if value is not None and start is not None and applies(row) and value < start:
            message = f"日期超出填报范围：不应早于开始运营时间 {show_long_date(start)}，请核对"
            yield Finding(field, "E_OUT_OF_PERIOD", message)

    return Check((field,), find, reads=("operation_started_on",))


def in_reporting_period(field: str) -> Check:
    """Check that a day, when given, lies in the reporting period, both ends included."""

    def find(row: Any, filing: Any) -> Iterator[Finding]:
        value, batch = getattr(row, field), filing.batch
        if value is not None and not batch.period_start <= value <= batch.period_end:
            first, last = show_long_date(batch.period_start), show_long_date(batch.period_end)
            yield Finding(field, "E_OUT_OF_PERIOD", f"日期超出填报范围：应在 {first} 至 {last} 之间")

    return Check((field,), find)


def in_order(
    earlier: str, later: str, earlier_label: str, later_label: str,
    applies: Callable[[Any], bool] = lambda row: True,
) -> Check:  # fmt: skip
    """Check that `later` is not before `earlier`; either may be empty."""

    def find(row: Any, _filing: Any) -> Iterator[Finding]:
        first, second = getattr(row, earlier), getattr(row, later)
        if first is not None and second is not None and applies(row) and second < first:
            yield Finding(
                later,
                "E_DATE_ORDER",
                f"日期先后有误：{later_label}不应早于{earlier_label} {first.isoformat()}",
            )

    return Check((later,), find)

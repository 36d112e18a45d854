"""The next round of a kind."""

from datetime import date
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from filings.rule_sets import open_batch, rule_set_of
from models.batch import Batch

LEAP_DAY = (2, 29)
NAME_KEPT = 90  # of the 100 characters of a name, so that the year fits behind it
# What a batch has from its rule set, which writes it anew for every year.
BY_RULES = frozenset({
    "kind", "limits", "required_statistics", "priority_directions", "indicator_definitions", "format_requirements",
})  # fmt: skip


def copy_for_next_year(session: Session, batch: Batch) -> Batch:
    """Open a batch a year after `batch`, by the same rules; its filings stay behind.

    Every date and the year in its name are one later, and so are the reports and days that its rules ask for.
    """
    columns = {column.key for column in inspect(Batch).column_attrs} - BY_RULES - {"id"}
    answers: dict[str, Any] = {name: _a_year_later(getattr(batch, name)) for name in columns}
    answers |= {"name": name_for_next_year(batch), "year": batch.year + 1}
    return open_batch(session, rule_set_of(batch), answers)


def name_for_next_year(batch: Batch) -> str:
    """Return the name with the year after, which stands at its end when the name said none."""
    name = batch.name.replace(str(batch.year), str(batch.year + 1))
    return name if name != batch.name else f"{name[:NAME_KEPT]}（{batch.year + 1}年度）"


def _a_year_later(value: Any) -> Any:
    if not isinstance(value, date):
        return value
    is_leap_day = (value.month, value.day) == LEAP_DAY
    return value.replace(year=value.year + 1, day=28 if is_leap_day else value.day)

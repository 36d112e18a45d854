"""The next round of a kind."""

import uuid
from datetime import date
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from models.batch import Batch

LEAP_DAY = (2, 29)


def copy_for_next_year(session: Session, batch: Batch) -> Batch:
    """Add a copy of `batch` with every date and the year in its name one later; its filings stay behind."""
    columns = [column.key for column in inspect(Batch).column_attrs if column.key != "id"]
    values: dict[str, Any] = {name: _a_year_later(getattr(batch, name)) for name in columns}
    values["name"] = batch.name.replace(str(batch.year), str(batch.year + 1))
    values["year"] = batch.year + 1
    copied = Batch(id=uuid.uuid4(), **values)
    session.add(copied)
    session.flush()
    return copied


def _a_year_later(value: Any) -> Any:
    if not isinstance(value, date):
        return value
    is_leap_day = (value.month, value.day) == LEAP_DAY
    return value.replace(year=value.year + 1, day=28 if is_leap_day else value.day)

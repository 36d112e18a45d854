"""What the filters of the queue offer, and the days that differ from the calendar, in one statement."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, Integer, Select, String, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from models.account import Account
from models.batch import Batch
from models.office import Office
from models.region import Region
from models.saved_view import SavedView
from models.special_day import SpecialDay


@dataclass(frozen=True)
class Choices:
    """What the filters offer: value and words each; and the reviewer's own views: id, name, query."""

    batches: Sequence[tuple[str, str]] = ()
    regions: Sequence[tuple[str, str]] = ()
    people: Sequence[tuple[str, str]] = ()
    views: Sequence[tuple[str, str, str]] = ()


def read_choices(session: Session, office: Office, account_id: uuid.UUID) -> tuple[Choices, dict[date, bool]]:
    """Read what the filters offer and the days that differ from the calendar, in one statement."""
    parts = union_all(
        _choice("batch", cast(Batch.id, String), Batch.name, ""),
        _choice("region", Region.code, Region.name, "").where(Region.admin_parent_code == office.region_code),
        _choice("person", cast(Account.id, String), func.coalesce(func.nullif(Account.person_name, ""), Account.login_name), "")
        .where(Account.office_id == office.id, Account.staff_role == "reviewer", Account.state == "active"),
        _choice("view", cast(SavedView.id, String), SavedView.name, SavedView.query)
        .where(SavedView.account_id == account_id),
        _choice("day", "", "", "", SpecialDay.day, cast(SpecialDay.is_working, Integer)),
    ).subquery()  # fmt: skip
    lists: dict[str, list[Any]] = {"batch": [], "region": [], "person": [], "view": []}
    special: dict[date, bool] = {}
    for what, value, words, more, day, number in session.execute(select(parts).order_by(parts.c.words)):
        if what == "day":
            special[day] = bool(number)
            continue
        name = value if what == "region" else str(uuid.UUID(value))  # SQLite keeps ids without dashes
        lists[what].append((name, words, more) if what == "view" else (name, words))
    batches, regions, people, views = lists.values()
    return Choices(batches, regions, people, views), special


def _choice(what: str, value: Any, words: Any, more: Any, day: Any = None, number: Any = None) -> Select[Any]:
    text = [literal(one, String) if isinstance(one, str) else one for one in (value, words, more)]
    return select(
        literal(what, String).label("what"), text[0].label("value"), text[1].label("words"),
        text[2].label("more"), (cast(null(), Date) if day is None else day).label("day"),
        (cast(null(), Integer) if number is None else number).label("number"),
    )  # fmt: skip

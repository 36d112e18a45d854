"""A page of a list."""

from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy import Select

from extensions import db

PAGE_ROWS = 50
LAST_PAGE = 1_000_000  # nobody gets there; a larger number is none to a database


@dataclass(frozen=True)
class Page:
    """Up to 50 things and whether there are more."""

    rows: list[Any]
    number: int
    has_more: bool


def page_of(query: Select[Any]) -> Page:
    """Read the page of the list that the address asks for, the first by default."""
    number = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    rows = db.session.scalars(query.limit(PAGE_ROWS + 1).offset((number - 1) * PAGE_ROWS)).all()
    return Page(list(rows[:PAGE_ROWS]), number, len(rows) > PAGE_ROWS)

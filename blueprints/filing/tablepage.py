"""One page of a table: fifty rows as text, their problems, the blank row at the foot."""

import uuid
from collections import defaultdict
from typing import Any

from flask import request
from sqlalchemy import func, or_, select

from blueprints.filing.page import FilingPage
from extensions import db
from filings.cells import (
    PAGE_ROWS,
    RowView,
    TablePage,
    edit_row,
    read_attachments,
    row_number,
    view_row,
)
from filings.finding import Problem
from filings.kind import Table
from filings.problems import cross_problems, row_problems
from filings.rowforms import as_typed
from forms.base import FilingForm


def table_page(page: FilingPage, table: Table, number: int | None = None) -> TablePage:
    """Read one page of rows, of those with problems where the address asks so; the last page at most."""
    only_problems = number is None and "problems" in request.args
    counted = db.session.scalars(select(_with_problems(page, table))).one() if only_problems else None
    count = page.row_count(table) if counted is None else counted
    pages = max(1, -(-count // PAGE_ROWS))
    number = min(max(number or request.args.get("page", 1, type=int), 1), pages)
    rows, with_problems = _read_page(page, table, number, only_problems)
    return TablePage(
        rows=rows, number=number, count=count, pages=pages,
        first=(number - 1) * PAGE_ROWS + 1 if rows else 0, last=(number - 1) * PAGE_ROWS + len(rows),
        with_problems=with_problems, only_problems=only_problems,
    )  # fmt: skip


def _with_problems(page: FilingPage, table: Table) -> Any:
    """The number of rows with something wrong or missing, as part of a statement."""
    query = select(func.count()).select_from(table.model)
    return query.where(*_live(page, table), _has_problems(page, table)).scalar_subquery()


def _live(page: FilingPage, table: Table) -> tuple[Any, Any]:
    return table.model.filing_id == page.filing.id, table.model.removed_at.is_(None)


def _has_problems(page: FilingPage, table: Table) -> Any:
    model = table.model
    across = [uuid.UUID(row_id) for row_id in problems_across(page, table)]
    return or_(model.error_count > 0, model.missing_count > 0, model.id.in_(across))


def _read_page(page: FilingPage, table: Table, number: int, only_problems: bool) -> tuple[list[RowView], int]:
    """Return the rows of one page, numbered as in the whole table, and how many of all have problems."""
    model, order = table.model, (table.model.place, table.model.id)
    numbered = select(model.id, func.row_number().over(order_by=order).label("seq"))
    places = numbered.where(*_live(page, table)).subquery()
    query = select(model, places.c.seq, _with_problems(page, table)).join(places, places.c.id == model.id)
    if only_problems:
        query = query.where(_has_problems(page, table))
    found = query.order_by(places.c.seq).offset((number - 1) * PAGE_ROWS).limit(PAGE_ROWS)
    rows = db.session.execute(found).all()
    files = read_attachments(db.session(), page.filing.id, [row.id for row, *_ in rows])
    across = problems_across(page, table)
    views = []
    for row, seq, _ in rows:
        problems = row_problems(page.kind, table, row, page.filing, files[row.id]) + across[str(row.id)]
        views.append(view_row(table, row, seq, files[row.id], problems))
    return views, rows[0][2] if rows else 0


def problems_across(page: FilingPage, table: Table) -> defaultdict[str, list[Problem]]:
    """Find what the rules across rows say of this table, by row."""
    found: defaultdict[str, list[Problem]] = defaultdict(list)
    for problem in cross_problems(page.kind, page.figures, table.name):
        if problem.part == table.name and problem.row_id:
            found[problem.row_id].append(problem)
    return found


def one_row(page: FilingPage, table: Table, row: Any) -> RowView:
    """View one stored row as text, with everything that is wrong with it."""
    files = read_attachments(db.session(), page.filing.id, [row.id])[row.id]
    problems = row_problems(page.kind, table, row, page.filing, files)
    problems += problems_across(page, table)[str(row.id)]
    return view_row(table, row, row_number(db.session(), table, row), files, problems)


def open_row(
    page: FilingPage, table: Table, row: Any, form: FilingForm | None = None, decided: Any = None
) -> RowView:
    """View one stored row as a form; `decided` carries the answers that close cells, if not the row's."""
    form = form or table.form(obj=row)
    offer_names(page, form)
    files = read_attachments(db.session(), page.filing.id, [row.id])[row.id]
    view = edit_row(table, decided or row, row_number(db.session(), table, row), form, files)
    return RowView(table, str(row.id), view.seq, row.version, view.cells, form, row=row)


def blank_row(page: FilingPage, table: Table, form: FilingForm | None = None) -> RowView:
    """View the blank row at the foot of the table, or what was typed into it."""
    form = form or table.form()
    offer_names(page, form)
    return edit_row(table, as_typed(table, form), None, form, {})


def offer_names(page: FilingPage, form: FilingForm) -> None:
    """Let a field that names a row of another table offer the rows there are, and what it says already."""
    for field in form:
        if field.kind == "named_row":
            names = [name for row in page.figures.rows(field.table) if (name := field.offers(row))]
            kept = [] if field.data in (None, "", *names) else [field.data]
            field.choices = [(name, name) for name in kept + names]


def page_of(row_seq: int) -> int:
    return (row_seq - 1) // PAGE_ROWS + 1

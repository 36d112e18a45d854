"""One page of a table: fifty rows as text, their problems, the blank row at the foot."""

from collections import defaultdict
from typing import Any

from flask import request
from sqlalchemy import select

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
from filings.kind import Problem, Table
from filings.problems import cross_problems, row_problems
from filings.rowforms import as_typed
from forms.base import FilingForm


def table_page(page: FilingPage, table: Table, number: int | None = None) -> TablePage:
    """Read one page of rows; the last one when the number is too high."""
    count = page.row_count(table)
    pages = max(1, -(-count // PAGE_ROWS))
    number = min(max(number or request.args.get("page", 1, type=int), 1), pages)
    rows = _read_page(page, table, number)
    return TablePage(
        rows=rows, number=number, count=count, pages=pages,
        first=(number - 1) * PAGE_ROWS + 1 if rows else 0, last=(number - 1) * PAGE_ROWS + len(rows),
    )  # fmt: skip


def _read_page(page: FilingPage, table: Table, number: int) -> list[RowView]:
    model, first = table.model, (number - 1) * PAGE_ROWS
    rows = db.session.scalars(
        select(model)
        .where(model.filing_id == page.filing.id, model.removed_at.is_(None))
        .order_by(model.place, model.id).offset(first).limit(PAGE_ROWS)
    ).all()  # fmt: skip
    files = read_attachments(db.session(), page.filing.id, [row.id for row in rows])
    across = problems_across(page, table)
    views = []
    for seq, row in enumerate(rows, first + 1):
        problems = row_problems(page.kind, table, row, page.filing, files[row.id]) + across[str(row.id)]
        views.append(view_row(table, row, seq, files[row.id], problems))
    return views


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

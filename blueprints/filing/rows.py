"""Rows of every table of every kind: add, show, edit, save, remove, restore."""

import uuid
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from blueprints.access import actor, editable_filing, own_filing, role
from blueprints.filing import blueprint
from blueprints.filing.conflict import chosen_answers, differing
from blueprints.filing.page import (
    FilingPage,
    find_row,
    find_table,
    go,
    is_fragment,
    known_version,
    page_of_table,
    render,
)
from blueprints.filing.tablepage import blank_row, one_row, open_row, page_of, table_page
from blueprints.filing.tabs import show_table
from blueprints.idempotency import earlier_attempt, made_before, remember, was_done
from extensions import clock, db
from failpoints import reach
from filings import editing
from filings.cells import RowView
from filings.kind import Table
from filings.rowforms import as_typed, judge_form
from forms.base import FilingForm
from models.filing import Filing

ROW = "/filings/<uuid:filing_id>/<table:name>/<uuid:row_id>"


@blueprint.post("/filings/<uuid:filing_id>/<table:name>")
@role("legal", "item_handler")
def add_row(filing_id: uuid.UUID, name: str) -> ResponseReturnValue:
    """Add a row; an untouched blank row together with 保存 or 下一步 only moves on."""
    filing = editable_filing(filing_id)
    table = find_table(filing, name)
    made_id = made_before()
    form = table.form(_answers(table))
    page = page_of_table(filing, table)
    if "op" in request.form and _is_untouched(table, form):
        return _move_on(page, table)
    if not made_id and not judge_form(table, form):
        return _answer(page, table, blank_row(page, table, form), 422)
    row = find_row(filing, table, made_id) if made_id else _add(filing, table, form)
    page = page_of_table(filing, table)
    return _saved(page, table, one_row(page, table, row), "added")


def _answers(table: Table) -> MultiDict[str, str]:
    """Return the posted answers; what a browser must not keep stays as an earlier attempt brought it."""
    earlier = earlier_attempt()
    row = db.session.get(table.model, earlier.made_id) if earlier else None
    return chosen_answers(table.form, row) if row is not None else request.form


def _add(filing: Filing, table: Table, form: FilingForm) -> Any:
    """Add the row; where the answer to an earlier attempt was lost, change the row that one made."""
    earlier = earlier_attempt()
    row = db.session.get(table.model, earlier.made_id) if earlier else None
    if row is None or row.removed_at is not None or row.filing_id != filing.id:
        row = editing.add_row(db.session(), filing, table, form, actor(), clock.now())
    else:
        editing.save_row(db.session(), filing, table, row, form, None, actor(), clock.now())
    remember(row.id, row.version)
    db.session.commit()
    return row


def _is_untouched(table: Table, form: FilingForm) -> bool:
    """Say whether nothing was typed into the blank row besides what stood there."""
    untouched = table.form().typed()
    return all(
        not text or text == untouched[name] or (name not in request.form)
        for name, text in form.typed().items()
    )


@blueprint.get(ROW)
@role("legal", "item_handler")
def row(filing_id: uuid.UUID, name: str, row_id: uuid.UUID) -> ResponseReturnValue:
    """Show a row as text; cancels an edit."""
    filing = own_filing(filing_id)
    table = find_table(filing, name)
    page = page_of_table(filing, table)
    view = one_row(page, table, find_row(filing, table, row_id))
    if is_fragment():
        return render("filing/_row.html", page, view=view, focus_link=True)
    return redirect(_place(filing, view), 303)


@blueprint.get(f"{ROW}/edit")
@role("legal", "item_handler")
def edit_row(filing_id: uuid.UUID, name: str, row_id: uuid.UUID) -> ResponseReturnValue:
    """Open a row for editing."""
    filing = editable_filing(filing_id)
    table = find_table(filing, name)
    page = page_of_table(filing, table)
    view = open_row(page, table, find_row(filing, table, row_id))
    if is_fragment():
        return render("filing/_row_edit.html", page, view=view, focus_first=True)
    return _answer(page, table, view, 200)


@blueprint.post(ROW)
@role("legal", "item_handler")
def save_row(filing_id: uuid.UUID, name: str, row_id: uuid.UUID) -> ResponseReturnValue:
    """Save a row as a whole."""
    filing = editable_filing(filing_id)
    table = find_table(filing, name)
    row = find_row(filing, table, row_id)
    if was_done():
        page = page_of_table(filing, table)
        return _saved(page, table, one_row(page, table, row), "changed")
    form = table.form(chosen_answers(table.form, row))
    if not judge_form(table, form):
        page = page_of_table(filing, table)
        view = open_row(page, table, row, form, as_typed(table, form))
        return _answer(page, table, view, 422)
    try:
        known = known_version(row.version)
        editing.save_row(db.session(), filing, table, row, form, known, actor(), clock.now())
    except editing.Conflict:
        return _conflict(filing_id, name, row_id, form), 409
    remember(row_id, row.version)
    db.session.commit()
    page = page_of_table(filing, table)
    return _saved(page, table, one_row(page, table, row), "changed")


def _conflict(filing_id: uuid.UUID, name: str, row_id: uuid.UUID, form: FilingForm) -> str:
    """Show both sides of every answer that differs; nothing is lost and nothing is overwritten."""
    db.session.rollback()
    filing = own_filing(filing_id)
    table = find_table(filing, name)
    row = find_row(filing, table, row_id)
    page, saved = page_of_table(filing, table), table.form(obj=row)
    view = one_row(page, table, row)
    return render(
        "filing/_conflict_row.html" if is_fragment() else "filing/conflict.html", page, form=form, view=view,
        differing=differing(form, saved),
        version=row.version, action=_url("save_row", view, filing), back=_place(filing, view),
    )  # fmt: skip


@blueprint.post(f"{ROW}/preview")
@role("legal", "item_handler")
def preview_row(filing_id: uuid.UUID, name: str, row_id: uuid.UUID) -> ResponseReturnValue:
    """Render the row again with the rules applied to what was typed; nothing is saved."""
    filing = editable_filing(filing_id)
    table = find_table(filing, name)
    row, form = find_row(filing, table, row_id), _cleared(table)
    page = page_of_table(filing, table)
    return _answer(page, table, open_row(page, table, row, form, as_typed(table, form)), 200)


@blueprint.post("/filings/<uuid:filing_id>/<table:name>/new/preview")
@role("legal", "item_handler")
def preview_new_row(filing_id: uuid.UUID, name: str) -> ResponseReturnValue:
    """Render the blank row again with the rules applied to what was typed; nothing is saved."""
    filing = editable_filing(filing_id)
    table = find_table(filing, name)
    page = page_of_table(filing, table)
    return _answer(page, table, blank_row(page, table, _cleared(table)), 200)


def _cleared(table: Table) -> FilingForm:
    """Return the form as typed, with the cells emptied that the deciding answers close."""
    form = table.form(request.form)
    form.validate()
    for name in table.closed(as_typed(table, form)):
        if name in form:
            form[name].data, form[name].raw_data, form[name].errors = None, None, []
    return form


@blueprint.get(f"{ROW}/removal")
@role("legal", "item_handler")
def ask_row_removal(filing_id: uuid.UUID, name: str, row_id: uuid.UUID) -> str:
    """Ask before a row is removed, for those without JavaScript."""
    filing = editable_filing(filing_id)
    table = find_table(filing, name)
    page = page_of_table(filing, table)
    return render("filing/row_removal.html", page, view=one_row(page, table, find_row(filing, table, row_id)))


@blueprint.post(f"{ROW}/removal")
@role("legal", "item_handler")
def remove_row(filing_id: uuid.UUID, name: str, row_id: uuid.UUID) -> ResponseReturnValue:
    """Remove a row at once; it can be restored."""
    filing = editable_filing(filing_id)
    table = find_table(filing, name)
    is_done = was_done()
    row = find_row(filing, table, row_id, removed=is_done)
    view = one_row(page_of_table(filing, table), table, row)
    if not is_done:
        editing.remove_row(db.session(), filing, row, actor(), clock.now())
        remember(row_id, row.version)
        db.session.commit()
    if is_fragment():
        return render("filing/_row_removed.html", page_of_table(filing, table), view=view)
    return redirect(url_for("filing.table", filing_id=filing.id, name=name, removed=row_id), 303)


@blueprint.post(f"{ROW}/restoration")
@role("legal", "item_handler")
def restore_row(filing_id: uuid.UUID, name: str, row_id: uuid.UUID) -> ResponseReturnValue:
    """Bring a removed row back."""
    filing = editable_filing(filing_id)
    table = find_table(filing, name)
    is_done = was_done()
    row = find_row(filing, table, row_id, removed=not is_done)
    if not is_done:
        editing.restore_row(db.session(), filing, table, row, actor(), clock.now())
        remember(row_id, row.version)
        db.session.commit()
    page = page_of_table(filing, table)
    return _saved(page, table, one_row(page, table, row), "changed")


def _move_on(page: FilingPage, table: Table) -> ResponseReturnValue:
    """Note that the tab was saved and go on to where the button says."""
    tab = page.kind.tab_of(table)
    editing.confirm_tab(db.session(), page.filing, tab, actor(), clock.now())
    db.session.commit()
    target = page.kind.tab_after(tab) if request.form["op"] == "next" else None
    if target is not None:
        return go(url_for("filing.tab", filing_id=page.filing.id, name=target.name))
    return go(url_for("filing.table", filing_id=page.filing.id, name=table.name, saved=1))


def _answer(page: FilingPage, table: Table, view: RowView, status: int) -> ResponseReturnValue:
    """Answer with the row as a form: alone to HTMX, within its page to everybody else."""
    if is_fragment():
        return render("filing/_row_edit.html", page, view=view, unsaved=status == 422), status
    if view.is_blank:
        return show_table(page, table, blank=view), status
    rows = table_page(page, table, page_of(view.seq or 1))
    return show_table(page, table, rows=rows, opened=view), status


def _saved(page: FilingPage, table: Table, view: RowView, how: str) -> ResponseReturnValue:
    """Answer a saved row: the row, a fresh blank one after an addition, totals and state out of band."""
    reach("row_committed")
    op = request.form.get("op")
    if op == "next":
        return _move_on(page, table)
    if not is_fragment():
        return redirect(_place(page.filing, view), 303)
    if how != "added":
        return render("filing/_row_saved.html", page, view=view, blank=None), 200
    blank, at_page = blank_row(page, table), page_of(view.seq or 1)
    return render("filing/_row_saved.html", page, view=view, blank=blank, at_page=at_page), 201


def _url(endpoint: str, view: RowView, filing: Filing) -> str:
    return url_for(f"filing.{endpoint}", filing_id=filing.id, name=view.table.name, row_id=view.id)


def _place(filing: Filing, view: RowView) -> str:
    """Return the address of the table's page that shows the row."""
    page = page_of(view.seq or 1)
    address = url_for(
        "filing.table", filing_id=filing.id, name=view.table.name, page=page if page > 1 else None
    )
    return f"{address}#{view.table.name}-{view.id}"

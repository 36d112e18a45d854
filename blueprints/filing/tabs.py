"""Tabs and tables: the pages a clerk fills."""

import uuid
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import actor, editable_filing, own_filing, role
from blueprints.filing import blueprint
from blueprints.filing.conflict import chosen_answers, differing
from blueprints.filing.page import (
    FilingPage,
    find_tab,
    find_table,
    go,
    is_fragment,
    known_version,
    page_of_table,
    render,
)
from blueprints.filing.tablepage import blank_row, table_page
from blueprints.idempotency import remember, was_done
from extensions import clock, db
from failpoints import reach
from filings import editing
from filings.kind import Tab, Table
from filings.kinds import kind_of
from filings.problems import tab_problems
from forms.base import FilingForm, Refusal
from models.filing import Filing
from models.table_import import TableImport


@blueprint.get("/filings/<uuid:filing_id>/<tab:name>")
@role("legal", "item_handler")
def tab(filing_id: uuid.UUID, name: str) -> ResponseReturnValue:
    """Show a tab: its fields, else its first table."""
    filing = own_filing(filing_id)
    found = find_tab(filing, name)
    if found.form is None and found.tables:
        return show_table(page_of_table(filing, found.tables[0]), found.tables[0])
    return show_fields(filing, found)


@blueprint.get("/filings/<uuid:filing_id>/<table:name>")
@role("legal", "item_handler")
def table(filing_id: uuid.UUID, name: str) -> ResponseReturnValue:
    """Show a table as a page of its own."""
    filing = own_filing(filing_id)
    found = find_table(filing, name)
    return show_table(
        page_of_table(filing, found), found, removed=_just_removed(filing, found),
        imported=_just_imported(filing, found),
    )  # fmt: skip


def _just_removed(filing: Filing, table: Table) -> Any:
    """Return the row whose removal can be undone on the page; None when there is none."""
    row_id = request.args.get("removed", type=uuid.UUID)
    row = db.session.get(table.model, row_id) if row_id else None
    return row if row is not None and row.filing_id == filing.id and row.removed_at else None


def _just_imported(filing: Filing, table: Table) -> TableImport | None:
    """Return the import that can be undone on the page; None when there is none."""
    import_id = request.args.get("imported", type=uuid.UUID)
    kept = db.session.get(TableImport, import_id) if import_id and filing.is_editable else None
    is_here = kept is not None and kept.belongs_to(filing.id, table.name) and kept.can_be_undone
    return kept if is_here else None


def show_table(page: FilingPage, table: Table, **context: Any) -> str:
    """Render the page of a table with its blank row, or with the open row given in `context`."""
    if "rows" not in context:
        context["rows"] = table_page(page, table)
    if "blank" not in context:
        context["blank"] = blank_row(page, table) if page.is_editable else None
    return render("filing/table.html", page, files=page.files, **context)


def show_fields(filing: Filing, tab: Tab, form: FilingForm | None = None, **context: Any) -> str:
    """Render the page of a tab's own answers; what did not parse earlier is shown again as typed."""
    page = FilingPage(filing, tab)
    state = page.states.get(tab.name)
    form = form or (tab.form(obj=filing) if tab.form else None)
    typed = {name: saved["text"] for name, saved in (state.unsaved_input if state else {}).items()}
    if form is not None:
        for name, text in typed.items():
            form[name].raw_data = text.split(",") if form[name].kind == "choices" else [text]
    problems = {p.field: p for p in reversed(tab_problems(tab, filing, state, set(page.files)))}
    show_missing = state is not None and state.saved_at is not None
    sources = {
        name: page.kind.prefilled_from[name]
        for name, value in page.kind.prefill(filing).items()
        if value is not None and getattr(filing, name) == value
    }
    return render(
        "filing/tab.html", page, form=form, sources=sources, files=page.files, version=state.version if state else 0,
        problems={n: p for n, p in problems.items() if show_missing or not p.is_missing}, **context,
    )  # fmt: skip


@blueprint.post("/filings/<uuid:filing_id>/<tab:name>")
@role("legal", "item_handler")
def save_tab(filing_id: uuid.UUID, name: str) -> ResponseReturnValue:
    """Save a tab: by its buttons, or by itself when an answer changes (then HTMX asks)."""
    filing = editable_filing(filing_id)
    tab = find_tab(filing, name)
    form = tab.form(chosen_answers(tab.form, filing)) if tab.form else None
    presses = not is_fragment() or "op" in request.form
    if presses:
        editing.confirm_tab(db.session(), filing, tab, actor(), clock.now())
    try:
        refusals = _store(filing, tab, form)
    except editing.Conflict:
        return _conflict(filing_id, name, form), 409
    db.session.commit()
    reach("tab_committed")
    if is_fragment() and (refusals or not presses):
        return _autosaved(filing, tab, refusals), 422 if refusals else 200
    return _after_save(filing, tab, refusals)


def _store(filing: Filing, tab: Tab, form: FilingForm | None) -> dict[str, Refusal]:
    """Store what parses of the form and keep the rest as typed; a tab without own answers has none."""
    if form is None:
        return {}
    form.validate()
    if was_done():
        return form.refusals()
    state = editing.tab_state(db.session(), filing, tab)
    known = known_version(state.version)
    refusals = editing.save_tab(db.session(), filing, tab, form, known, actor(), clock.now())
    remember(filing.id, state.version)
    return refusals


def _autosaved(filing: Filing, tab: Tab, refusals: dict[str, Refusal]) -> str:
    """Answer an autosave: state, messages and the new version, never the inputs somebody types in."""
    page = FilingPage(filing, tab)
    version = editing.tab_state(db.session(), filing, tab).version
    return render("filing/_tab_autosaved.html", page, refusals=refusals, version=version)


def _after_save(filing: Filing, tab: Tab, refusals: dict[str, Refusal]) -> ResponseReturnValue:
    if refusals:
        return show_fields(filing, tab, just_saved=True), 422
    is_last = request.form.get("op") != "next"
    target = tab if is_last else kind_of(filing).tab_after(tab) or tab
    saved = "1" if target is tab else None
    return go(url_for("filing.tab", filing_id=filing.id, name=target.name, saved=saved))


def _conflict(filing_id: uuid.UUID, name: str, form: FilingForm | None) -> str:
    """Show both sides of every answer that differs; nothing is lost and nothing is overwritten."""
    db.session.rollback()
    filing = own_filing(filing_id)
    tab = find_tab(filing, name)
    saved = tab.form(obj=filing) if tab.form else None
    return render(
        "filing/_tab_conflict.html" if is_fragment() else "filing/conflict.html", FilingPage(filing, tab),
        form=form,
        differing=differing(form, saved) if form and saved else [],
        version=editing.tab_state(db.session(), filing, tab).version,
        action=url_for("filing.save_tab", filing_id=filing.id, name=name),
        back=url_for("filing.tab", filing_id=filing.id, name=name),
    )  # fmt: skip

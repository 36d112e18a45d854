"""Pasting from Excel and uploading workbooks: preview, corrections, one confirmation, undo; downloads."""

import uuid
from io import BytesIO
from typing import Any

from flask import abort, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import actor, editable_filing, own_filing, role, streams
from blueprints.filing import blueprint
from blueprints.filing.page import FilingPage, find_table, page_of_table, render
from blueprints.filing.tablepage import offer_names
from blueprints.idempotency import made_before, remember, was_done
from blueprints.storage import storage
from extensions import clock, db
from failpoints import reach
from files.refusals import Refused
from files.workbook import read_workbook
from filings.cells import PAGE_ROWS
from filings.editing import Conflict
from filings.kind import Table
from filings.problems import read_rows
from filings.sheets import importing
from filings.sheets.clipboard import read_clipboard
from filings.sheets.importlines import JudgedLine, can_be_stored, judge_lines, stored_lines
from filings.sheets.spreadsheet import NotASheet, columns, read_block
from filings.sheets.workbook import XLSX, SheetRow, export_row, write_workbook
from models.filing import Filing
from models.table_import import TableImport

IMPORT = "/filings/<uuid:filing_id>/<table:name>/import"
KEPT = f"{IMPORT}/<uuid:import_id>"
CHANGED_MEANWHILE = "预览之后，有人保存过其中的行。下面已按最新内容重新核对，请再确认一次。"


@blueprint.get(IMPORT)
@role("legal", "item_handler")
def ask_import(filing_id: uuid.UUID, name: str) -> str:
    """Offer both ways in: a box to paste into, and a workbook."""
    filing = editable_filing(filing_id)
    return render("filing/import.html", page_of_table(filing, find_table(filing, name)))


@blueprint.post(IMPORT)
@role("legal", "item_handler")
@streams
def read_import(filing_id: uuid.UUID, name: str) -> ResponseReturnValue:
    """Read what was pasted or uploaded, outside any transaction, and keep it for the preview."""
    table = find_table(editable_filing(filing_id), name)
    made_id = made_before()
    if made_id and db.session.get(TableImport, made_id) is not None:
        return _go_to_preview(filing_id, name, made_id)
    db.start_reading()
    source = "file" if "file" in request.files else "paste"
    try:
        block = read_block(table, _read_posted())
    except (Refused, NotASheet) as refused:
        return _refused(filing_id, table, source, refused)
    db.start_writing()
    filing = editable_filing(filing_id)
    if (made_id := made_before()) and db.session.get(TableImport, made_id):  # sent twice at once
        return _go_to_preview(filing_id, name, made_id)
    kept = importing.keep_block(db.session(), filing, table, block, source, actor(), clock.now())
    remember(kept.id)
    db.session.commit()
    reach("block_committed")
    return _go_to_preview(filing_id, name, kept.id)


def _go_to_preview(filing_id: uuid.UUID, name: str, import_id: uuid.UUID) -> ResponseReturnValue:
    return redirect(
        url_for("filing.preview_import", filing_id=filing_id, name=name, import_id=import_id), 303
    )


def _read_posted() -> list[list[str]]:
    posted = request.files.get("file")
    if posted is None:
        return read_clipboard(request.form.get("block", ""))
    if not posted.filename:
        raise Refused("E_REQUIRED", "请先选择工作簿，再点上传预览。")
    try:
        return read_workbook(posted.stream, storage())
    finally:
        posted.close()


def _refused(
    filing_id: uuid.UUID, table: Table, source: str, refused: Refused | NotASheet
) -> ResponseReturnValue:
    """Show the reason beside what it is about; a pasted text stays in its box."""
    code = getattr(refused, "code", "E_REQUIRED")
    message = getattr(refused, "message", str(refused))
    page = page_of_table(editable_filing(filing_id), table)
    html = render("filing/import.html", page, source=source, code=code, text=message)
    return html, 413 if code == "E_FILE_SIZE" else 422


def _address(endpoint: str, kept: TableImport, **query: Any) -> str:
    return url_for(f"filing.{endpoint}", filing_id=kept.filing_id, name=kept.table_name, import_id=kept.id,
                   **query)  # fmt: skip


@blueprint.get(KEPT)
@role("legal", "item_handler")
def preview_import(filing_id: uuid.UUID, name: str, import_id: uuid.UUID) -> str:
    """Show what would be stored and what is to be corrected; after the confirmation what became of it."""
    filing = own_filing(filing_id)
    return _preview(filing, _find(filing, name, import_id))


def _find(filing: Filing, name: str, import_id: uuid.UUID) -> TableImport:
    kept = db.session.get(TableImport, import_id)
    if kept is None or not kept.belongs_to(filing.id, name):
        abort(404)
    return kept


def _preview(filing: Filing, kept: TableImport, notice: str = "") -> str:
    page = page_of_table(filing, find_table(filing, kept.table_name))
    if kept.confirmed_at is not None:
        return render("filing/import_done.html", page, kept=kept)
    judged = _judged(page, kept)
    bad = [line for line in judged if line.is_bad]
    shown = judged if "all" in request.args or not bad else bad
    pages = max(1, -(-len(shown) // PAGE_ROWS))
    number = min(max(request.args.get("page", 1, type=int), 1), pages)
    lines = shown[(number - 1) * PAGE_ROWS : number * PAGE_ROWS]
    for line in lines:
        offer_names(page, line.inputs)
    return render(
        "filing/import_preview.html", page, kept=kept, judged=judged, bad=bad, lines=lines, pages=pages,
        number=number, shows_all=len(shown) == len(judged), questions=columns(_table(page)), notice=notice,
    )  # fmt: skip


def _table(page: FilingPage) -> Table:
    if page.table is None:
        raise LookupError("an import always belongs to a table")
    return page.table


def _judged(page: FilingPage, kept: TableImport) -> list[JudgedLine]:
    return judge_lines(db.session(), page.filing, _table(page), page.figures, stored_lines(kept))


@blueprint.post(KEPT)
@role("legal", "item_handler")
def correct_import(filing_id: uuid.UUID, name: str, import_id: uuid.UUID) -> ResponseReturnValue:
    """Take the corrected cells and show the preview again."""
    filing = editable_filing(filing_id)
    kept = _find(filing, name, import_id)
    if kept.confirmed_at is None and not was_done():
        importing.correct(kept, find_table(filing, name), _corrections())
        remember(kept.id)
        db.session.commit()
    return redirect(_address("preview_import", kept), 303)


def _corrections() -> dict[str, list[str]]:
    """Return what was posted for the cells that stood open; nothing posted means emptied."""
    return {cell: request.form.getlist(cell) for cell in request.form.getlist("open")}


@blueprint.post(f"{KEPT}/confirmation")
@role("legal", "item_handler")
def confirm_import(filing_id: uuid.UUID, name: str, import_id: uuid.UUID) -> ResponseReturnValue:
    """Store all lines, or with `lines=good` those that are right, in one transaction and only once."""
    filing = editable_filing(filing_id)
    table = find_table(filing, name)
    kept = _find(filing, name, import_id)
    if kept.confirmed_at is None:
        importing.correct(kept, table, _corrections())
        judged = _judged(page_of_table(filing, table), kept)
        if not can_be_stored(judged, only_good=request.form.get("lines") == "good"):
            db.session.commit()
            return _preview(filing, kept), 422
        try:
            importing.store_lines(db.session(), filing, table, kept, judged, actor(), clock.now())
        except Conflict:
            db.session.commit()
            return _preview(filing, kept, CHANGED_MEANWHILE), 409
        db.session.commit()
        reach("lines_committed")
    return redirect(_place(kept), 303)


def _place(kept: TableImport) -> str:
    """Return the page of the table, which offers to take the import back."""
    return url_for("filing.table", filing_id=kept.filing_id, name=kept.table_name, imported=kept.id)


@blueprint.post(f"{KEPT}/undo")
@role("legal", "item_handler")
def undo_import(filing_id: uuid.UUID, name: str, import_id: uuid.UUID) -> ResponseReturnValue:
    """Take a confirmed import back as a whole, as long as nobody touched its rows since."""
    filing = editable_filing(filing_id)
    kept = _find(filing, name, import_id)
    if kept.can_be_undone:
        try:
            importing.take_back(db.session(), filing, find_table(filing, name), kept, actor(), clock.now())
        except importing.Touched as touched:
            abort(
                409,
                f"导入的行中有 {touched.count} 行后来被修改、删除或上传了附件，不能整批撤销，请逐行处理。",
            )
        db.session.commit()
        reach("undo_committed")
    return redirect(url_for("filing.table", filing_id=filing.id, name=name), 303)


@blueprint.get(f"{KEPT}/rest.xlsx")
@role("legal", "item_handler")
def download_rest(filing_id: uuid.UUID, name: str, import_id: uuid.UUID) -> ResponseReturnValue:
    """Send the lines that are still to be corrected, as they came."""
    filing = own_filing(filing_id)
    page = page_of_table(filing, find_table(filing, name))
    kept = _find(filing, name, import_id)
    if kept.confirmed_at is None:
        left = {line.no for line in _judged(page, kept) if line.is_bad}
    else:
        left = set(kept.done["left"])
    rows = [SheetRow(line.row_mark, line.texts) for line in stored_lines(kept) if line.no in left]
    return _send(page, rows, "须改的行")


@blueprint.get("/filings/<uuid:filing_id>/<table:name>/template.xlsx")
@role("legal", "item_handler")
def download_template(filing_id: uuid.UUID, name: str) -> ResponseReturnValue:
    """Send an empty workbook with drop-downs and the rules as notes."""
    filing = own_filing(filing_id)
    return _send(page_of_table(filing, find_table(filing, name)), [], "模板")


@blueprint.get("/filings/<uuid:filing_id>/<table:name>/export.xlsx")
@role("legal", "item_handler")
def download_table(filing_id: uuid.UUID, name: str) -> ResponseReturnValue:
    """Send the rows with their hidden marks, to be changed outside and brought back."""
    filing = own_filing(filing_id)
    table = find_table(filing, name)
    rows = [export_row(table, row) for row in read_rows(db.session(), table, filing.id)]
    return _send(page_of_table(filing, table), rows, "")


def _send(page: FilingPage, rows: list[SheetRow], what: str) -> ResponseReturnValue:
    table = _table(page)
    form = table.form()
    offer_names(page, form)
    offers = {field.name: [name for name, _ in field.choices] for field in form if field.kind == "named_row"}
    name = f"{page.filing.name}_{table.label}{what}.xlsx"
    return send_file(BytesIO(write_workbook(table, rows, offers)), XLSX, as_attachment=True,
                     download_name=name)  # fmt: skip

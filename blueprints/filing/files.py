"""Attachments: one PDF per slot of a filing or of a row."""

import uuid
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask import abort, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import actor, editable_filing, own_filing, role, streams, takes_up_to
from blueprints.filing import blueprint
from blueprints.filing.page import FilingPage, find_row, find_table, is_fragment, render
from blueprints.filing.tablepage import one_row, page_of
from blueprints.idempotency import remember, was_done
from blueprints.received import received_pdf
from blueprints.storage import send_pdf
from extensions import clock, db
from failpoints import reach
from files.admission import Admitted
from files.names import content_disposition
from files.refusals import Refused
from filings.cells import row_number
from filings.editing import attach, detach, find_attachment
from filings.kind import Slot, Tab, Table
from filings.kinds import kind_of
from models.attachment import Attachment
from models.filing import Filing
from models.stored_file import StoredFile

# A file over 3 MB is refused with its size and the cure, not by a connection that breaks off.
LARGEST_UPLOAD = 64 * 1024 * 1024
TAB_FILE = "/filings/<uuid:filing_id>/files/<slot>"
ROW_FILE = "/filings/<uuid:filing_id>/<table:name>/<uuid:row_id>/files/<slot>"


@dataclass(frozen=True)
class Place:
    """A slot of one filing: of a tab (table and row None) or of a row."""

    filing: Filing
    tab: Tab
    slot: Slot
    table: Table | None = None
    row: Any = None

    @property
    def owner(self) -> Any:
        return self.filing if self.row is None else self.row

    @property
    def closed_because(self) -> str:
        """Why nothing may be put here, empty when something may."""
        return "" if self.table is None else self.table.closed(self.row).get(self.slot.name, "")

    @property
    def url(self) -> str:
        if self.table is None:
            return url_for("filing.tab_file", filing_id=self.filing.id, slot=self.slot.name)
        return url_for("filing.row_file", filing_id=self.filing.id, name=self.table.name,
                       row_id=self.row.id, slot=self.slot.name)  # fmt: skip

    @property
    def page_url(self) -> str:
        """The page on which the slot stands."""
        if self.table is None:
            return url_for("filing.tab", filing_id=self.filing.id, name=self.tab.name)
        page = page_of(row_number(db.session(), self.table, self.row))
        address = url_for("filing.table", filing_id=self.filing.id, name=self.table.name, page=page)
        return f"{address}#{self.table.name}-{self.row.id}"


def _tab_place(filing: Filing, slot_name: str) -> Place:
    places = (Place(filing, tab, slot) for tab in kind_of(filing).tabs if (slot := tab.slot(slot_name)))
    return next(places, None) or abort(404)


def _row_place(filing: Filing, name: str, row_id: uuid.UUID, slot_name: str) -> Place:
    table = find_table(filing, name)
    slot = table.slot(slot_name) or abort(404)
    return Place(filing, kind_of(filing).tab_of(table), slot, table, find_row(filing, table, row_id))


@blueprint.get(TAB_FILE)
@role("legal", "item_handler")
def tab_file(filing_id: uuid.UUID, slot: str) -> ResponseReturnValue:
    """Serve the file of a tab's slot."""
    return _serve(_tab_place(own_filing(filing_id), slot))


@blueprint.get(ROW_FILE)
@role("legal", "item_handler")
def row_file(filing_id: uuid.UUID, name: str, row_id: uuid.UUID, slot: str) -> ResponseReturnValue:
    """Serve the file of a row's slot."""
    return _serve(_row_place(own_filing(filing_id), name, row_id, slot))


def _serve(place: Place) -> ResponseReturnValue:
    attachment = _attachment(place)
    return send_pdf(attachment.file.clean_sha256, attachment.name)


def _attachment(place: Place) -> Attachment:
    return find_attachment(db.session(), place.owner.id, place.slot.name) or abort(404)


@blueprint.get(f"{TAB_FILE}/template.pdf")
@role("legal", "item_handler")
def tab_file_template(filing_id: uuid.UUID, slot: str) -> ResponseReturnValue:
    """Send the paper to be signed and scanned into a slot, with what is known filled in."""
    place = _tab_place(own_filing(filing_id), slot)
    filing, unit = place.filing, place.filing.unit
    if not place.slot.has_template:
        abort(404)
    # Setting type takes 35 MiB; a web process that nobody asks for this paper does without.
    from materials.commitment import commitment_template

    data = commitment_template(unit.name, filing.name, filing.batch.name, unit.legal_representative)
    name = f"{place.slot.label}模板.pdf"
    answer = send_file(BytesIO(data), "application/pdf")
    answer.headers["Content-Disposition"] = content_disposition(name, inline=False)
    return answer


@blueprint.post(TAB_FILE)
@role("legal", "item_handler")
@streams
@takes_up_to(LARGEST_UPLOAD)
def upload_tab_file(filing_id: uuid.UUID, slot: str) -> ResponseReturnValue:
    """Take a file into a tab's slot."""
    return _upload(lambda: _tab_place(editable_filing(filing_id), slot))


@blueprint.post(ROW_FILE)
@role("legal", "item_handler")
@streams
@takes_up_to(LARGEST_UPLOAD)
def upload_row_file(filing_id: uuid.UUID, name: str, row_id: uuid.UUID, slot: str) -> ResponseReturnValue:
    """Take a file into a row's slot."""
    return _upload(lambda: _row_place(editable_filing(filing_id), name, row_id, slot))


def _upload(load: Any) -> ResponseReturnValue:
    """Admit the file first, outside any transaction, then put it into the slot.

    The slot is looked up twice: before, so that nobody makes us parse a file he may not place, and after,
    because a draft may have been submitted meanwhile.
    """
    place = load()
    if was_done():
        return _answer(place)
    reason = place.closed_because
    db.start_reading()
    try:
        if reason:
            raise Refused("E_NOT_FILLABLE", f"该项为不可填项（{reason}），不用上传")
        name, admitted = received_pdf("file")
    except Refused as refused:
        return _answer(load(), refused)
    db.start_writing()
    place = load()
    if was_done():  # sent twice at once
        return _answer(place)
    attach(db.session(), place.filing, place.table, place.row, place.slot.name, name, stored(admitted),
           actor(), clock.now())  # fmt: skip
    remember(place.owner.id)
    db.session.commit()
    reach("file_committed")
    return _answer(place)


def stored(admitted: Admitted) -> StoredFile:
    """Return the row of an admitted file."""
    return StoredFile(
        sha256=admitted.sha256, size=admitted.size, clean_sha256=admitted.clean_sha256,
        clean_size=admitted.clean_size, pages=admitted.pages, notes=list(admitted.notes),
        created_at=clock.now(),
    )  # fmt: skip


@blueprint.get(f"{TAB_FILE}/removal")
@role("legal", "item_handler")
def ask_tab_file_removal(filing_id: uuid.UUID, slot: str) -> str:
    """Ask before a file is removed."""
    return _ask_removal(_tab_place(editable_filing(filing_id), slot))


@blueprint.get(f"{ROW_FILE}/removal")
@role("legal", "item_handler")
def ask_row_file_removal(filing_id: uuid.UUID, name: str, row_id: uuid.UUID, slot: str) -> str:
    """Ask before a file is removed."""
    return _ask_removal(_row_place(editable_filing(filing_id), name, row_id, slot))


def _ask_removal(place: Place) -> str:
    page = FilingPage(place.filing, place.tab, place.table)
    return render("filing/file_removal.html", page, place=place, attachment=_attachment(place))


@blueprint.post(f"{TAB_FILE}/removal")
@role("legal", "item_handler")
def remove_tab_file(filing_id: uuid.UUID, slot: str) -> ResponseReturnValue:
    """Remove the file of a tab's slot."""
    return _remove(_tab_place(editable_filing(filing_id), slot))


@blueprint.post(f"{ROW_FILE}/removal")
@role("legal", "item_handler")
def remove_row_file(filing_id: uuid.UUID, name: str, row_id: uuid.UUID, slot: str) -> ResponseReturnValue:
    """Remove the file of a row's slot."""
    return _remove(_row_place(editable_filing(filing_id), name, row_id, slot))


def _remove(place: Place) -> ResponseReturnValue:
    if not was_done():
        detach(db.session(), place.filing, place.table, place.row, _attachment(place), actor(), clock.now())
        remember(place.owner.id)
        db.session.commit()
    return _answer(place)


def _answer(place: Place, refused: Refused | None = None) -> ResponseReturnValue:
    """Show the slot as it is now; a refusal stands in it, and the file that was there is still there."""
    page = FilingPage(place.filing, place.tab, place.table)
    status = 200 if refused is None else 413 if refused.code == "E_FILE_SIZE" else 422
    if not is_fragment():
        if refused is None:
            return redirect(place.page_url, 303)
        return render("filing/file_refused.html", page, place=place, refused=refused), status
    if place.table is None:
        attachment = find_attachment(db.session(), place.owner.id, place.slot.name)
        return render(
            "filing/_slot_saved.html", page, refused=refused, attachment=attachment, slot=place.slot
        ), status
    view = one_row(page, place.table, place.row)
    cell = next(cell for cell in view.cells if cell.name == place.slot.name)
    shown_as = request.form.get("view", "row")
    return render(
        "filing/_file_saved.html", page, refused=refused, view=view, cell=cell, shown_as=shown_as
    ), status

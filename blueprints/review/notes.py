"""Private notes: pinned to a field or a row, read by the own office and the levels above."""

import uuid

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue

from blueprints.access import me, role
from blueprints.idempotency import remember, was_done
from blueprints.review import blueprint
from blueprints.review.data import place_url_of, show_data
from blueprints.review.page import ReviewPage, assigned_page
from extensions import clock, db
from filings.documents import find_part, text_of_place
from models.review_note import ReviewNote

LONGEST = 1_000


@blueprint.post("/<uuid:filing_id>/notes")
@role("reviewer")
def add_note(filing_id: uuid.UUID) -> ResponseReturnValue:
    """Pin a note to a place of the submitted version."""
    page = assigned_page(filing_id)
    place, text = _place_posted(), request.form.get("text", "").strip()
    place_text = text_of_place(page.document, place) or abort(404)
    refusal = "请填写备注内容" if not text else f"备注不能超过 {LONGEST} 字" if len(text) > LONGEST else ""
    if refusal:
        return show_data(page, find_part(page.document, place.split("/")[0]), refusal), 422
    if not was_done():
        note = ReviewNote.pin(
            db.session(), filing_id=filing_id, version_no=page.version.version_no, office_id=page.office.id,
            author_id=me().account_id, author_name=me().person_name, place=place, place_text=place_text[:300],
            text=text, at=clock.now(),
        )  # fmt: skip
        remember(note.id)
        db.session.commit()
    return _back(assigned_page(filing_id), place)


@blueprint.post("/<uuid:filing_id>/notes/<uuid:note_id>/removal")
@role("reviewer")
def remove_note(filing_id: uuid.UUID, note_id: uuid.UUID) -> ResponseReturnValue:
    """Take a note of one's own down."""
    page = assigned_page(filing_id)
    if was_done():
        return _back(page, db.session.get_one(ReviewNote, note_id).place)
    note = next((note for note in page.notes if note.id == note_id), None) or abort(404)
    if note.author_id != me().account_id:
        abort(403, "只能删除自己写的备注。")
    note.remove(clock.now())
    place = note.place
    remember(note_id)
    db.session.commit()
    return _back(assigned_page(filing_id), place)


def _place_posted() -> str:
    """Return the place of the form: a row or field, or one cell of the row where `column` names it."""
    place, column = request.form.get("place", ""), request.form.get("column", "")
    return f"{place}/{column}" if column and place.count("/") == 1 else place


def _back(page: ReviewPage, place: str) -> ResponseReturnValue:
    """Go back to the place, with the file that was open beside it."""
    address, anchor = place_url_of(page)(place).split("#")
    file = request.form.get("file", type=int)
    opened = f"{'&' if '?' in address else '?'}file={file}" if page.attachment(file) else ""
    return redirect(f"{address}{opened}#{anchor}", 303)

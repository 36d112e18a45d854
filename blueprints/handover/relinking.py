"""更名后关联申报: filings that were made under a former name and are missing in the list of the renamed unit."""

import uuid

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accounts.handing_over import HandoverRefused, Lost, ask_relink, find_lost
from blueprints.access import actor, me, role, streams, takes_up_to
from blueprints.filing.files import LARGEST_UPLOAD, stored
from blueprints.handover import blueprint
from blueprints.handover.transferring import NO_STATEMENT
from blueprints.idempotency import made_before, remember
from blueprints.received import received_pdf
from extensions import clock, db
from files.refusals import Refused
from filings.editing import store_file
from forms.base import Refusal
from forms.handover import RelinkForm


@blueprint.get("/relink")
@role("legal", "unit_admin")
def relink() -> str:
    """Ask for the former name and the filings that are missing."""
    return _page(RelinkForm(), "")


@blueprint.post("/relink")
@role("legal", "unit_admin")
@streams
@takes_up_to(LARGEST_UPLOAD)
def send_relink() -> ResponseReturnValue:
    """Take the request in, whole or not at all."""
    form = RelinkForm(request.form)
    made_id = made_before()
    if made_id is None:
        has_statement = bool(request.files.get("statement") and request.files["statement"].filename)
        lost = _lost(form)
        if lost is None or not has_statement:
            return _page(form, "" if has_statement else NO_STATEMENT), 422
        db.start_reading()
        try:
            name, admitted = received_pdf("statement", NO_STATEMENT)
        except Refused as not_admitted:
            return _page(form, str(not_admitted.message)), 422
        db.start_writing()
        if made_id := made_before():  # sent twice at once
            return redirect(url_for("handover.handover", handover_id=made_id), 303)
        lost = _lost(form)
        if lost is not None:
            store_file(db.session(), stored(admitted))
            made_id = _ask(form, lost, (name, admitted.sha256))
        if made_id is None:
            db.session.rollback()
            return _page(form, ""), 422
        remember(made_id)
        db.session.commit()
    return redirect(url_for("handover.handover", handover_id=made_id), 303)


def _lost(form: RelinkForm) -> Lost | None:
    """Find what is meant, or put what is wrong at the fields."""
    if not form.accepts():
        return None
    unit = me().unit or abort(404)
    try:
        return find_lost(db.session(), unit, form["former_name"].data, form["numbers"].data)
    except HandoverRefused as refusal:
        form["numbers"].errors = [Refusal("E_FILINGS", str(refusal))]
        return None


def _ask(form: RelinkForm, lost: Lost, statement: tuple[str, str]) -> uuid.UUID | None:
    """Make the request and return its id; None when it is refused."""
    unit, names = me().unit or abort(404), form["login_names"].data
    try:
        made = ask_relink(
            db.session(), unit, lost, form["former_name"].data, names, statement, actor(), clock.now()
        )
    except HandoverRefused as refusal:
        form["numbers"].errors = [Refusal("E_FILINGS", str(refusal))]
        return None
    return made.id


def _page(form: RelinkForm, refused: str) -> str:
    return render_template("handover/relink.html", form=form, refused=refused, unit=me().unit)

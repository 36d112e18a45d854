"""Return requests pinned by the office: added one by one, sent with a 退回."""

import uuid

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import actor, role
from blueprints.idempotency import remember, was_done
from blueprints.review import blueprint
from blueprints.review.opinion import opinion_page
from blueprints.review.page import assigned_page
from extensions import clock, db
from filings.refused import Refused
from filings.review.opinions import NOT_HERE
from filings.review.requests import pin, unpin
from filings.review.spots import find_spot
from forms.fields import normalised
from models.moves import IllegalMove
from models.return_request import ReturnRequest


@blueprint.post("/<uuid:filing_id>/requests")
@role("reviewer")
def add_request(filing_id: uuid.UUID) -> ResponseReturnValue:
    """Pin a request to a place of what was submitted."""
    if not was_done():
        page = assigned_page(filing_id)
        spot = find_spot(page.document, request.form.get("spot", ""))
        text, fault = normalised(request.form.get("text", "")), request.form.get("fault", "")
        try:
            made = pin(db.session(), page.filing, spot, fault, text, actor(), clock.now())
        except Refused as refused:
            return opinion_page(page, pin_refusal=refused), 422
        except IllegalMove:
            abort(409, NOT_HERE)
        remember(made.id)
        db.session.commit()
    return redirect(url_for("review.opinion", filing_id=filing_id) + "#requests", 303)


@blueprint.post("/<uuid:filing_id>/requests/<uuid:request_id>/removal")
@role("reviewer")
def remove_request(filing_id: uuid.UUID, request_id: uuid.UUID) -> ResponseReturnValue:
    """Take back a request that was not sent."""
    page = assigned_page(filing_id)
    if not was_done():
        found = db.session.get(ReturnRequest, request_id)
        if found is None or found.filing_id != filing_id:
            abort(404)
        try:
            unpin(db.session(), page.filing, found, actor())
        except Refused as refused:
            abort(409, refused.message)
        except IllegalMove:
            abort(409, NOT_HERE)
        remember(request_id)
        db.session.commit()
    return redirect(url_for("review.opinion", filing_id=filing_id) + "#requests", 303)

"""退回要求: what an office wants mended, each with the way to its place and room for a reply."""

import uuid

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import actor, editable_filing, own_filing, role
from blueprints.filing import blueprint
from blueprints.filing.page import FilingPage, render
from blueprints.idempotency import remember, was_done
from extensions import clock, db
from filings.refused import Refused
from filings.review.opinions import sent_opinions
from filings.review.requests import last_return, reply, requests_of, todo_list
from filings.review.spots import find_spot
from filings.snapshot import snapshot
from forms.fields import normalised
from models.return_request import ReturnRequest


@blueprint.get("/filings/<uuid:filing_id>/requests")
@role("legal", "item_handler")
def requests(filing_id: uuid.UUID) -> str:
    """Show why the filing was sent back and what is to be mended, and the returns before."""
    filing = own_filing(filing_id)
    returns = [one for one in sent_opinions(db.session(), filing.id) if one.intention == "return"]
    if not returns:
        abort(404)
    return _page(FilingPage(filing))


def _page(page: FilingPage, refusal: tuple[uuid.UUID, Refused] | None = None) -> str:
    session, filing = db.session(), page.filing
    current = last_return(session, filing)
    live = snapshot(session, filing, page.figures)
    earlier = [
        (one, requests_of(session, one))
        for one in reversed(sent_opinions(session, filing.id))
        if one.intention == "return" and not one.corrected_at and one is not current
    ]
    todos = todo_list(session, filing, live)
    gone = {todo.request.id for todo in todos if find_spot(live, todo.request.spot) is None}
    return render("filing/requests.html", page, opinion=current, todos=todos, gone=gone, earlier=earlier,
                  refusal=refusal, waiting=sum(todo.is_open for todo in todos))  # fmt: skip


@blueprint.post("/filings/<uuid:filing_id>/requests/<uuid:request_id>/reply")
@role("legal", "item_handler")
def reply_to_request(filing_id: uuid.UUID, request_id: uuid.UUID) -> ResponseReturnValue:
    """Note why nothing has to be mended at a place; empty text takes the reply back."""
    filing = editable_filing(filing_id)
    found = db.session.get(ReturnRequest, request_id)
    if found is None or found.filing_id != filing.id or found.opinion_id is None:
        abort(404)
    if not was_done():
        text = normalised(request.form.get("reply", ""))
        try:
            reply(db.session(), filing, found, text, actor(), clock.now())
        except Refused as refused:
            return _page(FilingPage(filing), (request_id, refused)), 422
        remember()
        db.session.commit()
    return redirect(url_for("filing.requests", filing_id=filing_id) + f"#request-{found.number}", 303)

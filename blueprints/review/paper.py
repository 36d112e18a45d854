"""纸质材料签收: the paper of a filing is taken in when it is of the submitted version."""

import uuid

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import actor, role
from blueprints.idempotency import remember, was_done
from blueprints.review import blueprint
from blueprints.review.page import ReviewPage, assigned_page, render
from extensions import clock, db
from filings.refused import Refused
from filings.review.paper import WrongVersion, judge_version, receipts_of, receive_paper
from forms.base import Refusal
from forms.paper import PaperForm


@blueprint.get("/<uuid:filing_id>/paper")
@role("reviewer")
def paper(filing_id: uuid.UUID) -> str:
    """Show what was taken in and ask for more; `version_no` may come from the code on a cover."""
    page = assigned_page(filing_id)
    scanned = request.args.get("version_no", "")
    wrong = judge_version(db.session(), page.filing, scanned) if scanned else None
    form = PaperForm(data={"version_no": scanned or None, "copies": page.filing.batch.paper_copies})
    return _page(page, form, wrong)


@blueprint.post("/<uuid:filing_id>/paper")
@role("reviewer")
def sign_for_paper(filing_id: uuid.UUID) -> ResponseReturnValue:
    """Take the paper in, or say in what it differs from what was submitted."""
    page, form = assigned_page(filing_id), PaperForm(request.form)
    here = url_for("review.paper", filing_id=filing_id, received=1)
    if not form.accepts():
        return _page(page, form), 422
    if was_done():
        return redirect(here, 303)
    typed, copies, has_disc = form.version_no.data or "", form.copies.data or 0, bool(form.has_disc.data)
    try:
        receive_paper(db.session(), page.filing, typed, copies, has_disc, actor(), clock.now())
    except Refused as refused:
        form.version_no.errors = [Refusal(refused.code, refused.message)]
        return _page(page, form, judge_version(db.session(), page.filing, typed)), 422
    remember(filing_id)
    db.session.commit()
    return redirect(here, 303)


def _page(page: ReviewPage, form: PaperForm, wrong: WrongVersion | None = None) -> str:
    receipts = receipts_of(db.session(), page.filing.id)
    return render(
        "review/paper.html", page, viewer=None, form=form, wrong=wrong, receipts=receipts,
        is_received="received" in request.args and request.method == "GET",
    )  # fmt: skip

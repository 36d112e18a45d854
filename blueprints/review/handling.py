"""Who of the office works on a filing, 回避, and 更正 of what was just sent."""

import uuid

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import actor, me, role
from blueprints.idempotency import remember, was_done
from blueprints.ids import read_id
from blueprints.review import blueprint
from blueprints.review.page import assigned_page, render
from extensions import clock, db
from filings.refused import Refused
from filings.review.opinions import NOT_HERE, assign, colleagues, correct, correctable_opinion, recuse
from forms.fields import normalised
from models.assignment import assign_to
from models.moves import IllegalMove


@blueprint.post("/<uuid:filing_id>/assignment")
@role("reviewer")
def assign_filing(filing_id: uuid.UUID) -> ResponseReturnValue:
    """Take the filing oneself, give it to a colleague, or give it back to the office."""
    if not was_done():
        filing, chosen = assigned_page(filing_id).filing, request.form.get("account", "")
        try:
            if chosen == "nobody":
                assign_to(db.session(), filing, None, actor(), clock.now())
            else:
                assign(db.session(), filing, _account(chosen), actor(), clock.now())
        except Refused as refused:
            abort(422, refused.message)
        except IllegalMove:
            abort(409, "刚刚有同事接手了这份申报，或者它已不在本机构。请刷新页面查看。")
        remember(filing_id)
        db.session.commit()
    return redirect(url_for("review.opinion", filing_id=filing_id), 303)


def _account(text: str) -> uuid.UUID:
    if not text:
        return me().account_id
    return read_id(text) or abort(422, "请选择本机构的审核人员")


@blueprint.get("/<uuid:filing_id>/recusal")
@role("reviewer")
def ask_recusal(filing_id: uuid.UUID) -> str:
    """Say what 回避 means before it is done."""
    return _recusal_page(filing_id)


@blueprint.post("/<uuid:filing_id>/recusal")
@role("reviewer")
def declare_recusal(filing_id: uuid.UUID) -> ResponseReturnValue:
    """Give the filing up because of an interest in it."""
    if not was_done():  # what one gave up is there no more
        filing, reason = assigned_page(filing_id).filing, normalised(request.form.get("reason", ""))[:500]
        try:
            recuse(db.session(), filing, reason, actor(), clock.now())
        except Refused as refused:
            return _recusal_page(filing_id, refused), 422
        remember(filing_id)
        db.session.commit()
    return redirect(url_for("review.queue", recused=1), 303)


def _recusal_page(filing_id: uuid.UUID, refused: Refused | None = None) -> str:
    page = assigned_page(filing_id)
    others = [
        one for one in colleagues(db.session(), page.filing, page.office.id) if one.id != me().account_id
    ]
    return render("review/recusal.html", page, viewer=None, refused=refused, others=others)


@blueprint.get("/<uuid:filing_id>/correction")
@role("reviewer")
def ask_correction(filing_id: uuid.UUID) -> str:
    """Say what 更正 means before it is done."""
    return _correction_page(filing_id)


@blueprint.post("/<uuid:filing_id>/correction")
@role("reviewer")
def correct_sending(filing_id: uuid.UUID) -> ResponseReturnValue:
    """Take back what was just sent, by a new act that everybody sees."""
    if not was_done():
        filing = assigned_page(filing_id).filing
        try:
            correct(
                db.session(), filing, normalised(request.form.get("reason", ""))[:1000], actor(), clock.now()
            )
        except Refused as refused:
            if refused.code == "E_TOO_LATE":
                abort(409, refused.message)
            return _correction_page(filing_id, refused), 422
        except IllegalMove:
            abort(409, NOT_HERE)
        remember(filing_id)
        db.session.commit()
    return redirect(url_for("review.opinion", filing_id=filing_id), 303)


def _correction_page(filing_id: uuid.UUID, refused: Refused | None = None) -> str:
    page = assigned_page(filing_id)
    sent = correctable_opinion(db.session(), page.filing, me().office_id)
    if sent is None:
        abort(409, "对方已经打开这份申报，或状态已变化，不能再更正。")
    return render("review/correction.html", page, viewer=None, refused=refused, sent=sent)

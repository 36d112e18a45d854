"""提交申报材料, and what comes after it: receipt, paper, 撤回, 继续填报."""

import uuid

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import actor, editable_filing, own_filing, role
from blueprints.filing import blueprint
from blueprints.filing.page import FilingPage, go, is_fragment, render
from blueprints.idempotency import earlier_attempt, remember, was_done
from extensions import clock, db
from failpoints import reach
from filings.review.opinions import last_refusal
from filings.review.publicity import running_notice
from filings.submission import NotReady, Refused, current_version, offered_offices, submit
from filings.timeline import timeline
from models.filing import Filing
from models.moves import IllegalMove

TOO_LATE = "受理机构已开始办理，或申报状态已变化，不能撤回。"


@blueprint.get("/filings/<uuid:filing_id>/submission")
@role("legal", "item_handler")
def submission(filing_id: uuid.UUID) -> ResponseReturnValue:
    """Ask for the 受理机构 and say which version the paper must carry; afterwards the receipt."""
    filing = own_filing(filing_id)
    if not filing.is_editable:
        return redirect(url_for("filing.receipt", filing_id=filing.id), 303)
    return _page(filing)


def _page(filing: Filing, refused: Refused | None = None, problems: NotReady | None = None) -> str:
    template = "filing/_submission.html" if is_fragment() else "filing/submission.html"
    page, offices = FilingPage(filing), offered_offices(db.session(), filing)
    wanted = request.form.get("receiving_office")
    chosen = next((office for office in offices if str(office.id) == wanted), offices[0] if offices else None)
    return render(
        template, page, offices=offices, chosen=chosen, refused=refused,
        problems=problems.problems if problems else [], version=current_version(db.session(), filing),
        failing=[view for view in page.conditions if view.state == "fail"],
        is_open=filing.is_open_for_applicant(clock.now()),
        is_confirmed=request.form.get("confirm_conditions") == "yes",
    )  # fmt: skip


@blueprint.post("/filings/<uuid:filing_id>/submission")
@role("legal", "item_handler")
def submit_filing(filing_id: uuid.UUID) -> ResponseReturnValue:
    """Hand the filing in."""
    if earlier_attempt() is None:
        filing = editable_filing(filing_id)
        try:
            submit(
                db.session(), filing, request.form.get("version_no") or None,
                request.form.get("receiving_office", ""),
                request.form.get("confirm_conditions") == "yes", actor(), clock.now(),
            )  # fmt: skip
        except NotReady as not_ready:
            return _refuse(filing_id, problems=not_ready)
        except Refused as refused:
            return _refuse(filing_id, refused)
        remember(filing.id)
        db.session.commit()
        reach("submission_committed")
    return go(url_for("filing.receipt", filing_id=filing_id))


def _refuse(
    filing_id: uuid.UUID, refused: Refused | None = None, problems: NotReady | None = None
) -> ResponseReturnValue:
    db.session.rollback()
    return _page(own_filing(filing_id), refused, problems), 422


@blueprint.get("/filings/<uuid:filing_id>/receipt")
@role("legal", "item_handler")
def receipt(filing_id: uuid.UUID) -> str:
    """Show when and to whom the filing was submitted, and how it went on."""
    filing = own_filing(filing_id)
    if not filing.was_submitted:
        abort(404)
    now = clock.now()
    return render("filing/receipt.html", FilingPage(filing), steps=timeline(db.session(), filing, now),
                  decision=last_refusal(db.session(), filing), notice=running_notice(db.session(), filing, now))  # fmt: skip


@blueprint.get("/filings/<uuid:filing_id>/paper")
@role("legal", "item_handler")
def paper(filing_id: uuid.UUID) -> str:
    """Say how the paper is to be bound, sealed and handed in."""
    filing = own_filing(filing_id)
    if not filing.was_submitted:
        abort(404)
    return render("filing/paper.html", FilingPage(filing))


@blueprint.get("/filings/<uuid:filing_id>/withdrawal")
@role("legal", "item_handler")
def ask_withdrawal(filing_id: uuid.UUID) -> str:
    """Say what 撤回 means before it is done."""
    filing = own_filing(filing_id)
    if filing.status != "under_review":
        abort(409, TOO_LATE)
    is_open = filing.is_open_for_applicant(clock.now())
    return render("filing/withdrawal.html", FilingPage(filing), is_open=is_open)


@blueprint.post("/filings/<uuid:filing_id>/withdrawal")
@role("legal", "item_handler")
def withdraw(filing_id: uuid.UUID) -> ResponseReturnValue:
    """Take the filing back."""
    filing = own_filing(filing_id)
    if not was_done():
        try:
            filing.withdraw(actor(), clock.now())
        except IllegalMove:
            abort(409, TOO_LATE)
        remember(filing_id)
        db.session.commit()
    return redirect(url_for("filing.receipt", filing_id=filing_id), 303)


@blueprint.post("/filings/<uuid:filing_id>/resumption")
@role("legal", "item_handler")
def resume(filing_id: uuid.UUID) -> ResponseReturnValue:
    """Go on filling a withdrawn filing while the batch is open."""
    filing = own_filing(filing_id)
    if not was_done():
        if not filing.is_open_for_applicant(clock.now()):
            abort(409, "不在申报时间内，不能继续填报。")
        try:
            filing.resume(actor(), clock.now())
        except IllegalMove:
            abort(409, "申报状态已变化，请返回申报列表查看。")
        remember(filing_id)
        db.session.commit()
    return redirect(url_for("filing.problems", filing_id=filing_id), 303)

"""人员离职交接: whose filings, which of them, and who takes them over."""

import uuid

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accounts.handing_over import HandoverRefused, ask_transfer, filings_of, find_receiver, handlers_of
from blueprints.access import actor, me, role, streams, takes_up_to
from blueprints.filing.files import LARGEST_UPLOAD, stored
from blueprints.grant.granting import today
from blueprints.handover import blueprint
from blueprints.idempotency import made_before, remember
from blueprints.ids import read_id
from blueprints.received import received_pdf
from extensions import clock, db
from files.refusals import Refused
from filings.editing import store_file
from filings.submission import filing_no
from forms.base import Refusal
from forms.handover import TransferForm
from models.account import Account
from models.filing import Filing

NO_STATEMENT = "请上传盖章声明"


@blueprint.get("/transfer")
@role("legal", "unit_admin")
def transfer() -> str:
    """Ask whose filings, then which of them and to whom."""
    return _page(_leaver(request.args.get("leaver", "")), TransferForm(), {})


@blueprint.post("/transfer")
@role("legal", "unit_admin")
@streams
@takes_up_to(LARGEST_UPLOAD)
def send_transfer() -> ResponseReturnValue:
    """Take the request in, whole or not at all."""
    form, refused = TransferForm(request.form), dict[str, str]()
    made_id = made_before()
    if made_id is None:
        leaver = _leaver(request.form.get("leaver", "")) or abort(404)
        _judge(form, leaver, refused)
        if form.errors or refused:
            return _page(leaver, form, refused), 422
        db.start_reading()
        try:
            name, admitted = received_pdf("statement", NO_STATEMENT)
        except Refused as not_admitted:
            return _page(leaver, form, {"statement": str(not_admitted.message)}), 422
        db.start_writing()
        if made_id := made_before():  # sent twice at once
            return redirect(url_for("handover.handover", handover_id=made_id), 303)
        leaver = _leaver(request.form.get("leaver", "")) or abort(404)
        receiver, filings = _judge(form, leaver, refused)
        if receiver is not None and not refused:
            store_file(db.session(), stored(admitted))
            made_id = _ask(leaver, receiver, filings, (name, admitted.sha256), refused)
        if made_id is None:
            db.session.rollback()
            return _page(_leaver(request.form.get("leaver", "")), form, refused), 422
        remember(made_id)
        db.session.commit()
    return redirect(url_for("handover.handover", handover_id=made_id), 303)


def _ask(
    leaver: Account,
    receiver: Account,
    filings: list[Filing],
    statement: tuple[str, str],
    refused: dict[str, str],
) -> uuid.UUID | None:
    """Make the request and return its id; None when it is refused."""
    unit = me().unit or abort(404)
    try:
        made = ask_transfer(db.session(), unit, leaver, receiver, filings, statement, actor(), clock.now())
    except HandoverRefused as refusal:
        refused[refusal.field] = str(refusal)
        return None
    return made.id


def _leaver(posted: str) -> Account | None:
    """Return who of the unit's handlers was chosen; None when nobody was."""
    chosen = read_id(posted)
    return next((one for one in handlers_of(db.session(), me().unit or abort(404)) if one.id == chosen), None)


def _judge(
    form: TransferForm, leaver: Account, refused: dict[str, str]
) -> tuple[Account | None, list[Filing]]:
    """Put what is wrong at the fields; returns the receiver and the filings that were ticked."""
    unit = me().unit or abort(404)
    ticked = set(request.form.getlist("filing"))
    filings = [one for one in filings_of(db.session(), unit, leaver) if str(one.id) in ticked]
    if not filings:
        refused["filings"] = "请勾选要移交的申报"
    if not request.files.get("statement") or not request.files["statement"].filename:
        refused["statement"] = NO_STATEMENT
    receiver = None
    if form.accepts():
        try:
            receiver = find_receiver(db.session(), unit, form["receiver"].data, leaver, today())
        except HandoverRefused as refusal:
            form["receiver"].errors = [Refusal("E_RECEIVER", str(refusal))]
    return receiver, filings


def _page(leaver: Account | None, form: TransferForm, refused: dict[str, str]) -> str:
    unit = me().unit or abort(404)
    filings = filings_of(db.session(), unit, leaver) if leaver else []
    return render_template(
        "handover/transfer.html", leaver=leaver, leavers=handlers_of(db.session(), unit), form=form, refused=refused,
        filings=[(filing_no(one), one) for one in filings], ticked=set(request.form.getlist("filing")),
    )  # fmt: skip

"""注销 of a unit's account: its request with the sealed statement."""

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accounts.closing import COOL_OFF, NotClosed, blockers
from accounts.closing_unit import request_closure
from blueprints.access import actor, me, signed_in, streams, takes_up_to
from blueprints.account import blueprint
from blueprints.account.proofs import refused_password
from blueprints.filing.files import LARGEST_UPLOAD, stored
from blueprints.grant.granting import today
from blueprints.idempotency import made_before, remember
from blueprints.received import received_pdf
from blueprints.two_reviews import carry_out, seen
from extensions import clock, db
from files.refusals import Refused
from filings.editing import store_file
from forms.base import Refusal
from forms.closure import UnitClosureForm
from models.account import Account
from models.closure_request import ClosureRequest, newest_request

REQUEST = "/account/closure/request"
NO_STATEMENT = "请上传盖章的注销声明"


@blueprint.post(REQUEST)
@signed_in
@streams
@takes_up_to(LARGEST_UPLOAD)
def request_unit_closure() -> ResponseReturnValue:
    """Take the request of a unit in, whole or not at all."""
    account, form = unit_account(), UnitClosureForm(request.form)
    if made_before() is not None:
        return redirect(url_for("account.closure"), 303)
    if not form.accepts():
        return unit_page(form), 422
    if text := refused_password(account, form["present"].data):
        form["present"].errors = [Refusal("E_PASSWORD_PRESENT", text)]
        return unit_page(form), 422
    db.start_reading()
    try:
        name, admitted = received_pdf("statement", NO_STATEMENT)
    except Refused as refused:
        return unit_page(form, refused_file=str(refused.message)), 422
    db.start_writing()
    if made_before() is not None:  # sent twice at once
        return redirect(url_for("account.closure"), 303)
    store_file(db.session(), stored(admitted))
    statement, why = (name, admitted.sha256), form["why"].data
    try:
        made = request_closure(db.session(), unit_account(), why, statement, actor(), clock.now(), today())
    except NotClosed as refusal:
        db.session.rollback()
        return unit_page(form, str(refusal)), 422
    remember(made.id)
    db.session.commit()
    return redirect(url_for("account.closure", asked=1), 303)


@blueprint.post(f"{REQUEST}/withdrawal")
@signed_in
def withdraw_unit_closure() -> ResponseReturnValue:
    """Take the request back before it is decided."""

    def act(found: ClosureRequest) -> None:
        found.withdraw(db.session(), seen(), actor(), clock.now())

    def page(_found: ClosureRequest, refused: str) -> str:
        return unit_page(UnitClosureForm(), refused)

    return carry_out(_request, act, page, url_for("account.closure"))


def unit_account() -> Account:
    """Return the unit's own account that is signed in, else answer 404."""
    return me().account if me().account_type == "legal" else abort(404)


def _request() -> ClosureRequest:
    unit_id = unit_account().unit_id or abort(404)
    return newest_request(db.session(), unit_id) or abort(404)


def unit_page(form: UnitClosureForm, refused: str = "", refused_file: str = "") -> str:
    """Render the page of a unit: what stands in the way, its request, or the form of one."""
    account = unit_account()
    made = newest_request(db.session(), account.unit_id) if account.unit_id else None
    return render_template(
        "account/closure.html", account=account, form=form, refused=refused, refused_file=refused_file, made=made,
        days=COOL_OFF.days, blockers=blockers(db.session(), account, today()) if account.closes_at is None else [],
    )  # fmt: skip

"""The second step of a sign-in: a code of the authenticator, or the first enrolment of somebody who must have one."""

from datetime import UTC, datetime

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from blueprints.access import public
from blueprints.account import blueprint
from blueprints.account.attempt import Refused
from blueprints.account.devices import device_name
from blueprints.account.entry import STEPS, begin_step, entrant, second_step_page, step_due
from blueprints.account.passes import Pass, owner
from blueprints.account.proofs import WRONG_FIRST_CODE, used_code
from blueprints.account.safe_next import safe_next
from blueprints.account.second_factor import enrolment_page, recovery_codes_page
from blueprints.account.signing_in import (
    first_page,
    go_to,
    set_session_cookie,
    sign_in_dialog,
    signed_in_response,
    start_session,
)
from extensions import clock, db
from models.event import record_event
from models.moves import IllegalMove
from models.second_factor import confirm_enrolment


@blueprint.get("/login/second-factor")
@public
def second_step() -> ResponseReturnValue:
    """Ask for a code."""
    return second_step_page() if entrant("second_factor") else _start_anew()


@blueprint.post("/login/second-factor")
@public
def take_second_step() -> ResponseReturnValue:
    """Take a code, and then sign in, unless the password is due."""
    proven = entrant("second_factor")
    if proven is None:
        return make_response(sign_in_dialog()) if "stay" in request.form else _start_anew()
    try:
        used = used_code(proven.account, request.form.get("code", ""))
    except Refused as refused:
        return _refused(refused)
    return _passed(proven, used)


def _refused(refused: Refused) -> Response:
    """Ask again, in the dialog where it was asked: a page drops an answer of 429 that names no place."""
    response = make_response(second_step_page(refused.message), refused.status)
    if "stay" in request.form:
        response.headers["HX-Retarget"] = "#dialog"
    return response


@blueprint.get("/login/second-factor/enrolment")
@public
def first_enrolment() -> ResponseReturnValue:
    """Show the secret to somebody who may not sign in without a second factor."""
    proven = entrant("enrolment")
    page = enrolment_page(proven.account, "account/card.html") if proven else None
    return page or _start_anew()


@blueprint.post("/login/second-factor/enrolment")
@public
def confirm_first_enrolment() -> ResponseReturnValue:
    """Take the first code, sign in, and show the recovery codes."""
    proven = entrant("enrolment")
    if proven is None:
        return _start_anew()
    account, now, at = proven.account, datetime.now(UTC), clock.now()
    try:
        codes = confirm_enrolment(
            db.session(), account, request.form.get("code", ""), owner(account), now, at
        )
    except IllegalMove:  # shown too long ago, or confirmed in another window
        return _start_anew()
    if codes is None:
        page = enrolment_page(account, "account/card.html", WRONG_FIRST_CODE)
        return (page, 422) if page else _start_anew()
    record_event(
        db.session(),
        account.id,
        "sign_in",
        owner(account),
        at,
        details={"factor": "totp", "browser": device_name()},
    )
    token = start_session(account, has_second_factor=True)
    onward = first_page(account, safe_next(proven.facts["next"]))
    response = make_response(recovery_codes_page(codes, "account/card.html", onward))
    set_session_cookie(response, token)
    return response


def _passed(proven: Pass, used: str) -> Response:
    account, facts = proven.account, proven.facts
    if step := step_due(account, used):
        begin_step(account, step, factor=used, next=facts["next"], computer=facts["computer"])
        details = {"browser": device_name()}
        record_event(db.session(), account.id, f"{step}_due", owner(account), clock.now(), details=details)
        db.session.commit()
        if "stay" in request.form:
            return make_response(
                render_template("account/_step_due.html", step=step, page=url_for(STEPS[step]))
            )
        return go_to(url_for(STEPS[step]))
    details = {"factor": used, "browser": device_name()}
    record_event(db.session(), account.id, "sign_in", owner(account), clock.now(), details=details)
    return signed_in_response(account, safe_next(facts["next"]), has_second_factor=True)


def _start_anew() -> ResponseReturnValue:
    return redirect(url_for("account.login", over=1), 303)

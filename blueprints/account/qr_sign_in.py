"""二维码登录: a page shows a code, somebody signed in elsewhere confirms it, the page gets a session of his account.

The confirmation belongs to the browser that showed the code: its signed cookie names it, and nobody else's does.
"""

from datetime import UTC, datetime, timedelta

from flask import abort, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import actor, me, public, signed_in
from blueprints.account import blueprint
from blueprints.account.devices import device_name
from blueprints.account.entry import STEPS, begin_step, step_due
from blueprints.account.passes import owner
from blueprints.account.qr_code import LONGEST, SHOWN, QrCode, read_code, show_new_code, shown_code, shown_id
from blueprints.account.safe_next import safe_next
from blueprints.account.signing_in import go_to, open_batches, signed_in_response
from blueprints.idempotency import remember, was_done
from blueprints.identity import passive
from blueprints.limits import at_most, wait_of_account, waiting_text
from extensions import clock, db
from models.account import ACCOUNT_TYPE_NAMES
from models.event import record_event
from models.qr_answer import QrAnswer, answer_code, spend_answer
from models.second_factor import has_factor
from models.throttle import Limit

ANSWERS = Limit(tries=30, window=timedelta(hours=1), block=timedelta(hours=1))
QUESTION = f"/qr/<string(maxlength={LONGEST}):token>"


@blueprint.get("/login/qr")
@public
def qr_sign_in() -> str:
    """Show a code, the same one until it is too old or answered; `fresh` asks for another."""
    code, answer = shown_code(), _answer()
    if code is None or "fresh" in request.args or (answer and not answer.is_usable(datetime.now(UTC))):
        code, answer = show_new_code(), None
    return _page(code, answer)


@blueprint.get("/login/qr/state")
@public
@passive
def qr_state() -> str:
    """Say how far the code of this browser got; asked every other second."""
    return _state(shown_code(), _answer())


@blueprint.post("/login/qr")
@public
@at_most(60, timedelta(minutes=15))
def enter_by_qr() -> ResponseReturnValue:
    """Sign in with the confirmation of the code this browser showed, once."""
    code_id, now = shown_id(), datetime.now(UTC)
    answer = spend_answer(db.session(), code_id, now) if code_id else None
    if answer is None or answer.account.state != "active":
        return _not_yet()
    session.pop(SHOWN, None)
    account, next_path = answer.account, safe_next(request.form.get("next"))
    proven = "qr" if answer.has_second_factor else ""
    if step := step_due(account, proven):
        begin_step(
            account, step, factor=proven, next=next_path or "", computer=request.form.getlist("computer")
        )
        db.session.commit()
        return go_to(url_for(STEPS[step]))
    details = {"by": "qr", "browser": device_name()}
    record_event(db.session(), account.id, "sign_in", owner(account), clock.now(), details=details)
    return signed_in_response(account, next_path, has_second_factor=answer.has_second_factor)


@blueprint.get(QUESTION)
@signed_in
def qr_question(token: str) -> ResponseReturnValue:
    """Show who asks for a session of this account; looking confirms nothing."""
    code = read_code(token)
    if code is None or db.session.get(QrAnswer, code.id) is not None:
        return _over()
    is_same = code.address == request.remote_addr
    return render_template("account/qr_question.html", code=code, why_not=_why_not(), is_same=is_same)


@blueprint.post(f"{QUESTION}/confirmation")
@signed_in
def confirm_qr(token: str) -> ResponseReturnValue:
    """Let the browser that shows the code in."""
    if why_not := _why_not():
        abort(403, why_not)
    return _answered(token, is_confirmed=True)


@blueprint.post(f"{QUESTION}/refusal")
@signed_in
def refuse_qr(token: str) -> ResponseReturnValue:
    """Turn the browser that shows the code away."""
    return _answered(token, is_confirmed=False)


@blueprint.get("/qr/answered")
@signed_in
def qr_answered() -> str:
    """Say what to do next, after the answer."""
    return render_template("account/qr_answered.html", is_confirmed="confirmed" in request.args)


def _answered(token: str, *, is_confirmed: bool) -> ResponseReturnValue:
    onward = url_for("account.qr_answered", confirmed=1 if is_confirmed else None)
    if was_done():
        return redirect(onward, 303)
    code, person, now = read_code(token), me(), datetime.now(UTC)
    wait = wait_of_account("qr", person.account_id, ANSWERS)
    db.session.commit()
    if wait is not None:
        abort(429, f"操作次数过多，请 {waiting_text(wait)}后再试。")
    db.start_writing()
    if was_done():  # sent twice at once
        return redirect(onward, 303)
    if code is None or not answer_code(
        db.session(), code.id, person.account, now, is_confirmed=is_confirmed,
        has_second_factor=person.has_second_factor,
    ):  # fmt: skip
        return _over()
    act, details = (
        "confirm_qr" if is_confirmed else "refuse_qr",
        {"browser": device_name(), "device": code.device, "address": code.address},
    )
    record_event(db.session(), person.account_id, act, actor(), clock.now(), details=details)
    remember()
    db.session.commit()
    return redirect(onward, 303)


def _why_not() -> str:
    """Say why this session may not let another one in; empty when it may.

    What another session of the account would have had to show is not given away by one that did not show it.
    """
    person = me()
    if person.has_second_factor:
        return ""
    if person.account_type == "staff":
        return "工作人员账号须先启用二次验证，并用它登录本机，才能确认二维码登录。"
    if has_factor(db.session(), person.account_id):
        return "您的账号启用了二次验证。请在本机退出，用密码和动态验证码重新登录后，再扫二维码。"
    return ""


def _answer() -> QrAnswer | None:
    code_id = shown_id()
    return db.session.get(QrAnswer, code_id) if code_id else None


def _over() -> ResponseReturnValue:
    return render_template("account/qr_over.html"), 404


def _not_yet() -> ResponseReturnValue:
    """Show the page again: nobody confirmed the code, or it was used."""
    code, answer = shown_code(), _answer()
    if "HX-Request" in request.headers:
        return _state(code, answer)
    return make_response(_page(code or show_new_code(), answer, is_early=True), 409)


def _page(code: QrCode, answer: QrAnswer | None, *, is_early: bool = False) -> str:
    return render_template(
        "account/qr_sign_in.html", code=code, state=_state_name(code, answer), is_early=is_early,
        account_type="qr", types=ACCOUNT_TYPE_NAMES, batches=open_batches(),
        next_path=safe_next(request.values.get("next")), refused=None,
    )  # fmt: skip


def _state(code: QrCode | None, answer: QrAnswer | None) -> str:
    next_path = safe_next(request.values.get("next"))
    return render_template(
        "account/_qr_state.html", code=code, state=_state_name(code, answer), next_path=next_path
    )


def _state_name(code: QrCode | None, answer: QrAnswer | None) -> str:
    if answer is not None and answer.is_usable(datetime.now(UTC)):
        return "confirmed"
    if answer is not None and not answer.is_confirmed:
        return "refused"
    return "waiting" if code is not None and answer is None else "over"

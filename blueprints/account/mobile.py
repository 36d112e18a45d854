"""更换手机: the old number is proven by a code, then the new one. Who lost the old one appeals instead."""

from datetime import UTC, datetime, timedelta

from flask import abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from accounts.contact import change_mobile
from blueprints.access import actor, me, signed_in, streams
from blueprints.account import blueprint
from blueprints.account.passes import Pass, give_pass, read_pass
from blueprints.account.proofs import refused_password
from blueprints.idempotency import remember, was_done
from blueprints.limits import wait_of_account, waiting_text
from extensions import clock, db, keyring
from forms.base import Refusal
from forms.contact import NewMobileForm, PresentPasswordForm
from forms.recovery import CodeForm
from models.account import Account
from models.registration import Taken, check_mobile
from models.sealed import mask_mobile
from models.throttle import Limit
from models.verification_code import PAUSE, proves, send_code

MOBILE = "mobile"  # in the signed cookie: the old number is proven
CODES = Limit(tries=10, window=timedelta(hours=1), block=timedelta(hours=1))
WRONG_CODE = Refusal("E_CODE", "验证码错误或已过期，请核对短信，或重新获取")


@blueprint.get("/account/mobile")
@signed_in
def mobile() -> str:
    """Begin with the old number; without one, with the password."""
    return _old_page(_account())


@blueprint.post("/account/mobile/old/code")
@signed_in
def send_old_code() -> ResponseReturnValue:
    """Send a code to the old number."""
    account = _account()
    if not was_done(within=PAUSE.window):
        if refused := _send("old_mobile", account.mobile or abort(409), account):
            db.session.commit()
            return _old_page(account, refused=refused), 422
        remember()
        db.session.commit()
    return redirect(url_for("account.mobile", sent=1), 303)


@blueprint.post("/account/mobile/old")
@signed_in
def prove_old_mobile() -> ResponseReturnValue:
    """Take the code of the old number and go on to the new one."""
    account, form = _account(), CodeForm(request.form)
    if not form.accepts():
        return _old_page(account, code=form), 422
    number = account.mobile or abort(409)
    is_right = was_done(number) or proves(
        db.session(), "old_mobile", number, form["code"].data, datetime.now(UTC)
    )
    if is_right:
        give_pass(MOBILE, account)
        remember(about=number)
    db.session.commit()
    if not is_right:
        form["code"].errors = [WRONG_CODE]
        return _old_page(account, code=form), 422
    return redirect(url_for("account.new_mobile"), 303)


@blueprint.post("/account/mobile/password")
@signed_in
@streams
def prove_by_password() -> ResponseReturnValue:
    """Take the password of an account that has no mobile yet, and go on to the new one."""
    account, form = _account(), PresentPasswordForm(request.form)
    if account.mobile:
        abort(409, "请先验证原手机，再更换。")
    if form.accepts() and (text := refused_password(account, form["present"].data)):
        form["present"].errors = [Refusal("E_PASSWORD_PRESENT", text)]
    if form.errors:
        return _old_page(account, password=form), 422
    give_pass(MOBILE, account)
    return redirect(url_for("account.new_mobile"), 303)


@blueprint.get("/account/mobile/new")
@signed_in
def new_mobile() -> ResponseReturnValue:
    """Ask for the new number, or for the code that was sent to it."""
    proven = _proven()
    return _new_page(proven, NewMobileForm(), CodeForm()) if proven else _start_anew()


@blueprint.post("/account/mobile/new")
@signed_in
def send_new_code() -> ResponseReturnValue:
    """Send a code to the new number."""
    proven, form = _proven(), NewMobileForm(request.form)
    if proven is None:
        return _start_anew()
    refused = "" if form.accepts() else str(form["mobile"].errors[0])
    if refused or not was_done(within=PAUSE.window):
        refused = refused or _why_not(proven.account, form["mobile"].data)
        refused = refused or _send("new_mobile", form["mobile"].data, proven.account)
        if refused:
            db.session.commit()
            form["mobile"].errors = [Refusal("E_MOBILE", refused)]
            return _new_page(proven, form, CodeForm()), 422
        remember()
        db.session.commit()
    give_pass(MOBILE, proven.account, sealed=keyring.seal(form["mobile"].data))
    return redirect(url_for("account.new_mobile", sent=1), 303)


@blueprint.post("/account/mobile")
@signed_in
def save_mobile() -> ResponseReturnValue:
    """Take the code of the new number, and change."""
    proven, form = _proven(), CodeForm(request.form)
    if was_done():
        return redirect(url_for("account.mobile", changed=1), 303)
    number = _asked(proven) if proven else ""
    if proven is None or not number:
        return _start_anew()
    if not form.accepts():
        return _new_page(proven, NewMobileForm(), form), 422
    account = db.session.get_one(Account, proven.account.id, with_for_update=True)
    refused: str = _changed(account, number, form["code"].data)
    if refused:
        form["code"].errors = [Refusal("E_CODE", refused)]
        return _new_page(proven, NewMobileForm(), form), 422
    session.pop(MOBILE, None)
    return redirect(url_for("account.mobile", changed=1), 303)


def _changed(account: Account, number: str, typed: str) -> str:
    """Change the mobile and commit; else say why not. A try counts whatever comes of it."""
    if not proves(db.session(), "new_mobile", number, typed, datetime.now(UTC)):
        db.session.commit()
        return str(WRONG_CODE)
    try:
        change_mobile(db.session(), account, number, actor(), clock.now())
    except Taken as taken:
        db.session.commit()
        return taken.message
    remember()
    db.session.commit()
    return ""


def _why_not(account: Account, number: str) -> str:
    """Say why this number cannot be the new one; empty when it can."""
    if number == account.mobile:
        return "这是现在的手机号，请填写要换成的号码"
    try:
        check_mobile(db.session(), number)
    except Taken as taken:
        return taken.message
    return ""


def _send(purpose: str, number: str, account: Account) -> str:
    """Send a code, or say why not; the caller commits."""
    wait = wait_of_account("mobile-codes", account.id, CODES)
    wait = wait or send_code(db.session(), purpose, number, datetime.now(UTC), clock.now(), account)
    return f"验证码发送过于频繁，请 {waiting_text(wait)}后再试" if wait else ""


def _account() -> Account:
    """Return the account of a person or a unit, else answer 404: administrators keep the mobiles of staff."""
    return me().account if me().account_type != "staff" else abort(404)


def _proven() -> Pass | None:
    """Return the proof that the old number is there; None when it is too old, or another account's."""
    proven = read_pass(MOBILE)
    return proven if proven is not None and proven.account.id == _account().id else None


def _asked(proven: Pass) -> str:
    """Return the new number that a code was sent to; empty before."""
    sealed = proven.facts.get("sealed", "")
    return keyring.open(sealed) if sealed else ""


def _start_anew() -> ResponseReturnValue:
    return redirect(url_for("account.mobile", over=1), 303)


def _old_page(
    account: Account, *, code: CodeForm | None = None, password: PresentPasswordForm | None = None,
    refused: str = "",
) -> str:  # fmt: skip
    return render_template(
        "account/mobile.html", account=account, code=code or CodeForm(),
        password=password or PresentPasswordForm(), refused=refused,
    )  # fmt: skip


def _new_page(proven: Pass, form: NewMobileForm, code: CodeForm) -> str:
    asked = "" if "other" in request.args else mask_mobile(_asked(proven))
    return render_template(
        "account/new_mobile.html", account=proven.account, form=form, code=code, asked=asked
    )

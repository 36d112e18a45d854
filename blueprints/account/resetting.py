"""登录名重置密码: a login name, a code to its mobile, a new password."""

import uuid
from datetime import UTC, datetime, timedelta

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import public, streams
from blueprints.account import blueprint
from blueprints.account.attempt import Refused
from blueprints.account.challenge import is_right_captcha, show_new_challenge, shown_challenge
from blueprints.account.entry import must_have_factor
from blueprints.account.passes import give_pass, judged_hash, owner, read_pass, rules
from blueprints.account.proofs import used_code
from blueprints.idempotency import made_before, remember, was_done
from blueprints.limits import wait_of_address, waiting_text
from extensions import clock, db
from forms.base import Refusal
from forms.password import PasswordForm
from forms.recovery import CodeForm, ResetForm
from models.account import Account, account_to_reset
from models.event import record_event
from models.password_change import change_password
from models.second_factor import has_factor
from models.throttle import Limit
from models.verification_code import PAUSE, proves, send_code

TRIES = Limit(tries=5, window=timedelta(hours=1), block=timedelta(hours=1))
RESET = "reset"  # in the signed cookie
# Texts that lead to the appeal. Source: 科技部政务服务平台常见问题 2.1.
NO_ACCOUNT, NO_MOBILE = "登录名不存在", "无预留手机号"
DISABLED = "账号已停用，请联系单位管理员或平台客服"
# A mobile alone must not be enough to become a member of the staff.
NO_FACTOR = "这个工作人员账号还没有设置二次验证，不能用短信重置密码，请联系系统管理员发送设置密码的链接"


@blueprint.get("/login/reset")
@public
def reset() -> str:
    """Ask for the login name."""
    return _name_page(ResetForm(), kind=request.args.get("captcha", "picture"))


@blueprint.post("/login/reset")
@public
def reset_asked() -> ResponseReturnValue:
    """Send a code to the mobile of the account, or say why there is none to send it to."""
    form, now = ResetForm(request.form), datetime.now(UTC)
    if not form.accepts():
        return _name_page(form), 422
    if made_id := made_before(within=PAUSE.window):
        give_pass(RESET, db.session.get_one(Account, made_id), has_proved=False, factor="")
        return redirect(url_for("account.reset_code"), 303)
    refused = "" if is_right_captcha(request.form.get("captcha", ""), now) else "验证码错误"
    wait = None if refused else wait_of_address("reset", TRIES)
    if refused or wait:
        db.session.commit()
        text = refused or f"重置次数过多，请 {waiting_text(wait or timedelta())}后再试"
        return _name_page(form, refused=text), 422 if refused else 429
    account = account_to_reset(db.session(), form["login_name"].data)
    why_not = _why_not(account) or _send(account)
    if account is not None and not why_not:
        remember(account.id)
    db.session.commit()
    if why_not:
        return _name_page(form, refused=why_not), 422
    return redirect(url_for("account.reset_code"), 303)


@blueprint.get("/login/reset/code")
@public
def reset_code() -> ResponseReturnValue:
    """Ask for the code that was sent."""
    proven = read_pass(RESET)
    return _code_page(proven.account, CodeForm()) if proven else _start_anew()


@blueprint.post("/login/reset/resend")
@public
def reset_resend() -> ResponseReturnValue:
    """Send another code to the same mobile."""
    proven = read_pass(RESET)
    if proven is None:
        return _start_anew()
    if not was_done(within=PAUSE.window):
        if why_not := _send(proven.account):
            db.session.commit()
            return _code_page(proven.account, CodeForm(), why_not), 422
        remember()
        db.session.commit()
    return redirect(url_for("account.reset_code", sent=1), 303)


@blueprint.post("/login/reset/code")
@public
def reset_proved() -> ResponseReturnValue:
    """Take the code and go on to the new password."""
    proven, form = read_pass(RESET), CodeForm(request.form)
    if proven is None:
        return _start_anew()
    if not form.accepts():
        return _code_page(proven.account, form), 422
    account, number = proven.account, proven.account.mobile or ""
    about = f"{account.id.hex} {number}"
    is_right = was_done(about) or proves(db.session(), "reset", number, form["code"].data, datetime.now(UTC))
    if is_right:
        give_pass(RESET, account, has_proved=True, factor="")
        remember(about=about)
    db.session.commit()
    if not is_right:
        form["code"].errors = [Refusal("E_CODE", "验证码错误或已过期，请核对短信，或重新获取")]
        return _code_page(account, form), 422
    page = "account.reset_factor" if has_factor(db.session(), account.id) else "account.reset_password"
    return redirect(url_for(page), 303)


@blueprint.get("/login/reset/second-factor")
@public
def reset_factor() -> ResponseReturnValue:
    """Ask for a code of the second factor: the mobile alone is not enough for an account that has one."""
    return _factor_page() if _with_mobile() else _start_anew()


@blueprint.post("/login/reset/second-factor")
@public
def reset_factor_proved() -> ResponseReturnValue:
    """Take the code of the second factor and go on to the new password."""
    account = _with_mobile()
    if account is None:
        return _start_anew()
    try:
        used = used_code(account, request.form.get("code", ""))
    except Refused as refused:
        return _factor_page(refused.message), refused.status
    give_pass(RESET, account, has_proved=True, factor=used)
    db.session.commit()
    return redirect(url_for("account.reset_password"), 303)


@blueprint.get("/login/reset/password")
@public
def reset_password() -> ResponseReturnValue:
    """Ask for the new password."""
    account = _proven_account()
    return _password_page(account, PasswordForm()) if account else _start_anew()


@blueprint.post("/login/reset/password")
@public
@streams
def reset_done() -> ResponseReturnValue:
    """Take the new password; every session of the account ends."""
    account, form = _proven_account(), PasswordForm(request.form)
    if made_id := made_before():
        return _onward(made_id)
    if account is None:
        return _start_anew()
    if not (password_hash := judged_hash(form, account)):
        return _password_page(account, form), 422
    db.start_writing()
    if made_id := made_before():  # sent twice at once
        return _onward(made_id)
    account = _proven_account()
    if account is None:
        return _start_anew()
    account = db.session.get(Account, account.id, with_for_update=True) or abort(404)
    change_password(db.session(), account, password_hash, "reset_password", owner(account), clock.now())
    account_id = account.id
    remember(account_id)
    db.session.commit()
    return _onward(account_id)


def _onward(account_id: uuid.UUID) -> ResponseReturnValue:
    account_type = db.session.get_one(Account, account_id).account_type
    return redirect(url_for("account.login", account_type=account_type, done="password"), 303)


def _why_not(account: Account | None) -> str:
    if account is None or account.state == "merged":
        return NO_ACCOUNT
    if account.state != "active":
        return DISABLED
    if must_have_factor(account) and not has_factor(db.session(), account.id):
        return NO_FACTOR
    return "" if account.mobile else NO_MOBILE


def _send(account: Account | None) -> str:
    """Send a code and note for whom; say why not."""
    if account is None:
        return NO_ACCOUNT
    now, at = datetime.now(UTC), clock.now()
    if wait := send_code(db.session(), "reset", account.mobile or "", now, at, account):
        return f"验证码发送过于频繁，请 {waiting_text(wait)}后再试"
    record_event(db.session(), account.id, "ask_reset", owner(account), at)
    give_pass(RESET, account, has_proved=False, factor="")
    return ""


def _with_mobile() -> Account | None:
    """Return the account whose mobile was proven."""
    proven = read_pass(RESET)
    return proven.account if proven and proven.facts["has_proved"] else None


def _proven_account() -> Account | None:
    """Return the account whose mobile was proven and, where it has one, its second factor."""
    proven = read_pass(RESET)
    if proven is None or not proven.facts["has_proved"]:
        return None
    is_whole = proven.facts["factor"] or not has_factor(db.session(), proven.account.id)
    return proven.account if is_whole else None


def _start_anew() -> ResponseReturnValue:
    return redirect(url_for("account.reset", over=1), 303)


def _name_page(form: ResetForm, *, kind: str = "", refused: str = "") -> str:
    shown = shown_challenge()
    kind = kind or (shown.kind if shown else "picture")
    return render_template(
        "account/reset.html", form=form, notice=refused, appeals=refused in (NO_ACCOUNT, NO_MOBILE),
        refused={"field": "captcha"} if refused == "验证码错误" else None,
        captcha=show_new_challenge("sum" if kind == "sum" else "picture"),
    )  # fmt: skip


def _code_page(account: Account, form: CodeForm, refused: str = "") -> str:
    return render_template("account/reset_code.html", account=account, form=form, notice=refused)


def _factor_page(refused: str = "") -> str:
    return render_template("account/reset_factor.html", refused=refused)


def _password_page(account: Account, form: PasswordForm) -> str:
    return render_template(
        "account/new_password.html", form=form, account=account, rules=rules(), computer=[],
        heading="设置新密码", action=url_for("account.reset_done"),
    )  # fmt: skip

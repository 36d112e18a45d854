"""The sign-in page, signing in and signing out."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select

from blueprints.access import open_while_closing, public, signed_in, streams
from blueprints.account import blueprint
from blueprints.account.attempt import Attempt, Refused, StepDue
from blueprints.account.carrying import unseal
from blueprints.account.challenge import show_new_challenge, shown_challenge
from blueprints.account.devices import browser_name
from blueprints.account.entry import ENTRY, STEPS, begin_step, second_step_page
from blueprints.account.safe_next import safe_next
from blueprints.identity import units_of, who
from clock import SHANGHAI, shanghai_day
from extensions import clock, db
from models.account import ACCOUNT_TYPE_NAMES, Account
from models.batch import Batch
from models.former_login_name import was_called
from models.login_session import LoginSession, hash_token, is_new_device
from models.notification import notify

DEFAULT_TYPE = "legal"
# What brought somebody here, and what the page says about it.
DONE = {
    "password": "密码已设置，请用新密码登录。",
    "repeat": "刚才的操作已经完成，请重新登录。",
    "closure": "注销申请已受理，您已退出登录。15 天内登录可以取消，到期后账号注销。",
}
TYPED = ("account_type", "login_name", "password", "captcha")


@blueprint.get("/login")
@public
def login() -> ResponseReturnValue:
    """Show the sign-in page."""
    if request.args.get("account_type") == "qr":
        return redirect(url_for("account.qr_sign_in", next=safe_next(request.args.get("next"))), 303)
    return sign_in_page(
        account_type=request.args.get("account_type", ""),
        next_path=safe_next(request.args.get("next")),
        captcha_kind=request.args.get("captcha", "picture"),
        notice=DONE.get(request.args.get("done", ""), ""),
    )


@blueprint.post("/login")
@public
@streams
def sign_in() -> ResponseReturnValue:
    """Sign in, or show the page again with what is wrong."""
    typed = {name: request.form.get(name, "") for name in TYPED}
    typed["login_name"] = typed["login_name"].strip()
    next_path = safe_next(request.form.get("next"))
    try:
        account = Attempt(**typed).verified_account()
    except Refused as refused:
        return refused_page(refused, typed, next_path)
    except StepDue as due:
        return _step_due(due, next_path)
    return signed_in_response(account, next_path)


def _step_due(due: StepDue, next_path: str | None) -> Response:
    """Answer without a session: another step comes first, as a dialog or as a page of its own.

    A page that asked in a dialog keeps what is typed in it; what was carried here goes along.
    """
    begin_step(due.account, due.step, next=next_path or "", computer=request.form.getlist("computer"))
    db.session.commit()
    stays, page = "stay" in request.form, url_for(STEPS[due.step])
    if due.step == "second_factor" and (stays or request.form.get("carried")):
        html, status = second_step_page(), 200
    elif "HX-Request" in request.headers and (stays or due.step == "password"):
        html, status = render_template("account/_step_due.html", step=due.step, page=page), 403
    else:
        return go_to(page)
    response = make_response(html, status)
    if "HX-Request" in request.headers:
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#dialog", "innerHTML"
    return response


def signed_in_response(
    account: Account, next_path: str | None, *, has_second_factor: bool = False
) -> Response:
    """Open a session and go on: with the page that asked for it, with what was sent before, or to the first page."""
    token = start_session(account, has_second_factor=has_second_factor)
    response = _after_sign_in(account, next_path)
    set_session_cookie(response, token)
    return response


def _after_sign_in(account: Account, next_path: str | None) -> Response:
    if "stay" in request.form:
        is_same = was_called(db.session(), account, request.form["stay"])
        return _stay() if is_same else go_to("/login/another-person")
    if sealed := request.form.get("carried"):
        carried = unseal(sealed, account)
        if carried is None:
            return go_to("/login/another-person")
        return make_response(render_template("account/carried.html", carried=carried))
    return go_to(first_page(account, next_path))


def _stay() -> Response:
    """Tell the page that the same person is back; it sends what waits with the new token."""
    event = json.dumps({"hatchery:signed-in": {"csrf": generate_csrf()}})
    return Response(status=204, headers={"HX-Trigger": event})


@blueprint.get("/login/another-person")
@signed_in
@open_while_closing
def another_person() -> str:
    """Say that what somebody else typed before was not sent."""
    return render_template("account/another_person.html")


def sign_in_dialog() -> str:
    """Render the sign-in that opens over a page whose session is over."""
    return render_template("account/_sign_in_again.html")


@blueprint.get("/login/captcha")
@public
def captcha() -> ResponseReturnValue:
    """Show another captcha: the group alone, or the whole page without JavaScript."""
    kind = request.args.get("kind", "picture")
    if "HX-Request" not in request.headers:
        return redirect(url_for("account.login", captcha=kind), 303)
    return render_template("account/_captcha.html", captcha=_new_challenge(kind))


@blueprint.get("/login/captcha.png")
@public
def captcha_picture() -> ResponseReturnValue:
    """Draw the captcha that this browser was shown last."""
    shown = shown_challenge()
    if shown is None or shown.kind != "picture":
        return "", 404
    return Response(shown.picture(), mimetype="image/png")


@blueprint.get("/logout")
@public
def sign_out_form() -> ResponseReturnValue:
    """Ask with one button: a link must not be able to sign anybody out."""
    return render_template("account/sign_out.html")


@blueprint.post("/logout")
@public
def sign_out() -> ResponseReturnValue:
    """End this session and clear what the browser kept."""
    person = who()
    if person is not None:
        db.session.get_one(LoginSession, person.session_id).end(datetime.now(UTC))
        db.session.commit()
    return signed_out()


def signed_out(done: str | None = None, account_type: str | None = None) -> Response:
    """Answer with the sign-in page and a browser that kept nothing; `done` is one of DONE."""
    session.clear()
    response = go_to(url_for("account.login", done=done, account_type=account_type))
    response.delete_cookie(current_app.config["SIGN_IN_COOKIE"], path="/")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def sign_in_page(
    *, account_type: str = "", login_name: str = "", next_path: str | None = None,
    captcha_kind: str = "picture", refused: Refused | None = None, notice: str = "", carried: str = "",
) -> str:  # fmt: skip
    """Render the sign-in page with a new captcha; what was typed as a password is never sent back."""
    context: dict[str, Any] = {
        "account_type": account_type if account_type in ACCOUNT_TYPE_NAMES else DEFAULT_TYPE,
        "login_name": login_name, "next_path": next_path, "refused": refused, "notice": notice,
        "carried": carried, "has_federation": current_app.extensions["federated_login"] is not None,
        "is_public_computer": request.method == "GET" or _is_public_computer(),
        "types": ACCOUNT_TYPE_NAMES, "captcha": _new_challenge(captcha_kind), "batches": open_batches(),
    }  # fmt: skip
    return render_template("account/sign_in.html", **context)


def refused_page(refused: Refused, typed: dict[str, str], next_path: str | None) -> Response:
    """Say why not: with JavaScript only the notice and the captcha change, so the password stays typed."""
    shown = shown_challenge()
    kind = shown.kind if shown else "picture"
    if "HX-Request" in request.headers:
        html = render_template("account/_refused.html", refused=refused, captcha=_new_challenge(kind))
        response = make_response(html, refused.status)
        response.headers["HX-Retarget"] = "#captcha-group"  # else a page drops what is forbidden or too often
    else:
        html = sign_in_page(
            account_type=typed["account_type"], login_name=typed["login_name"], next_path=next_path,
            captcha_kind=kind, refused=refused, carried=request.form.get("carried", ""),
        )  # fmt: skip
        response = make_response(html, refused.status)
    if refused.wait is not None:
        response.headers["Retry-After"] = str(int(refused.wait / timedelta(seconds=1)) + 1)
    return response


def start_session(account: Account, *, has_second_factor: bool = False) -> str:
    """Open a new session, end the one this browser had, and return the new cookie's token. Commits."""
    now = datetime.now(UTC)
    old_token = request.cookies.get(current_app.config["SIGN_IN_COOKIE"], "")
    old = db.session.scalars(
        select(LoginSession).where(LoginSession.token_hash == hash_token(old_token))
    ).first()
    before = old if old is not None and old.account_id == account.id else None
    session.pop(ENTRY, None)
    if old is None or old.account_id != account.id:
        session.clear()  # a CSRF token planted before must not live on; one's own survives for open forms
    if old is not None:
        old.end(now)
    browser, address = browser_name(), request.remote_addr or ""
    if is_new_device(db.session(), account.id, address, browser):
        _tell_of_new_device(account, browser, address)
    login, token = LoginSession.start(
        db.session(), account, now, address=address, browser=browser,
        is_public_computer=_is_public_computer(before), has_second_factor=has_second_factor,
    )  # fmt: skip
    login.acting_unit_id = before.acting_unit_id if before else None
    db.session.commit()
    return token


def _tell_of_new_device(account: Account, browser: str, address: str) -> None:
    at = clock.now()
    moment = at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    values = {"登录名": account.login_name, "时间": moment, "浏览器": browser, "地址": address}
    notify(db.session(), [account], "new_device", values, url_for("account.sessions"), at)


def _is_public_computer(before: LoginSession | None = None) -> bool:
    """Say whether the box was ticked; a form without it asks nothing anew, and then caution is the default."""
    asked = request.form.getlist("computer")
    if not asked:
        return before is None or before.is_public_computer
    return "public" in asked


def first_page(account: Account, next_path: str | None) -> str:
    """Return where to go: first to the choice of a unit when there is one to make."""
    day = shanghai_day(clock.now())
    if account.closes_at is not None:
        return url_for("account.closure")
    if account.account_type == "natural":
        units = units_of(account.id, day)
        if len(units) > 1 and sum(unit.is_usable for unit in units) != 1:
            return url_for("account.unit", next=next_path)
    return next_path or "/"


def go_to(path: str) -> Response:
    """Send the browser on; htmx follows a redirect itself, so it is told by a header."""
    if "HX-Request" in request.headers:
        return Response(status=204, headers={"HX-Redirect": path})
    return make_response(redirect(path, 303))


def set_session_cookie(response: Response, token: str) -> None:
    config = current_app.config
    response.set_cookie(
        config["SIGN_IN_COOKIE"], token, httponly=True, secure=config["SESSION_COOKIE_SECURE"], samesite="Lax"
    )


def _new_challenge(kind: str) -> Any:
    return show_new_challenge(kind if kind in ("picture", "sum") else "picture")


def open_batches() -> list[tuple[Batch, int]]:
    """Return what is open now with the days left, 0 on the last day."""
    now = clock.now()
    today = shanghai_day(now)
    batches = db.session.scalars(select(Batch).order_by(Batch.applicant_deadline))
    return [
        (batch, (batch.applicant_deadline - today).days)
        for batch in batches if batch.is_open_for_applicants(now)
    ]  # fmt: skip

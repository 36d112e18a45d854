"""修改登录名: another name to sign in with, chosen by its owner, who proves himself by his password."""

from datetime import UTC, datetime, timedelta

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accounts.contact import change_login_name
from blueprints.access import actor, me, signed_in, streams
from blueprints.account import blueprint
from blueprints.account.proofs import refused_password
from blueprints.idempotency import remember, was_done
from blueprints.limits import wait_of_account
from extensions import clock, db
from forms.base import Refusal
from forms.contact import LoginNameForm
from models.account import Account
from models.registration import Taken
from models.throttle import Limit

CHANGES = Limit(tries=3, window=timedelta(days=30), block=timedelta(days=30))


@blueprint.get("/account/login-name")
@signed_in
def login_name() -> str:
    """Ask for the new name."""
    return _page(LoginNameForm())


@blueprint.post("/account/login-name")
@signed_in
@streams
def save_login_name() -> ResponseReturnValue:
    """Change the name to sign in with; sessions go on."""
    account, form = _account(), LoginNameForm(request.form)
    if was_done():
        return redirect(url_for("account.login_name", changed=1), 303)
    if not form.accepts() or not _is_proven(form, account):
        return _page(form), 422
    db.start_writing()
    if was_done():  # sent twice at once
        return redirect(url_for("account.login_name", changed=1), 303)
    account = db.session.get_one(Account, account.id, with_for_update=True)
    if refused := _refused(account, form["login_name"].data):
        db.session.rollback()
        form["login_name"].errors = [Refusal("E_LOGIN_NAME", refused)]
        return _page(form), 422
    remember()
    db.session.commit()
    return redirect(url_for("account.login_name", changed=1), 303)


def _is_proven(form: LoginNameForm, account: Account) -> bool:
    """Judge the password, and the new name beside it: a password must not contain it."""
    password = form["present"].data
    if text := refused_password(account, password):
        form["present"].errors = [Refusal("E_PASSWORD_PRESENT", text)]
    elif form["login_name"].data == account.login_name:
        form["login_name"].errors = [Refusal("E_LOGIN_NAME", "这就是现在的登录名，请填写要换成的")]
    elif form["login_name"].data.lower() in password.lower():
        form["login_name"].errors = [Refusal("E_LOGIN_NAME", "您的密码里含有这个名字，请换一个登录名")]
    return not form.errors


def _refused(account: Account, name: str) -> str:
    """Change the name, or say why not; the caller commits or rolls back."""
    if wait_of_account("login-name", account.id, CHANGES) is not None:
        return "登录名 30 天内最多修改 3 次，请以后再改"
    try:
        change_login_name(db.session(), account, name, actor(), datetime.now(UTC), clock.now())
    except Taken as taken:
        return taken.message
    return ""


def _account() -> Account:
    """Return the account of a person or a unit, else answer 404: administrators name the accounts of staff."""
    return me().account if me().account_type != "staff" else abort(404)


def _page(form: LoginNameForm) -> str:
    return render_template("account/login_name.html", form=form, account=_account())

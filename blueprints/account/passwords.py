"""A new password for somebody who knows the present one: at will, or because it expired."""

import uuid

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import me, public, signed_in, streams
from blueprints.account import blueprint
from blueprints.account.attempt import LOCK
from blueprints.account.passes import judged_hash, owner, read_pass, rules
from blueprints.account.safe_next import safe_next
from blueprints.account.signing_in import RENEWAL, first_page, set_session_cookie, start_session
from blueprints.limits import wait_of_account, waiting_text
from extensions import clock, db
from forms.base import Refusal
from forms.password import ChangeForm, PasswordForm
from models.account import Account
from models.password import password_matches
from models.password_change import change_password
from models.throttle import forget_tries


@blueprint.get("/account/password")
@signed_in
def password() -> str:
    """Show the rules and ask for the present and a new password."""
    return _change_page(ChangeForm())


@blueprint.post("/account/password")
@signed_in
@streams
def save_password() -> ResponseReturnValue:
    """Change one's own password; every other session ends, this one goes on under a new token."""
    form, account = ChangeForm(request.form), me().account
    if not _knows_present(form, account) or not (password_hash := judged_hash(form, account)):
        return _change_page(form), 422
    return _changed(account.id, password_hash, "change_password", url_for("account.sessions", changed=1))


@blueprint.get("/login/expired")
@public
def password_due() -> ResponseReturnValue:
    """Say that the password must be changed before there is a session."""
    if read_pass(RENEWAL) is None:
        return redirect(url_for("account.login"), 303)
    return render_template("account/password_due.html")


@blueprint.get("/login/new-password")
@public
def renewal() -> ResponseReturnValue:
    """Ask for the password that takes the place of the expired one."""
    proven = read_pass(RENEWAL)
    if proven is None:
        return redirect(url_for("account.login"), 303)
    return _renewal_page(proven.account, PasswordForm(), proven.facts)


@blueprint.post("/login/new-password")
@public
@streams
def renew() -> ResponseReturnValue:
    """Take the new password, and only then sign in."""
    proven = read_pass(RENEWAL)
    if proven is None:
        return redirect(url_for("account.login"), 303)
    form, account = PasswordForm(request.form), proven.account
    if not (password_hash := judged_hash(form, account)):
        return _renewal_page(account, form, proven.facts), 422
    if read_pass(RENEWAL) is None:  # changed meanwhile, elsewhere
        return redirect(url_for("account.login"), 303)
    return _changed(account.id, password_hash, "renew_password", safe_next(proven.facts["next"]))


def _knows_present(form: ChangeForm, account: Account) -> bool:
    """Judge the present password, besides the new one; wrong ones are counted, whatever the new one is like."""
    form.accepts_for(rules(), account.names_not_for_passwords)
    if form.present.data:
        text = _refused_present(account.id, account.password_hash, form.present.data)
        form.present.errors = [Refusal("E_PASSWORD_PRESENT", text)] if text else []
    return not form.present.errors


def _refused_present(account_id: uuid.UUID, password_hash: str, typed: str) -> str:
    """Say why the present password is not taken; empty when it is right."""
    db.start_writing()
    wait = wait_of_account("present", account_id, LOCK)
    db.session.commit()
    if wait is not None:
        return f"尝试次数过多，请 {waiting_text(wait)}后再试"
    if not password_matches(password_hash, typed):
        return "原密码不正确，请重新输入"
    db.start_writing()
    forget_tries(db.session(), f"present:{account_id.hex}")
    db.session.commit()
    return ""


def _changed(
    account_id: uuid.UUID, password_hash: str, act: str, next_path: str | None
) -> ResponseReturnValue:
    """Store the password, open a session with a new token, and go on."""
    db.start_writing()
    account = db.session.get(Account, account_id, with_for_update=True) or abort(404)
    change_password(db.session(), account, password_hash, act, owner(account), clock.now())
    token = start_session(account)
    response = make_response(redirect(first_page(account, next_path), 303))
    set_session_cookie(response, token)
    return response


def _change_page(form: ChangeForm) -> str:
    return render_template("account/password.html", form=form, account=me().account, rules=rules())


def _renewal_page(account: Account, form: PasswordForm, facts: dict[str, object]) -> str:
    return render_template(
        "account/new_password.html", form=form, account=account, rules=rules(), computer=facts["computer"],
        heading="请修改密码", action=url_for("account.renew"),
    )  # fmt: skip

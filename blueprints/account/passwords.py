"""A new password for somebody who knows the present one: at will, or because it expired."""

import uuid
from typing import Any

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import me, public, signed_in, streams
from blueprints.account import blueprint
from blueprints.account.entry import STEPS, begin_step, entrant, must_have_factor
from blueprints.account.passes import judged_hash, owner, rules
from blueprints.account.proofs import refused_password
from blueprints.account.safe_next import safe_next
from blueprints.account.signing_in import first_page, set_session_cookie, start_session
from blueprints.idempotency import remember, was_done
from extensions import clock, db
from forms.base import Refusal
from forms.password import ChangeForm, PasswordForm
from models.account import Account
from models.password_change import change_password


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
    return _changed(
        account.id, password_hash, "change_password", url_for("account.sessions", changed=1),
        has_second_factor=me().has_second_factor,
    )  # fmt: skip


@blueprint.get("/login/expired")
@public
def password_due() -> ResponseReturnValue:
    """Say that the password must be changed before there is a session."""
    if entrant("password") is None:
        return redirect(url_for("account.login"), 303)
    return render_template("account/password_due.html")


@blueprint.get("/login/new-password")
@public
def renewal() -> ResponseReturnValue:
    """Ask for the password that takes the place of the expired one."""
    proven = entrant("password")
    if proven is None:
        return redirect(url_for("account.login"), 303)
    return _renewal_page(proven.account, PasswordForm(), proven.facts)


@blueprint.post("/login/new-password")
@public
@streams
def renew() -> ResponseReturnValue:
    """Take the new password, and only then sign in; staff without a second factor set one up before."""
    proven = entrant("password")
    if proven is None:
        return redirect(url_for("account.login"), 303)
    form, account = PasswordForm(request.form), proven.account
    if not (password_hash := judged_hash(form, account)):
        return _renewal_page(account, form, proven.facts), 422
    if entrant("password") is None:  # changed meanwhile, elsewhere
        return redirect(url_for("account.login"), 303)
    facts = proven.facts
    if must_have_factor(account) and not facts["factor"]:
        return _enrolment_next(account.id, password_hash, facts)
    return _changed(
        account.id, password_hash, "renew_password", safe_next(facts["next"]),
        has_second_factor=bool(facts["factor"]),
    )  # fmt: skip


def _enrolment_next(account_id: uuid.UUID, password_hash: str, facts: dict[str, Any]) -> ResponseReturnValue:
    """Store the password and go on to the second factor, still without a session."""
    account = _replaced(account_id, password_hash, "renew_password")
    begin_step(account, "enrolment", next=facts["next"], computer=facts["computer"])
    db.session.commit()
    return redirect(url_for(STEPS["enrolment"]), 303)


def _knows_present(form: ChangeForm, account: Account) -> bool:
    """Judge the present password, besides the new one; wrong ones are counted, whatever the new one is like."""
    form.accepts_for(rules(), account.names_not_for_passwords)
    if form.present.data:
        text = refused_password(account, form.present.data)
        form.present.errors = [Refusal("E_PASSWORD_PRESENT", text)] if text else []
    return not form.present.errors


def _changed(
    account_id: uuid.UUID, password_hash: str, act: str, next_path: str | None, *, has_second_factor: bool
) -> ResponseReturnValue:
    """Store the password, open a session with a new token, and go on."""
    account = _replaced(account_id, password_hash, act)
    token = start_session(account, has_second_factor=has_second_factor)
    response = make_response(redirect(first_page(account, next_path), 303))
    set_session_cookie(response, token)
    return response


def _replaced(account_id: uuid.UUID, password_hash: str, act: str) -> Account:
    """Give the account its new password, once; the caller commits.

    Sent again when the session is over already, it comes no further than errors.py, which asks for the key.
    """
    db.start_writing()
    account = db.session.get(Account, account_id, with_for_update=True) or abort(404)
    if not was_done():
        change_password(db.session(), account, password_hash, act, owner(account), clock.now())
        remember()
    return account


def _change_page(form: ChangeForm) -> str:
    return render_template("account/password.html", form=form, account=me().account, rules=rules())


def _renewal_page(account: Account, form: PasswordForm, facts: dict[str, object]) -> str:
    return render_template(
        "account/new_password.html", form=form, account=account, rules=rules(), computer=facts["computer"],
        heading="请修改密码", action=url_for("account.renew"),
    )  # fmt: skip

"""The page behind the link that an account is opened with: its owner sets the password, nobody else knows it."""

import uuid
from datetime import UTC, datetime

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import public, streams
from blueprints.account import blueprint
from blueprints.idempotency import made_before, remember
from extensions import clock, db
from forms.password import PasswordForm
from models.account import Account
from models.activation import activate
from models.event import Actor
from models.one_time_link import TOKEN_LENGTH, OneTimeLink, usable_link
from models.password import hash_password
from models.password_rules import PasswordRules, password_rules

ADDRESS = f"/account/activation/<string(length={TOKEN_LENGTH}):token>"


@blueprint.get(ADDRESS)
@public
def activation(token: str) -> ResponseReturnValue:
    """Show the rules and ask for a password; looking, as mail programs do, does not use the link up."""
    link = _link(token)
    return _page(link.account, PasswordForm()) if link else _over()


@blueprint.post(ADDRESS)
@public
@streams
def set_first_password(token: str) -> ResponseReturnValue:
    """Give the account its password and send its owner to the sign-in."""
    if made_id := made_before():
        return _onward(made_id)
    link = _link(token)
    if link is None:
        return _over()
    form = PasswordForm(request.form)
    if not form.accepts_for(_rules(), link.account.names_not_for_passwords):
        return _page(link.account, form), 422
    db.start_reading()  # nobody waits for a lock while the password is hashed
    password_hash = hash_password(form["password"].data)
    db.start_writing()
    if made_id := made_before():  # sent twice at once
        return _onward(made_id)
    link = _link(token)
    if link is None or not activate(db.session(), link, password_hash, _actor(link.account), clock.now()):
        return _over()
    account_id = link.account.id
    remember(account_id)
    db.session.commit()
    return _onward(account_id)


def _onward(account_id: uuid.UUID) -> ResponseReturnValue:
    account_type = db.session.get_one(Account, account_id).account_type
    return redirect(url_for("account.login", account_type=account_type, done="password"), 303)


def _link(token: str) -> OneTimeLink | None:
    return usable_link(db.session(), token, "activation", datetime.now(UTC))


def _actor(account: Account) -> Actor:
    return Actor(
        account.id, account.login_name, account.account_type, account.office_id, request.remote_addr or ""
    )


def _page(account: Account, form: PasswordForm) -> str:
    return render_template("account/activation.html", account=account, form=form, rules=_rules())


def _over() -> ResponseReturnValue:
    return render_template("account/link_over.html"), 404


def _rules() -> PasswordRules:
    return password_rules(current_app.config["SETTINGS"])

"""The page behind the link of an approved appeal: who appealed sets a password that nobody else knows."""

import uuid
from datetime import UTC, datetime

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accounts.recovering import set_recovered_password
from blueprints.access import public, streams
from blueprints.account import blueprint
from blueprints.account.passes import judged_hash, owner, rules
from blueprints.idempotency import made_before, remember
from extensions import clock, db
from forms.password import PasswordForm
from models.account import Account
from models.one_time_link import TOKEN_LENGTH, OneTimeLink, usable_link

ADDRESS = f"/account/recovery/<string(length={TOKEN_LENGTH}):token>"


@blueprint.get(ADDRESS)
@public
def recovery(token: str) -> ResponseReturnValue:
    """Show the rules and ask for a password; looking, as mail programs do, does not use the link up."""
    link = _link(token)
    return _page(link.account, PasswordForm()) if link else _over()


@blueprint.post(ADDRESS)
@public
@streams
def recovery_done(token: str) -> ResponseReturnValue:
    """Give the account its password and send its owner to the sign-in."""
    link, form = _link(token), PasswordForm(request.form)
    if made_id := made_before():
        return _onward(made_id)
    if link is None:
        return _over()
    if not (password_hash := judged_hash(form, link.account)):
        return _page(link.account, form), 422
    db.start_writing()
    if made_id := made_before():  # sent twice at once
        return _onward(made_id)
    link = _link(token)
    if link is None or not set_recovered_password(
        db.session(), link, password_hash, owner(link.account), clock.now()
    ):
        return _over()
    account_id = link.account.id
    remember(account_id)
    db.session.commit()
    return _onward(account_id)


def _onward(account_id: uuid.UUID) -> ResponseReturnValue:
    account_type = db.session.get_one(Account, account_id).account_type
    return redirect(url_for("account.login", account_type=account_type, done="password"), 303)


def _link(token: str) -> OneTimeLink | None:
    return usable_link(db.session(), token, "recovery", datetime.now(UTC))


def _page(account: Account, form: PasswordForm) -> str:
    return render_template(
        "account/new_password.html", form=form, account=account, rules=rules(), computer=[],
        heading=f"找回账号 {account.login_name}：设置新密码", action=request.path,
    )  # fmt: skip


def _over() -> ResponseReturnValue:
    return render_template("account/link_over.html", is_recovery=True), 404

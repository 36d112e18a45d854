"""One's own link to the other platform: what it is, and taking it away."""

from flask import abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from adapters.federation import OidcLogin
from blueprints.access import actor, me, signed_in, streams
from blueprints.account import blueprint
from blueprints.account.proofs import refused_password
from blueprints.idempotency import remember, was_done
from extensions import clock, db
from models.linked_identity import LinkedIdentity, link_of_account, unlink


@blueprint.get("/account/federated")
@signed_in
def federated_account() -> str:
    """Show the link."""
    return _page(_own_link())


@blueprint.post("/account/federated/removal")
@signed_in
@streams
def unlink_federated() -> ResponseReturnValue:
    """Take the link away when the password is right."""
    if _own_link() is None:
        return redirect(url_for("account.federated_account"), 303)
    if refused := refused_password(me().account, request.form.get("password", ""), "密码不正确，请重新输入"):
        return _page(_own_link(), refused), 422
    db.start_writing()
    if not was_done() and (linked := _own_link()) is not None:
        unlink(db.session(), linked, actor(), clock.now())
        remember()
        db.session.commit()
    return redirect(url_for("account.federated_account", done=1), 303)


def _own_link() -> LinkedIdentity | None:
    platform: OidcLogin | None = current_app.extensions["federated_login"]
    if platform is None or me().account_type == "staff":
        abort(404)
    return link_of_account(db.session(), platform.issuer, me().account_id)


def _page(linked: LinkedIdentity | None, refused: str = "") -> str:
    return render_template("account/federated_account.html", linked=linked, refused=refused)

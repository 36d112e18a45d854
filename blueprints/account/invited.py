"""The link of an invitation (创建用户): it leads into the registration, with name and number known."""

import uuid
from datetime import UTC, datetime

from flask import redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import public
from blueprints.account import blueprint
from blueprints.account.registering import PLACE
from extensions import db
from models.invitation import Invitation, open_invitation
from models.one_time_link import TOKEN_LENGTH
from models.registration import Registration, Taken, begin, search

ADDRESS = f"/register/invitation/<string(length={TOKEN_LENGTH}):token>"


@blueprint.get(ADDRESS)
@public
def invitation(token: str) -> ResponseReturnValue:
    """Say who invites whom; looking, as mail programs do, changes nothing."""
    found = open_invitation(db.session(), token, datetime.now(UTC))
    return _page(found) if found else _over()


@blueprint.post(ADDRESS)
@public
def follow_invitation(token: str) -> ResponseReturnValue:
    """Begin the registration of the person; it goes on with his mobile."""
    now = datetime.now(UTC)
    found = open_invitation(db.session(), token, now)
    if found is None:
        return _over()
    registration = Registration(
        id=uuid.uuid4(), account_type="natural", name=found.person_name, id_type=found.id_type,
        id_number=found.id_number, invitation_id=found.id,
    )  # fmt: skip
    try:
        search(db.session(), registration)
    except Taken as taken:
        return _page(found, taken), 422
    begin(db.session(), registration, now)
    session[PLACE] = registration.id.hex
    db.session.commit()
    return redirect(url_for("account.register_mobile"), 303)


def _page(found: Invitation, taken: Taken | None = None) -> str:
    return render_template("account/invitation.html", invitation=found, taken=taken)


def _over() -> ResponseReturnValue:
    return render_template("account/link_over.html"), 404

"""The unit a natural person acts for: asked once, kept in the session, changed in the header."""

from flask import abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from accounts.first_steps import steps_of_person
from blueprints.access import me, signed_in
from blueprints.account import blueprint
from blueprints.account.safe_next import safe_next
from extensions import db
from models.login_session import LoginSession
from models.person import Person


@blueprint.get("/account/unit")
@signed_in
def unit() -> ResponseReturnValue:
    """Show the units one may act for."""
    person = me()
    steps = []
    if person.account_type == "natural" and not person.units:
        known = db.session.get(Person, person.account_id)
        steps = steps_of_person(known, person.person_name, person.login_name)
    return render_template("account/unit.html", next_path=safe_next(request.args.get("next")), steps=steps)


@blueprint.post("/account/unit")
@signed_in
def choose_unit() -> ResponseReturnValue:
    """Act for another unit from now on."""
    person = me()
    chosen = next((one for one in person.units if str(one.id) == request.form.get("unit")), None)
    if chosen is None:
        abort(404)
    login = db.session.get_one(LoginSession, person.session_id)
    login.acting_unit_id = chosen.id
    db.session.commit()
    return redirect(safe_next(request.form.get("next")) or "/", 303)

"""授权用户管理: the people who act for the unit, and ending that."""

import uuid
from collections import defaultdict
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from accounts.granted import derived_from, grants_of, people_of
from accounts.granting import GrantRefused, Right, dismiss
from blueprints.access import me, role
from blueprints.grant import blueprint
from blueprints.grant.granting import grantor, own_person, today
from blueprints.idempotency import remember, was_done
from extensions import clock, db
from forms.fields import normalised
from forms.grant import DismissalForm
from models.account import Account
from models.grant import Grant, effective_on


@blueprint.get("")
@role("legal", "unit_admin")
def people() -> str:
    """List whom the unit lets act for it, found by name and login name, with what they may do today."""
    asked = {name: normalised(request.args.get(name, ""))[:50] for name in ("name", "login")}
    found = people_of(db.session(), me().unit_id, asked["name"], asked["login"])  # type: ignore[arg-type]
    rights = _rights_today([person.id for person in found])
    return render_template("grant/people.html", people=found, rights=rights, asked=asked)


def _rights_today(account_ids: list[uuid.UUID]) -> dict[uuid.UUID, list[tuple[Right, Any]]]:
    """Map people to their rights that count today, each with its last day."""
    query = select(Grant).where(
        Grant.unit_id == me().unit_id, Grant.grantee_id.in_(account_ids), effective_on(today())
    )
    rights = defaultdict(list)
    for grant in db.session.scalars(query.order_by(Grant.role, Grant.item)):
        rights[grant.grantee_id].append((Right(*grant.right), grant.valid_to))
    return rights


@blueprint.get("/people/<uuid:account_id>/dismissal")
@role("legal", "unit_admin")
def ask_dismissal(account_id: uuid.UUID) -> str:
    """Ask before a person may act for the unit no more, and say what falls with him."""
    return _dismissal_page(own_person(account_id, ""), DismissalForm())


@blueprint.post("/people/<uuid:account_id>/dismissal")
@role("legal", "unit_admin")
def dismiss_person(account_id: uuid.UUID) -> ResponseReturnValue:
    """停用: end what the person may do for the unit."""
    person, form = own_person(account_id, ""), DismissalForm(request.form)
    if not form.accepts():
        return _dismissal_page(person, form), 422
    if not was_done():
        keeps = request.form.get("keep_derived") == "yes"
        reason = form["reason"].data or ""
        try:
            dismiss(db.session(), grantor(), person, clock.now(), reason, keep_derived=keeps)
        except GrantRefused as refused:
            db.session.rollback()
            return _dismissal_page(own_person(account_id, ""), form, str(refused)), 422
        remember(account_id)
        db.session.commit()
    return redirect(url_for("grant.people"), 303)


def _dismissal_page(person: Account, form: DismissalForm, refused: str = "") -> str:
    active = [one for one in grants_of(db.session(), grantor().unit.id, person.id) if one.state == "active"]
    derived = derived_from(db.session(), active, today())
    return render_template(
        "grant/dismissal.html", person_shown=person, form=form, refused=refused, grantor=grantor(),
        rights=[Right(*one.right) for one in active],
        derived=[(one.grantee, Right(*one.right)) for one in derived],
    )  # fmt: skip

"""法人（单位）授权办理情况: for whom a person may do what."""

from typing import Any

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from accounts.profile import SHEETS
from blueprints.access import me, signed_in
from blueprints.grant.granting import today
from blueprints.idempotency import remember, was_done
from blueprints.profile import blueprint
from blueprints.profile.pages import own_sheets
from extensions import db
from models.account import Account
from models.grant import Grant, effective_on
from models.login_session import LoginSession


@blueprint.get("/units")
@signed_in
def units() -> str:
    """List the units that ever authorised the person, also those that were disabled since."""
    if me().account_type != "natural":
        abort(404)
    query = select(Grant).where(Grant.grantee_id == me().account_id).options(joinedload(Grant.unit))
    by_unit: dict[Any, list[Grant]] = {}
    for grant in db.session.scalars(query.order_by(Grant.granted_at.desc(), Grant.valid_from.desc())):
        by_unit.setdefault(grant.unit, []).append(grant)
    counting = set(db.session.scalars(
        select(Grant.id).where(Grant.grantee_id == me().account_id, effective_on(today()))
    ))  # fmt: skip
    lines = [_line(unit, grants, counting) for unit, grants in by_unit.items()]
    tabs = [SHEETS[name] for name in own_sheets()]
    return render_template("profile/units.html", lines=lines, tabs=tabs)


def _line(unit: Any, grants: list[Grant], counting: set[Any]) -> dict[str, Any]:
    legal = select(Account.person_name).where(Account.unit_id == unit.id, Account.account_type == "legal")
    return {
        "unit": unit, "grants": grants, "counting": counting, "legal": db.session.scalar(legal) or "",
        "is_usable": unit.is_active and any(one.id in counting for one in grants),
        "may_keep": any(one.id in counting and one.role == "unit_maintainer" for one in grants),
    }  # fmt: skip


@blueprint.post("/units/<uuid:unit_id>")
@signed_in
def keep_unit(unit_id: Any) -> ResponseReturnValue:
    """Act for the unit and open its sheets."""
    unit = next((one for one in me().units if one.id == unit_id and "unit_maintainer" in one.roles), None)
    if unit is None:
        abort(404)
    if not was_done():
        db.session.get_one(LoginSession, me().session_id).acting_unit_id = unit.id
        remember()
        db.session.commit()
    return redirect(url_for("profile.sheet", name="unit"), 303)

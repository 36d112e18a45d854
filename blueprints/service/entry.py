"""办理入口: the gate, the dialog that asks for a last look, and where it leads."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accounts.gate import Stop, Visitor, enter, stop_at
from blueprints.access import actor, me, signed_in
from blueprints.grant.granting import today
from blueprints.idempotency import remember, was_done
from blueprints.service import blueprint
from blueprints.service.catalogue import find_service
from extensions import clock, db
from models.event import record_event
from models.grant import ROLE_TEXTS
from models.service import Service

ENTRY = "/<string(maxlength=40):key>/entry"


@blueprint.get(ENTRY)
@signed_in
def entry(key: str) -> ResponseReturnValue:
    """Show what stands in the way, or the dialog with everything about oneself to look at once more."""
    found = find_service(key)
    if found.for_unit and me().must_choose_unit:
        return redirect(url_for("account.unit", next=request.full_path.rstrip("?")), 303)
    visitor = _visitor()
    stop = stop_at(db.session(), found, visitor, today())
    return _stopped(found, stop) if stop else _dialog(found, visitor)


@blueprint.post(ENTRY)
@signed_in
def go_in(key: str) -> ResponseReturnValue:
    """Enter after the gate was asked again, as it may have closed since the dialog."""
    found, visitor = find_service(key), _visitor()
    stop = stop_at(db.session(), found, visitor, today())
    if stop is not None:
        return _stopped(found, stop)
    if not was_done():
        enter(db.session(), found, visitor, me().account_id, clock.now())
        details = {"service": found.key, "unit": me().unit_name}
        record_event(db.session(), me().account_id, "enter_service", actor(), clock.now(), details=details)
        remember()
        db.session.commit()
    target = found.target if found.is_connected else url_for("service.not_connected", key=key)
    return redirect(target, 303)


@blueprint.get("/<string(maxlength=40):key>/not-connected")
@signed_in
def not_connected(key: str) -> ResponseReturnValue:
    """Say honestly that the way ends here."""
    found = find_service(key)
    if found.is_connected:
        return redirect(url_for("service.entry", key=key), 303)
    return render_template("service/not_connected.html", service=found)


def _visitor() -> Visitor:
    person = me()
    return Visitor(person.account, person.unit, person.items)


def _stopped(found: Service, stop: Stop) -> ResponseReturnValue:
    return render_template("service/stopped.html", service=found, stop=stop), 403


def _dialog(found: Service, visitor: Visitor) -> str:
    role = (
        "法人" if visitor.is_legal else ROLE_TEXTS["item_handler"] if found.key in visitor.items else "自然人"
    )
    return render_template(
        "service/entry.html", service=found, role=role, account=visitor.account,
        unit=visitor.unit if found.for_unit else None,
    )  # fmt: skip

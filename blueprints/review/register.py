"""取消资格: the national office takes a title away."""

import uuid

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import actor, me, role
from blueprints.idempotency import remember, was_done
from blueprints.review import blueprint
from extensions import clock, db
from filings.review.recommending import revoke_title
from forms.publicity import RevocationForm
from models.carrier import Carrier
from models.moves import IllegalMove


@blueprint.get("/register/<uuid:carrier_id>/revocation")
@role("reviewer")
def ask_revocation(carrier_id: uuid.UUID) -> str:
    """Ask for the reason and say what taking a title away means."""
    return _page(_carrier(carrier_id), RevocationForm())


@blueprint.post("/register/<uuid:carrier_id>/revocation")
@role("reviewer")
def revoke(carrier_id: uuid.UUID) -> ResponseReturnValue:
    """Take the title away; what the carrier still has open is void."""
    carrier, form = _carrier(carrier_id), RevocationForm(request.form)
    if was_done():
        return redirect(url_for("notice.register", q=carrier.name), 303)
    if not form.accepts():
        return _page(carrier, form), 422
    said = (form["reason"].data, form["text"].data or "", form["document_no"].data)
    try:
        revoke_title(db.session(), carrier, *said, actor(), clock.now())
    except IllegalMove:
        abort(409, "这个孵化机构没有有效的国家级资格，可能已被取消。")
    remember(carrier_id)
    db.session.commit()
    return redirect(url_for("notice.register", q=carrier.name), 303)


def _carrier(carrier_id: uuid.UUID) -> Carrier:
    """Return a carrier to the national office; 403 for every other office."""
    if me().office_level != "torch":
        abort(403)
    return db.session.get(Carrier, carrier_id) or abort(404)


def _page(carrier: Carrier, form: RevocationForm) -> str:
    return render_template("review/revocation.html", carrier=carrier, form=form)

"""Who else is at a filing just now: read with every page of it, written rarely and aside."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from flask import current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from sqlalchemy.exc import OperationalError

from blueprints.access import me, own_filing, public
from blueprints.filing import blueprint
from blueprints.identity import passive, who
from extensions import db
from filings.kinds import kind_of
from models.filing import Filing
from models.presence import Presence, note_presence, read_presence

STOP_ASKING = 286  # HTMX asks no more


def others_at(filing: Filing, place: str) -> Sequence[Presence]:
    """Return the other browsers at a draft; one's own is written down after the answer, when it is time."""
    person, now = who(), datetime.now(UTC)
    if person is None or not filing.is_editable:
        return []
    present = read_presence(db.session(), filing.id, now)
    own = next((one for one in present if one.session_id == person.session_id), None)
    if own is None or own.is_due(place, now):
        g.arrives = {
            "session_id": person.session_id, "filing_id": filing.id, "account_id": person.account_id,
            "name": person.person_name or person.login_name, "place": place, "seen_at": now,
        }  # fmt: skip
    return [one for one in present if one is not own]


@blueprint.after_request
def _note_arrival(response: Response) -> Response:
    """Write in a short transaction of its own, as the touch of a session is; the page does not need it."""
    arrives = g.pop("arrives", None)
    if arrives and response.status_code == 200:
        try:
            db.start_writing()
            note_presence(db.session(), Presence(**arrives))
            db.session.commit()
        except OperationalError as error:  # what was stored may be read although nothing can be stored now
            current_app.logger.warning("A presence could not be noted: %s", error.orig)
            db.session.rollback()
    return response


@blueprint.get("/filings/<uuid:filing_id>/presence")
@public
@passive
def presence(filing_id: uuid.UUID) -> ResponseReturnValue:
    """Say who else is there; whoever is signed out hears nothing and is not asked to sign in."""
    if who() is None or me().unit_id is None:
        return "", STOP_ASKING
    filing = own_filing(filing_id)
    tab = kind_of(filing).tab(request.args.get("place", ""))
    others = others_at(filing, tab.name if tab else "")
    return render_template("filing/_presence.html", others=others, kind=kind_of(filing))

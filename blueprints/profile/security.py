"""安全记录: what happened to one's own account, and what to do about what one did not do oneself."""

from flask import render_template, request

from accounts.profile import SHEETS
from accounts.security_record import KINDS, security_record
from blueprints.access import me, open_while_closing, signed_in
from blueprints.ids import read_id
from blueprints.profile import blueprint
from blueprints.profile.pages import own_sheets
from extensions import db


@blueprint.get("/security")
@signed_in
@open_while_closing
def security() -> str:
    """List what happened, the newest first; `kind` narrows it, `before` goes on after an entry."""
    person = me()
    kind = request.args.get("kind", "")
    kind = kind if kind in KINDS else ""
    unit_id = person.unit_id if person.account_type == "legal" else None
    before = read_id(request.args.get("before", ""))
    entries, has_more = security_record(db.session(), person.account_id, unit_id, kind, before)
    return render_template(
        "profile/security.html", entries=entries, has_more=has_more, kind=kind, kinds=KINDS,
        before=before, tabs=[SHEETS[name] for name in own_sheets()],
    )  # fmt: skip

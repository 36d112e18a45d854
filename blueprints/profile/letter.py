"""盖章授权书 of 法人授权信息: one PDF of the unit, which may be replaced and taken away."""

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accounts.profile import ACT
from blueprints.access import actor, me, signed_in, streams, takes_up_to
from blueprints.filing.files import LARGEST_UPLOAD, stored
from blueprints.idempotency import remember, was_done
from blueprints.profile import blueprint
from blueprints.profile.pages import sheet_named
from blueprints.received import received_pdf
from blueprints.storage import send_pdf
from extensions import clock, db
from files.admission import Admitted
from files.refusals import Refused
from filings.editing import store_file
from models.event import record_event
from models.stored_file import give_up
from models.unit_profile import UnitProfile

LABEL = "盖章授权书"


@blueprint.get("/unit/letter")
@signed_in
def letter() -> str:
    """Show which letter there is, and ask for one."""
    return _page()


@blueprint.post("/unit/letter")
@signed_in
@streams
@takes_up_to(LARGEST_UPLOAD)
def upload_letter() -> ResponseReturnValue:
    """Take a letter in the place of the one before."""
    sheet_named("unit")
    if not was_done():
        db.start_reading()
        try:
            name, admitted = received_pdf("file")
        except Refused as refused:
            return _page(str(refused.message)), 422
        db.start_writing()
        if not was_done():  # not sent twice at once
            _keep(name, admitted)
            remember()
            db.session.commit()
    return redirect(url_for("profile.letter", saved=1), 303)


@blueprint.post("/unit/letter/removal")
@signed_in
def remove_letter() -> ResponseReturnValue:
    """Take the letter away."""
    if not was_done() and _profile().letter is not None:
        _keep("", None)
        remember()
        db.session.commit()
    return redirect(url_for("profile.letter"), 303)


@blueprint.get("/unit/letter.pdf")
@signed_in
def read_letter() -> ResponseReturnValue:
    """Send the unit its letter."""
    profile = _profile()
    return send_pdf((profile.letter or abort(404)).clean_sha256, profile.letter_name or "")


def _profile() -> UnitProfile:
    """Return what the unit says about itself, if this person keeps it; it begins empty."""
    sheet_named("unit")
    return db.session.get(UnitProfile, me().unit_id) or UnitProfile(unit_id=me().unit_id)


def _keep(name: str, admitted: Admitted | None) -> None:
    """Store the letter, or none, write the change down, and give up the one before."""
    profile = _profile()
    before, gone = profile.letter_name or "", profile.letter_sha256
    if admitted is not None:
        store_file(db.session(), stored(admitted))
    profile.letter_name, profile.letter_sha256 = name or None, admitted.sha256 if admitted else None
    profile.letter_uploaded_at = clock.now() if admitted else None
    db.session.add(profile)
    db.session.flush()
    if gone and gone != profile.letter_sha256:
        give_up(db.session(), [gone], clock.now())
    record_event(db.session(), profile.unit_id, ACT, actor(), clock.now(), note="法人授权信息",
                 details={LABEL: [before, name]})  # fmt: skip


def _page(refused: str = "") -> str:
    return render_template("profile/letter.html", profile=_profile(), refused=refused, unit=me().unit)

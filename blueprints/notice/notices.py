"""Public notices, and objecting to them."""

import uuid
from datetime import date, timedelta

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from blueprints.access import public, streams, takes_up_to
from blueprints.filing.files import LARGEST_UPLOAD, stored
from blueprints.idempotency import remember, was_done
from blueprints.ids import read_id
from blueprints.limits import at_most
from blueprints.notice import blueprint
from blueprints.received import received_pdf
from clock import shanghai_day
from extensions import clock, db
from files.admission import Admitted
from files.refusals import Refused as NotAdmitted
from filings.editing import store_file
from filings.refused import Refused
from filings.review.publicity import raise_objection
from forms.publicity import ObjectionForm
from models.public_notice import PublicNotice

SHOWN = 100
ANSWERS = ("person_name", "organisation", "contact", "text")


@blueprint.get("/notices")
@public
def notices() -> str:
    """List the newest public notices."""
    newest = select(PublicNotice).options(joinedload(PublicNotice.office), joinedload(PublicNotice.batch))
    found = db.session.scalars(newest.order_by(PublicNotice.starts_on.desc()).limit(SHOWN)).all()
    return render_template("notice/notices.html", notices=found, today=_today())


@blueprint.get("/notices/<uuid:notice_id>")
@public
def notice(notice_id: uuid.UUID) -> str:
    """Show a notice from its first day on, with the form of objections while it runs."""
    return _page(_notice(notice_id), ObjectionForm())


@blueprint.post("/notices/<uuid:notice_id>/objections")
@public
@streams
@takes_up_to(LARGEST_UPLOAD)
@at_most(10, timedelta(hours=1))
def object_to(notice_id: uuid.UUID) -> ResponseReturnValue:
    """Take an objection with its evidence; the office answers for it."""
    found, form = _notice(notice_id), ObjectionForm(request.form)
    if not form.accepts():
        return _page(found, form), 422
    if was_done():
        return _received(notice_id)
    db.start_reading()
    try:
        evidence = _evidence()
    except NotAdmitted as refused:
        return _page(_notice(notice_id), form, file_refused=refused), 422
    db.start_writing()
    if was_done():  # sent twice at once
        return _received(notice_id)
    found = _notice(notice_id)
    try:
        _take(found, form, evidence)
    except Refused as refused:
        db.session.rollback()
        return _page(_notice(notice_id), form, refused=refused), 422
    remember()
    db.session.commit()
    return _received(notice_id)


def _received(notice_id: uuid.UUID) -> ResponseReturnValue:
    return redirect(url_for("notice.notice", notice_id=notice_id, received=1), 303)


def _evidence() -> tuple[str, Admitted] | None:
    posted = request.files.get("file")
    return received_pdf("file") if posted is not None and posted.filename else None


def _take(found: PublicNotice, form: ObjectionForm, evidence: tuple[str, Admitted] | None) -> None:
    said: dict[str, str | None] = {name: form[name].data or "" for name in ANSWERS}
    if evidence is not None:
        name, admitted = evidence
        store_file(db.session(), stored(admitted))
        said |= {"evidence_sha256": admitted.sha256, "evidence_name": name}
    raise_objection(db.session(), found, _chosen(), clock.now(), **said)


def _chosen() -> uuid.UUID:
    filing_id = read_id(request.form.get("filing", ""))
    if filing_id is None:
        raise Refused("E_CHOICE", "请选择对哪一个申报有异议")
    return filing_id


def _notice(notice_id: uuid.UUID) -> PublicNotice:
    """Return a notice that has begun, else answer 404: before its first day it is the office's alone."""
    found = db.session.get(PublicNotice, notice_id)
    if found is None or found.starts_on > _today():
        abort(404)
    return found


def _today() -> date:
    return shanghai_day(clock.now())


def _page(
    found: PublicNotice, form: ObjectionForm, refused: Refused | None = None,
    file_refused: NotAdmitted | None = None,
) -> str:  # fmt: skip
    return render_template(
        "notice/notice.html", notice=found, today=_today(), form=form, refused=refused,
        file_refused=file_refused, chosen=request.form.get("filing", ""),
    )  # fmt: skip

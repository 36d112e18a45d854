"""公示: the notices of an office, objections to them, and what may follow."""

import uuid

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from blueprints.access import actor, me, my_office, role
from blueprints.idempotency import remember, was_done
from blueprints.ids import read_ids
from blueprints.review import blueprint
from blueprints.storage import send_pdf
from clock import shanghai_day
from extensions import clock, db
from filings.refused import Refused
from filings.review.publicity import (
    Announcement,
    after_notice,
    awaiting_notice,
    decide_objection,
    publish_notice,
)
from forms.publicity import DecisionForm, LetterForm, ListForm, NoticeForm
from models.moves import IllegalMove
from models.public_notice import Objection, PublicNotice
from models.stored_file import StoredFile

NOTICES_SHOWN = 50


@blueprint.get("/publicity")
@role("reviewer")
def publicity() -> str:
    """Show what waits for a notice, what stands in one, and what is ready for the next step."""
    return publicity_page()


def publicity_page(refused: Refused | None = None, **typed: object) -> str:
    """Render the desk of notices; `typed` holds the form as it was sent, and what was ticked in it."""
    session, here = db.session(), my_office()
    newest = select(PublicNotice).where(PublicNotice.office_id == here.id)
    notices = session.scalars(
        newest.options(selectinload(PublicNotice.entries), selectinload(PublicNotice.objections))
        .order_by(PublicNotice.published_at.desc()).limit(NOTICES_SHOWN)
    ).all()  # fmt: skip
    forms = {"notice_form": NoticeForm(), "letter_form": LetterForm(), "list_form": ListForm()}
    today = shanghai_day(clock.now())
    return render_template(
        "review/publicity.html", office=here, waiting=awaiting_notice(session, here),
        ready=after_notice(session, here, today), notices=notices, today=today, refused=refused,
        **(forms | {"ticked_waiting": None, "ticked_ready": None} | typed),
    )  # fmt: skip


def ticked() -> list[uuid.UUID]:
    """Read the ticked filings; what is no id is left out."""
    return read_ids(request.form.getlist("filing"))


@blueprint.post("/publicity")
@role("reviewer")
def give_notice() -> ResponseReturnValue:
    """Publish a notice of the ticked filings."""
    form, chosen = NoticeForm(request.form), ticked()
    if was_done():
        return redirect(url_for("review.publicity"), 303)
    try:
        if not form.accepts():
            raise Refused("E_REQUIRED", "公示还没有发布，请改正下面的内容")
        said = Announcement(*(form[name].data for name in ("title", "starts_on", "ends_on", "contact")))
        notice = publish_notice(db.session(), my_office(), chosen, said, actor(), clock.now())
    except Refused as refused:
        db.session.rollback()
        return publicity_page(refused, notice_form=form, ticked_waiting=chosen), 422
    remember(notice.id)
    db.session.commit()
    return redirect(url_for("review.public_notice", notice_id=notice.id), 303)


@blueprint.get("/publicity/<uuid:notice_id>")
@role("reviewer")
def public_notice(notice_id: uuid.UUID) -> str:
    """Show a notice of the office with the objections to it."""
    return _notice_page(_own_notice(notice_id))


def _own_notice(notice_id: uuid.UUID) -> PublicNotice:
    notice = db.session.get(PublicNotice, notice_id)
    if notice is None or notice.office_id != me().office_id:
        abort(404)
    return notice


def _notice_page(notice: PublicNotice, form: DecisionForm | None = None, at: uuid.UUID | None = None) -> str:
    today = shanghai_day(clock.now())
    names = {entry.filing_id: entry.name for entry in notice.entries}
    return render_template(
        "review/notice.html", notice=notice, today=today, names=names, form=form or DecisionForm(), at=at
    )


@blueprint.post("/publicity/<uuid:notice_id>/objections/<uuid:objection_id>")
@role("reviewer")
def decide(notice_id: uuid.UUID, objection_id: uuid.UUID) -> ResponseReturnValue:
    """Note what the office found about an objection."""
    notice, form = _own_notice(notice_id), DecisionForm(request.form)
    objection = _objection(notice, objection_id)
    if was_done():
        return redirect(url_for("review.public_notice", notice_id=notice_id), 303)
    if not form.accepts():
        return _notice_page(notice, form, objection_id), 422
    try:
        decide_objection(
            db.session(), objection, form["state"].data, form["finding"].data, actor(), clock.now()
        )
    except IllegalMove:
        abort(409, "这条异议已经处理过了。请返回公示页面查看结果。")
    remember(objection_id)
    db.session.commit()
    return redirect(url_for("review.public_notice", notice_id=notice_id), 303)


def _objection(notice: PublicNotice, objection_id: uuid.UUID) -> Objection:
    return next((one for one in notice.objections if one.id == objection_id), None) or abort(404)


@blueprint.get("/publicity/<uuid:notice_id>/objections/<uuid:objection_id>/evidence.pdf")
@role("reviewer")
def objection_evidence(notice_id: uuid.UUID, objection_id: uuid.UUID) -> ResponseReturnValue:
    """Send the clean copy of what was handed in with an objection."""
    objection = _objection(_own_notice(notice_id), objection_id)
    stored = db.session.get(StoredFile, objection.evidence_sha256) if objection.evidence_sha256 else None
    if stored is None:
        abort(404)
    return send_pdf(stored.clean_sha256, objection.evidence_name)

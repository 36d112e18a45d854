"""Files of an opinion: the signed opinion and pictures of the visit, as PDF."""

import uuid

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import actor, me, role, streams, takes_up_to
from blueprints.filing.files import LARGEST_UPLOAD, stored
from blueprints.idempotency import remember, was_done
from blueprints.received import received_pdf
from blueprints.review import blueprint
from blueprints.review.opinion import opinion_page
from blueprints.review.page import assigned_page
from blueprints.storage import send_pdf
from extensions import clock, db
from files.admission import Admitted
from files.refusals import Refused as NotAdmitted
from filings.editing import store_file
from filings.refused import Refused
from filings.review.opinions import NOT_HERE, begin_opinion, remove_file
from models.moves import IllegalMove
from models.opinion import Opinion, OpinionFile

SLOTS = {"opinion_file": "审核意见书（签字盖章扫描件）", "site_photo": "实地核查照片"}
MOST_FILES = 20


@blueprint.post("/<uuid:filing_id>/opinion/files/<slot>")
@role("reviewer")
@takes_up_to(LARGEST_UPLOAD)
@streams
def upload_opinion_file(filing_id: uuid.UUID, slot: str) -> ResponseReturnValue:
    """Add a file to the opinion in hand; the opinion begins with it if there is none."""
    if slot not in SLOTS:
        abort(404)
    assigned_page(filing_id)
    if was_done():
        return _back(filing_id)
    db.start_reading()
    try:
        name, admitted = received_pdf("file")
    except NotAdmitted as refused:
        return opinion_page(assigned_page(filing_id), file_refusal=(slot, refused)), 422
    db.start_writing()
    if was_done():  # sent twice at once
        return _back(filing_id)
    page = assigned_page(filing_id)
    try:
        opinion = begin_opinion(db.session(), page.filing, actor(), clock.now())
    except Refused as refused:
        abort(409, refused.message)
    except IllegalMove:
        abort(409, NOT_HERE)
    _add(opinion, slot, name, admitted)
    remember()
    db.session.commit()
    return _back(filing_id)


def _back(filing_id: uuid.UUID) -> ResponseReturnValue:
    return redirect(url_for("review.opinion", filing_id=filing_id) + "#opinion-files", 303)


def _add(opinion: Opinion, slot: str, name: str, admitted: Admitted) -> None:
    if len(opinion.files) >= MOST_FILES:
        abort(422, f"一份意见最多 {MOST_FILES} 个文件，请合并后再上传。")
    store_file(db.session(), stored(admitted))
    opinion.files.append(OpinionFile(
        id=uuid.uuid4(), slot=slot, name=name, sha256=admitted.sha256, uploaded_at=clock.now(),
        uploaded_by_id=me().account_id,
    ))  # fmt: skip


@blueprint.get("/<uuid:filing_id>/opinion/files/<uuid:file_id>.pdf")
@role("reviewer")
def opinion_file(filing_id: uuid.UUID, file_id: uuid.UUID) -> ResponseReturnValue:
    """Send a file of an opinion: of a sent one to whoever sees the filing, else to its office only."""
    found = _file(filing_id, file_id)
    if not found.opinion.is_sent and found.opinion.office_id != me().office_id:
        abort(404)
    return send_pdf(found.file.clean_sha256, found.name)


@blueprint.post("/<uuid:filing_id>/opinion/files/<uuid:file_id>/removal")
@role("reviewer")
def remove_opinion_file(filing_id: uuid.UUID, file_id: uuid.UUID) -> ResponseReturnValue:
    """Take a file out of an opinion that is not sent."""
    if was_done():
        return _back(filing_id)
    found = _file(filing_id, file_id)
    if found.opinion.is_sent or found.opinion.office_id != me().office_id:
        abort(409, "意见已经发送，文件不能删除。")
    try:
        remove_file(db.session(), assigned_page(filing_id).filing, found, actor())
    except Refused as refused:
        abort(409, refused.message)
    except IllegalMove:
        abort(409, NOT_HERE)
    remember(file_id)
    db.session.commit()
    return _back(filing_id)


def _file(filing_id: uuid.UUID, file_id: uuid.UUID) -> OpinionFile:
    assigned_page(filing_id)
    found = db.session.get(OpinionFile, file_id)
    return found if found is not None and found.opinion.filing_id == filing_id else abort(404)

"""推荐上报 and 公布名单: the letters of a province, the lists of the national office."""

import uuid
from typing import Any

from flask import Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from blueprints import printing
from blueprints.access import actor, me, my_office, role, streams, takes_up_to
from blueprints.filing.files import LARGEST_UPLOAD, stored
from blueprints.filing.page import is_fragment
from blueprints.idempotency import remember, was_done
from blueprints.received import received_pdf
from blueprints.review import blueprint
from blueprints.review.publicity import publicity_page, ticked
from blueprints.storage import send_pdf
from extensions import clock, db
from files.refusals import Refused as NotAdmitted
from filings.editing import store_file
from filings.refused import Refused
from filings.review.printouts import find_printout, letter_document
from filings.review.recommending import publish_list, recommend
from filings.review.summary import XLSX, recommendation_workbook
from forms.publicity import LetterForm, ListForm
from jobs import queue
from models.recommendation import Publication, Recommendation
from models.stored_file import StoredFile


@blueprint.post("/recommendations")
@role("reviewer")
def send_recommendation() -> ResponseReturnValue:
    """Recommend the ticked filings to the office above."""
    form = LetterForm(request.form)
    chosen = {filing_id: request.form.get(f"note-{filing_id}", "").strip()[:200] for filing_id in ticked()}
    if was_done():
        return redirect(url_for("review.publicity"), 303)
    try:
        if not form.accepts():
            raise Refused("E_REQUIRED", "还没有上报，请改正下面的内容")
        letter: dict[str, Any] = {name: form[name].data for name in ("letter_no", "letter_on")}
        letter["over_quota_reason"] = form["over_quota_reason"].data or ""
        made = recommend(
            db.session(), my_office(), chosen, letter, form["registered"].data, actor(), clock.now()
        )
    except Refused as refused:
        db.session.rollback()
        return publicity_page(refused, letter_form=form, ticked_ready=chosen), 422
    remember(made.id)
    job_ids = printing.order("letter", [letter_document(made)])
    letter_id = made.id
    db.session.commit()
    queue.wake_all(job_ids)
    return redirect(url_for("review.recommendation", recommendation_id=letter_id), 303)


@blueprint.get("/recommendations/<uuid:recommendation_id>")
@role("reviewer")
def recommendation(recommendation_id: uuid.UUID) -> str:
    """Show a letter with its table, ready to be printed and sealed."""
    return _letter_page(_letter(recommendation_id))


def _letter(recommendation_id: uuid.UUID) -> Recommendation:
    """Return a letter of the office that sent it or of the one it went to, else answer 404."""
    found = db.session.get(Recommendation, recommendation_id)
    if found is None or me().office_id not in (found.office_id, found.to_office_id):
        abort(404)
    return found


def _letter_page(letter: Recommendation, refused: NotAdmitted | None = None) -> str:
    is_ours = letter.office_id == me().office_id
    printout = find_printout(db.session(), "letter", letter_document(letter))
    template = "review/_letter_printout.html" if is_fragment() else "review/recommendation.html"
    return render_template(template, letter=letter, is_ours=is_ours, refused=refused, printout=printout)


@blueprint.post("/recommendations/<uuid:recommendation_id>/pdf")
@role("reviewer")
def print_recommendation(recommendation_id: uuid.UUID) -> ResponseReturnValue:
    """Have the letter with its table made into a PDF, after it failed or for a letter of earlier days."""
    job_ids = printing.order("letter", [letter_document(_letter(recommendation_id))])
    db.session.commit()
    queue.wake_all(job_ids)
    return redirect(url_for("review.recommendation", recommendation_id=recommendation_id), 303)


@blueprint.get("/recommendations/<uuid:recommendation_id>.pdf")
@role("reviewer")
def recommendation_pdf(recommendation_id: uuid.UUID) -> ResponseReturnValue:
    """Send the letter with its table, to be printed and sealed."""
    letter = _letter(recommendation_id)
    return printing.send_printout("letter", letter_document(letter), f"推荐函_{letter.letter_no}.pdf")


@blueprint.get("/recommendations/<uuid:recommendation_id>.xlsx")
@role("reviewer")
def recommendation_xlsx(recommendation_id: uuid.UUID) -> Response:
    """Send the 推荐汇总表 as a workbook."""
    letter = _letter(recommendation_id)
    answer = Response(recommendation_workbook(letter), mimetype=XLSX)
    answer.headers.set("Content-Disposition", "attachment", filename="推荐汇总表.xlsx")
    return answer


@blueprint.post("/recommendations/<uuid:recommendation_id>/scan")
@role("reviewer")
@takes_up_to(LARGEST_UPLOAD)
@streams
def upload_scan(recommendation_id: uuid.UUID) -> ResponseReturnValue:
    """Keep the stamped letter; a new one replaces it."""
    if _letter(recommendation_id).office_id != me().office_id:
        abort(404)
    db.start_reading()
    try:
        name, admitted = received_pdf("file", "请先选择盖章的推荐函扫描件，再点上传")
    except NotAdmitted as refused:
        return _letter_page(_letter(recommendation_id), refused), 422
    db.start_writing()
    letter = _letter(recommendation_id)
    store_file(db.session(), stored(admitted))
    letter.scan_sha256, letter.scan_name = admitted.sha256, name
    db.session.commit()
    return redirect(url_for("review.recommendation", recommendation_id=recommendation_id), 303)


@blueprint.get("/recommendations/<uuid:recommendation_id>/scan.pdf")
@role("reviewer")
def scan_pdf(recommendation_id: uuid.UUID) -> ResponseReturnValue:
    """Send the stamped letter."""
    letter = _letter(recommendation_id)
    kept = db.session.get(StoredFile, letter.scan_sha256) if letter.scan_sha256 else None
    if kept is None:
        abort(404)
    return send_pdf(kept.clean_sha256, letter.scan_name)


@blueprint.post("/publications")
@role("reviewer")
def publish() -> ResponseReturnValue:
    """Publish the list of the ticked filings; the national office alone does so."""
    form, chosen = ListForm(request.form), ticked()
    if me().office_level != "torch":
        abort(403)
    if was_done():
        return redirect(url_for("review.publicity"), 303)
    try:
        if not form.accepts():
            raise Refused("E_REQUIRED", "名单还没有公布，请改正下面的内容")
        made: Publication = publish_list(
            db.session(), my_office(), chosen, form["document_no"].data, form["published_on"].data, actor(),
            clock.now(),
        )  # fmt: skip
    except Refused as refused:
        db.session.rollback()
        return publicity_page(refused, list_form=form, ticked_ready=chosen), 422
    remember(made.id)
    publication_id = made.id
    job_ids = printing.order("certificate", printing.certificates_of(made))
    db.session.commit()
    queue.wake_all(job_ids)
    return redirect(url_for("notice.published_list", publication_id=publication_id), 303)

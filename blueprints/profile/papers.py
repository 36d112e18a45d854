"""Papers for the 实名认证 where no registry can tell: uploaded one by one, then handed in."""

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from accounts.verifying import current_case, reopen_for_papers
from blueprints.access import actor, me, signed_in, streams, takes_up_to
from blueprints.filing.files import LARGEST_UPLOAD, stored
from blueprints.idempotency import remember, was_done
from blueprints.profile import blueprint
from blueprints.profile.pages import account_of, record_of, sheet_named
from blueprints.received import received_pdf
from extensions import clock, db
from files.admission import Admitted
from files.refusals import Refused
from filings.editing import store_file
from models.event import record_event
from models.verification import SLOTS, Verification, VerificationFile, WrongMove

PAPERS = "/<any(person, unit, agent):name>/papers"


@blueprint.get(PAPERS)
@signed_in
def papers(name: str) -> str:
    """Show which papers are asked for and which are there."""
    return _page(name)


@blueprint.post(f"{PAPERS}/<slot>")
@signed_in
@streams
@takes_up_to(LARGEST_UPLOAD)
def upload_paper(name: str, slot: str) -> ResponseReturnValue:
    """Take a paper; another one in its place replaces it."""
    if slot not in SLOTS[sheet_named(name).name]:
        abort(404)
    _case_for_papers(name)
    if was_done():
        return redirect(url_for("profile.papers", name=name), 303)
    db.start_reading()
    try:
        file_name, admitted = received_pdf("file")
    except Refused as refused:
        return _page(name, {slot: str(refused.message)}), 422
    db.start_writing()
    if not was_done():  # not sent twice at once
        _put(_case_for_papers(name), slot, file_name, admitted)
        remember()
        db.session.commit()
    return redirect(url_for("profile.papers", name=name), 303)


@blueprint.post(f"{PAPERS}/hand-in")
@signed_in
def hand_in_papers(name: str) -> ResponseReturnValue:
    """Hand the papers to the staff."""
    if not was_done():
        case = _case_for_papers(name)
        try:
            case.hand_in(db.session(), clock.now())
        except WrongMove as wrong:
            db.session.rollback()
            return _page(name, {"": str(wrong)}), 422
        record_event(db.session(), case.account_id or case.unit_id, "hand_in_papers", actor(), clock.now())  # type: ignore[arg-type]
        remember()
        db.session.commit()
    return redirect(url_for("profile.sheet", name=name), 303)


def _case_for_papers(name: str) -> Verification:
    sheet = sheet_named(name)
    try:
        return reopen_for_papers(db.session(), sheet, record_of(sheet), account_of(sheet), clock.now())
    except LookupError:
        abort(409, "目前不需要上传证件。请返回我的信息查看实名认证状态。")


def _put(case: Verification, slot: str, name: str, admitted: Admitted) -> None:
    store_file(db.session(), stored(admitted))
    paper = next((one for one in case.files if one.slot == slot), None) or VerificationFile(
        slot=slot, case=case
    )
    paper.name, paper.sha256, paper.uploaded_at = name, admitted.sha256, clock.now()
    paper.uploaded_by_id = me().account_id
    db.session.add(paper)


def _page(name: str, refused: dict[str, str] | None = None) -> str:
    sheet = sheet_named(name)
    record = record_of(sheet)
    case = current_case(db.session(), sheet, record)
    if case is None or case.state not in ("wants_papers", "failed"):
        abort(409, "目前不需要上传证件。请返回我的信息查看实名认证状态。")
    there = {one.slot: one for one in case.files} if case.state == "wants_papers" else {}
    return render_template(
        "profile/papers.html", sheet=sheet, slots=SLOTS[sheet.name], there=there, refused=refused or {},
        is_ready=len(there) == len(SLOTS[sheet.name]),
    )  # fmt: skip

"""The list of cases that wait for people, and one case: what was said beside its papers."""

import uuid

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import or_, select

from accounts.profile import AGENT, PERSON, UNIT, Record, Sheet, record_of_person, record_of_unit, shown
from accounts.verifying import record_verdict, refuse_own, tell
from accounts.waiting import LONG, days_waited
from blueprints.access import actor, me, role
from blueprints.idempotency import remember, was_done
from blueprints.opened import opens_paper
from blueprints.storage import send_pdf
from blueprints.verification import blueprint
from extensions import clock, db
from forms.verification import VerdictForm
from models.event import record_event
from models.verification import SLOTS, Verification, VerificationFile, WrongMove

SHEETS: dict[str, Sheet] = {"person": PERSON, "unit": UNIT, "agent": AGENT}
PAGE_ROWS = 100


@blueprint.get("")
@role("helpdesk")
def cases() -> str:
    """List what waits, the oldest first; one's own first verdicts wait for somebody else."""
    waiting = select(Verification).where(Verification.state == "pending").order_by(Verification.handed_in_at)
    mine = or_(Verification.first_by_id.is_(None), Verification.first_by_id != me().account_id)
    found = db.session.scalars(waiting.where(mine).limit(PAGE_ROWS)).all()
    others = db.session.scalars(
        waiting.where(Verification.first_by_id == me().account_id).limit(PAGE_ROWS)
    ).all()
    return render_template(
        "verification/cases.html", waiting=found, given=others, long=LONG,
        waited=days_waited(db.session(), clock.now()),
    )  # fmt: skip


@blueprint.get("/<uuid:case_id>")
@role("helpdesk")
def case(case_id: uuid.UUID) -> str:
    """Show a case; numbers stay masked until somebody asks, which leaves a record."""
    return _page(_case(case_id), VerdictForm())


@blueprint.post("/<uuid:case_id>/number")
@role("helpdesk")
def show_number(case_id: uuid.UUID) -> str:
    """Show the number of the identity paper in full, and write down who looked."""
    found = _case(case_id)
    stream = found.account_id or found.unit_id or abort(404)
    record_event(
        db.session(), stream, "show_id_number", actor(), clock.now(), details={"case": str(found.id)}
    )
    db.session.commit()
    record = _record(found)
    number = record.get("rep_id_number" if found.subject == "unit" else "id_number") or ""
    return _page(found, VerdictForm(), number=number)


@blueprint.post("/<uuid:case_id>")
@role("helpdesk")
def judge(case_id: uuid.UUID) -> ResponseReturnValue:
    """Note a verdict; the second one that agrees decides, and the subject is told."""
    form = VerdictForm(request.form)
    if not was_done():  # a case that is decided is there no more
        found = _case(case_id)
        if not form.accepts():
            return _page(found, form), 422
        passes, reason = form["verdict"].data == "pass", form["reason"].data or ""
        try:
            refuse_own(db.session(), found, me().account)
            is_decided = found.judge(db.session(), actor(), passes, reason, clock.now())
        except WrongMove as wrong:
            db.session.rollback()
            return _page(_case(case_id), form, refused=str(wrong)), 422
        record_verdict(db.session(), found, actor(), clock.now(), passes, reason)
        if is_decided:
            tell(db.session(), found, clock.now())
        remember()
        db.session.commit()
    return redirect(url_for("verification.cases"), 303)


@blueprint.get("/<uuid:case_id>/files/<uuid:file_id>.pdf")
@role("helpdesk")
def paper(case_id: uuid.UUID, file_id: uuid.UUID) -> ResponseReturnValue:
    """Send a paper of a case that waits."""
    case, found = _case(case_id), db.session.get(VerificationFile, file_id)
    if found is None or found.verification_id != case.id:
        abort(404)
    opens_paper(case.account_id or case.unit_id or abort(404), actor(), found.slot, case.id)
    return send_pdf(found.file.clean_sha256, found.name)


def _case(case_id: uuid.UUID) -> Verification:
    """Return a case that waits for people; what is settled is nobody's business any more."""
    query = select(Verification).where(Verification.id == case_id, Verification.state == "pending")
    return db.session.scalars(query.with_for_update()).first() or abort(404)


def _record(found: Verification) -> Record:
    if found.subject == "unit":
        return record_of_unit(db.session(), found.unit or abort(404))
    return record_of_person(db.session(), found.account or abort(404))


def _page(found: Verification, form: VerdictForm, refused: str = "", number: str = "") -> str:
    sheet = SHEETS[found.subject]
    said = shown(sheet, _record(found))
    return render_template(
        "verification/case.html", case=found, form=form, refused=refused, number=number, slots=SLOTS[found.subject],
        said=[(field.label.text, said[field.name]) for field in sheet.form() if said[field.name]],
    )  # fmt: skip

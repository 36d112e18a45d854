"""交接审核: the requests that wait for the staff, and one of them."""

import uuid
from functools import partial

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from accounts.handing_over import conclude_handover, obstacles, people_of_handover
from accounts.involved import refuse_involved
from blueprints.access import actor, me, role
from blueprints.grant.granting import today
from blueprints.handover import blueprint
from blueprints.opened import opens_paper
from blueprints.storage import send_pdf
from blueprints.two_reviews import carry_out, find, lists, looked_at, seen, turn
from extensions import clock, db
from filings.submission import filing_no
from forms.admin import AdminForm
from forms.two_reviews import review_form
from models.account import Account
from models.handover import Handover
from models.two_reviews import WrongMove

LONG = 3  # working days a unit is told it takes
OWN_CASE = "不能审核与自己有关的交接"
Form = review_form((("approve", "通过，由复核人执行"), ("reject", "不通过")), "申请单位")


@blueprint.get("/cases")
@role("helpdesk")
def cases() -> str:
    """List what waits, the oldest first, and what was closed last."""
    return render_template("handover/cases.html", long=LONG, **lists(Handover))


@blueprint.get("/cases/<uuid:handover_id>")
@role("helpdesk")
def case(handover_id: uuid.UUID) -> str:
    """Show a request; its statement only to who looks at it now."""
    return _page(find(Handover, handover_id))


@blueprint.post("/cases/<uuid:handover_id>/taking")
@role("helpdesk")
def take(handover_id: uuid.UUID) -> ResponseReturnValue:
    """Begin the first review."""

    def act(found: Handover) -> None:
        refuse_involved(me().account, people_of_handover(db.session(), found), OWN_CASE)
        found.take(db.session(), seen(), actor(), clock.now())

    onward = url_for("handover.case", handover_id=handover_id)
    return carry_out(lambda: find(Handover, handover_id), act, _page, onward)


@blueprint.post("/cases/<uuid:handover_id>/release")
@role("helpdesk")
def give_back(handover_id: uuid.UUID) -> ResponseReturnValue:
    """Let somebody else begin."""

    def act(found: Handover) -> None:
        found.give_back(db.session(), seen(), actor(), clock.now())

    return carry_out(lambda: find(Handover, handover_id), act, _page)


@blueprint.post("/cases/<uuid:handover_id>")
@role("helpdesk")
def judge(handover_id: uuid.UUID) -> ResponseReturnValue:
    """Note a verdict; the second one that agrees carries it out or ends it."""
    form = Form(request.form)
    if not form.accepts():
        return _page(find(Handover, handover_id), form=form), 422

    def act(found: Handover) -> None:
        refuse_involved(me().account, people_of_handover(db.session(), found), OWN_CASE)
        verdict, reason = form["verdict"].data, form["reason"].data or ""
        is_decided = found.judge(db.session(), seen(), actor(), verdict, reason, clock.now())
        hindered = obstacles(db.session(), found, today()) if verdict == "approve" else []
        if hindered:
            raise WrongMove(f"现在不能执行：{hindered[0]}")
        if is_decided:
            conclude_handover(db.session(), found, actor(), clock.now())

    return carry_out(lambda: find(Handover, handover_id), act, partial(_page, form=form))


@blueprint.get("/cases/<uuid:handover_id>/statement.pdf")
@role("helpdesk")
def read_statement(handover_id: uuid.UUID) -> ResponseReturnValue:
    """Send the statement to who looks at the case now; every opening is written down."""
    found = looked_at(Handover, handover_id)
    if found.statement is None:
        abort(404)
    opens_paper(found.id, actor(), "statement", found.id)
    return send_pdf(found.statement.clean_sha256, found.statement_name)


def _page(found: Handover, refused: str = "", form: AdminForm | None = None) -> str:
    logins = select(Account.login_name).where(Account.unit_id == found.from_unit_id)
    return render_template(
        "handover/case.html", handover=found, refused=refused, form=form or Form(),
        numbers=[(filing_no(filing), filing) for filing in found.filings],
        hindered=obstacles(db.session(), found, today()) if found.is_waiting else [],
        logins=db.session.scalars(logins).all() if found.from_unit_id else [], **turn(found),
    )  # fmt: skip

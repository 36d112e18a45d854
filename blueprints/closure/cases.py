"""注销审核: the requests of units that wait for the staff, and one of them."""

import uuid
from functools import partial

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accounts.closing_unit import conclude_request, hindrances
from accounts.involved import refuse_involved
from blueprints.access import actor, me, role
from blueprints.closure import blueprint
from blueprints.grant.granting import today
from blueprints.opened import opens_paper
from blueprints.storage import send_pdf
from blueprints.two_reviews import carry_out, find, lists, looked_at, seen, turn
from extensions import clock, db
from forms.admin import AdminForm
from forms.two_reviews import review_form
from models.closure_request import ClosureRequest
from models.two_reviews import WrongMove

LONG = 3  # working days a unit is told it takes
OWN_CASE = "不能审核与自己有关的注销"
Form = review_form((("approve", "通过，15 天后注销"), ("reject", "不通过")), "申请单位")


@blueprint.get("/cases")
@role("helpdesk")
def cases() -> str:
    """List what waits, the oldest first, and what was closed last."""
    return render_template("closure/cases.html", long=LONG, **lists(ClosureRequest))


@blueprint.get("/cases/<uuid:request_id>")
@role("helpdesk")
def case(request_id: uuid.UUID) -> str:
    """Show a request; its statement only to who looks at it now."""
    return _page(find(ClosureRequest, request_id))


@blueprint.post("/cases/<uuid:request_id>/taking")
@role("helpdesk")
def take(request_id: uuid.UUID) -> ResponseReturnValue:
    """Begin the first review."""

    def act(found: ClosureRequest) -> None:
        refuse_involved(me().account, [found.account], OWN_CASE)
        found.take(db.session(), seen(), actor(), clock.now())

    onward = url_for("closure.case", request_id=request_id)
    return carry_out(lambda: find(ClosureRequest, request_id), act, _page, onward)


@blueprint.post("/cases/<uuid:request_id>/release")
@role("helpdesk")
def give_back(request_id: uuid.UUID) -> ResponseReturnValue:
    """Let somebody else begin."""

    def act(found: ClosureRequest) -> None:
        found.give_back(db.session(), seen(), actor(), clock.now())

    return carry_out(lambda: find(ClosureRequest, request_id), act, _page)


@blueprint.post("/cases/<uuid:request_id>")
@role("helpdesk")
def judge(request_id: uuid.UUID) -> ResponseReturnValue:
    """Note a verdict; the second one that agrees begins the fortnight, or ends the request."""
    form = Form(request.form)
    if not form.accepts():
        return _page(find(ClosureRequest, request_id), form=form), 422

    def act(found: ClosureRequest) -> None:
        refuse_involved(me().account, [found.account], OWN_CASE)
        verdict, reason = form["verdict"].data, form["reason"].data or ""
        is_decided = found.judge(db.session(), seen(), actor(), verdict, reason, clock.now())
        hindered = hindrances(db.session(), found, today()) if verdict == "approve" else []
        if hindered:
            raise WrongMove(f"现在不能通过：{hindered[0]}")
        if is_decided:
            conclude_request(db.session(), found, actor(), clock.now())

    return carry_out(lambda: find(ClosureRequest, request_id), act, partial(_page, form=form))


@blueprint.get("/cases/<uuid:request_id>/statement.pdf")
@role("helpdesk")
def read_statement(request_id: uuid.UUID) -> ResponseReturnValue:
    """Send the statement to who looks at the case now; every opening is written down."""
    found = looked_at(ClosureRequest, request_id)
    if found.statement is None:
        abort(404)
    opens_paper(found.id, actor(), "statement", found.id)
    return send_pdf(found.statement.clean_sha256, found.statement_name)


def _page(found: ClosureRequest, refused: str = "", form: AdminForm | None = None) -> str:
    hindered = hindrances(db.session(), found, today()) if found.is_waiting else []
    return render_template(
        "closure/case.html",
        closure=found,
        refused=refused,
        form=form or Form(),
        hindered=hindered,
        **turn(found),
    )

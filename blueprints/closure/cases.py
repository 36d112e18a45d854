"""注销审核: the requests of units that wait for the staff, and one of them."""

import uuid
from collections.abc import Callable

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from accounts.closing_unit import conclude_request, hindrances
from accounts.involved import refuse_involved
from accounts.waiting import days_waited
from blueprints.access import actor, me, role
from blueprints.closure import blueprint
from blueprints.grant.granting import today
from blueprints.opened import opens_paper
from blueprints.storage import send_pdf
from blueprints.two_reviews import carry_out, seen
from extensions import clock, db
from forms.admin import AdminForm
from forms.two_reviews import review_form
from models.closure_request import ClosureRequest
from models.two_reviews import WAITING, WrongMove

PAGE_ROWS = 100
CLOSED_ROWS = 20
LONG = 3  # working days a unit is told it takes
OWN_CASE = "不能审核与自己有关的注销"
Form = review_form((("approve", "通过，15 天后注销"), ("reject", "不通过")), "申请单位")


@blueprint.get("/cases")
@role("helpdesk")
def cases() -> str:
    """List what waits, the oldest first, and what was closed last."""
    waiting = (
        select(ClosureRequest).where(ClosureRequest.state.in_(WAITING)).order_by(ClosureRequest.created_at)
    )
    closed = select(ClosureRequest).where(ClosureRequest.decided_at.is_not(None))
    return render_template(
        "closure/cases.html", waiting=db.session.scalars(waiting.limit(PAGE_ROWS)).all(),
        closed=db.session.scalars(closed.order_by(ClosureRequest.decided_at.desc()).limit(CLOSED_ROWS)).all(),
        me_id=me().account_id, long=LONG, waited=days_waited(db.session(), clock.now()),
    )  # fmt: skip


@blueprint.get("/cases/<uuid:request_id>")
@role("helpdesk")
def case(request_id: uuid.UUID) -> str:
    """Show a request; its statement only to who looks at it now."""
    return _page(_request(request_id))


@blueprint.post("/cases/<uuid:request_id>/taking")
@role("helpdesk")
def take(request_id: uuid.UUID) -> ResponseReturnValue:
    """Begin the first review."""

    def act(found: ClosureRequest) -> None:
        refuse_involved(me().account, [found.account], OWN_CASE)
        found.take(db.session(), seen(), actor(), clock.now())

    return _done(request_id, act, url_for("closure.case", request_id=request_id))


@blueprint.post("/cases/<uuid:request_id>/release")
@role("helpdesk")
def give_back(request_id: uuid.UUID) -> ResponseReturnValue:
    """Let somebody else begin."""
    return _done(request_id, lambda one: one.give_back(db.session(), seen(), actor(), clock.now()))


@blueprint.post("/cases/<uuid:request_id>")
@role("helpdesk")
def judge(request_id: uuid.UUID) -> ResponseReturnValue:
    """Note a verdict; the second one that agrees begins the fortnight, or ends the request."""
    form = Form(request.form)
    if not form.accepts():
        return _page(_request(request_id), form=form), 422

    def act(found: ClosureRequest) -> None:
        refuse_involved(me().account, [found.account], OWN_CASE)
        verdict, reason = form["verdict"].data, form["reason"].data or ""
        hindered = hindrances(db.session(), found, today()) if verdict == "approve" else []
        if hindered:
            raise WrongMove(f"现在不能通过：{hindered[0]}")
        if found.judge(db.session(), seen(), actor(), verdict, reason, clock.now()):
            conclude_request(db.session(), found, actor(), clock.now())

    return _done(request_id, act, form=form)


@blueprint.get("/cases/<uuid:request_id>/statement.pdf")
@role("helpdesk")
def read_statement(request_id: uuid.UUID) -> ResponseReturnValue:
    """Send the statement to who looks at the case now; every opening is written down."""
    found = _request(request_id)
    if not found.is_seen_by(me().account_id) or found.statement is None:
        abort(404)
    opens_paper(found.id, actor(), "statement", found.id)
    return send_pdf(found.statement.clean_sha256, found.statement_name)


def _request(request_id: uuid.UUID) -> ClosureRequest:
    return db.session.get(ClosureRequest, request_id) or abort(404)


def _done(
    request_id: uuid.UUID,
    act: Callable[[ClosureRequest], None],
    onward: str = "",
    form: AdminForm | None = None,
) -> ResponseReturnValue:
    def page(found: ClosureRequest, refused: str) -> str:
        return _page(found, refused, form)

    return carry_out(lambda: _request(request_id), act, page, onward or url_for("closure.cases"))


def _page(found: ClosureRequest, refused: str = "", form: AdminForm | None = None) -> str:
    return render_template(
        "closure/case.html", closure=found, refused=refused, form=form or Form(), me_id=me().account_id,
        is_seen=found.is_seen_by(me().account_id), may_take=found.may_be_taken(me().account_id, clock.now()),
        hindered=hindrances(db.session(), found, today()) if found.is_waiting else [],
    )  # fmt: skip

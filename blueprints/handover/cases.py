"""交接审核: the requests that wait for the staff, and one of them."""

import uuid
from collections.abc import Callable

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from accounts.handing_over import conclude_handover, obstacles, people_of_handover
from accounts.involved import refuse_involved
from accounts.waiting import days_waited
from blueprints.access import actor, me, role
from blueprints.grant.granting import today
from blueprints.handover import blueprint
from blueprints.opened import opens_paper
from blueprints.storage import send_pdf
from blueprints.two_reviews import carry_out, seen
from extensions import clock, db
from filings.submission import filing_no
from forms.admin import AdminForm
from forms.two_reviews import review_form
from models.account import Account
from models.handover import Handover
from models.two_reviews import WAITING, WrongMove

PAGE_ROWS = 100
CLOSED_ROWS = 20
LONG = 3  # working days a unit is told it takes
OWN_CASE = "不能审核与自己有关的交接"
Form = review_form((("approve", "通过，由复核人执行"), ("reject", "不通过")), "申请单位")


@blueprint.get("/cases")
@role("helpdesk")
def cases() -> str:
    """List what waits, the oldest first, and what was closed last."""
    waiting = select(Handover).where(Handover.state.in_(WAITING)).order_by(Handover.created_at)
    closed = select(Handover).where(Handover.decided_at.is_not(None)).order_by(Handover.decided_at.desc())
    return render_template(
        "handover/cases.html", waiting=db.session.scalars(waiting.limit(PAGE_ROWS)).all(),
        closed=db.session.scalars(closed.limit(CLOSED_ROWS)).all(), me_id=me().account_id, long=LONG,
        waited=days_waited(db.session(), clock.now()),
    )  # fmt: skip


@blueprint.get("/cases/<uuid:handover_id>")
@role("helpdesk")
def case(handover_id: uuid.UUID) -> str:
    """Show a request; its statement only to who looks at it now."""
    return _page(_handover(handover_id))


@blueprint.post("/cases/<uuid:handover_id>/taking")
@role("helpdesk")
def take(handover_id: uuid.UUID) -> ResponseReturnValue:
    """Begin the first review."""

    def act(found: Handover) -> None:
        refuse_involved(me().account, people_of_handover(db.session(), found), OWN_CASE)
        found.take(db.session(), seen(), actor(), clock.now())

    return _done(handover_id, act, url_for("handover.case", handover_id=handover_id))


@blueprint.post("/cases/<uuid:handover_id>/release")
@role("helpdesk")
def give_back(handover_id: uuid.UUID) -> ResponseReturnValue:
    """Let somebody else begin."""
    return _done(handover_id, lambda one: one.give_back(db.session(), seen(), actor(), clock.now()))


@blueprint.post("/cases/<uuid:handover_id>")
@role("helpdesk")
def judge(handover_id: uuid.UUID) -> ResponseReturnValue:
    """Note a verdict; the second one that agrees carries it out or ends it."""
    form = Form(request.form)
    if not form.accepts():
        return _page(_handover(handover_id), form=form), 422

    def act(found: Handover) -> None:
        refuse_involved(me().account, people_of_handover(db.session(), found), OWN_CASE)
        verdict, reason = form["verdict"].data, form["reason"].data or ""
        is_decided = found.judge(db.session(), seen(), actor(), verdict, reason, clock.now())
        hindered = obstacles(db.session(), found, today()) if verdict == "approve" else []
        if hindered:
            raise WrongMove(f"现在不能执行：{hindered[0]}")
        if is_decided:
            conclude_handover(db.session(), found, actor(), clock.now())

    return _done(handover_id, act, form=form)


@blueprint.get("/cases/<uuid:handover_id>/statement.pdf")
@role("helpdesk")
def read_statement(handover_id: uuid.UUID) -> ResponseReturnValue:
    """Send the statement to who looks at the case now; every opening is written down."""
    found = _handover(handover_id)
    if not found.is_seen_by(me().account_id) or found.statement is None:
        abort(404)
    opens_paper(found.id, actor(), "statement", found.id)
    return send_pdf(found.statement.clean_sha256, found.statement_name)


def _handover(handover_id: uuid.UUID) -> Handover:
    return db.session.get(Handover, handover_id) or abort(404)


def _done(
    handover_id: uuid.UUID, act: Callable[[Handover], None], onward: str = "", form: AdminForm | None = None
) -> ResponseReturnValue:
    def page(found: Handover, refused: str) -> str:
        return _page(found, refused, form)

    return carry_out(lambda: _handover(handover_id), act, page, onward or url_for("handover.cases"))


def _page(found: Handover, refused: str = "", form: AdminForm | None = None) -> str:
    logins = select(Account.login_name).where(Account.unit_id == found.from_unit_id)
    is_seen = found.is_seen_by(me().account_id)
    return render_template(
        "handover/case.html", handover=found, refused=refused, form=form or Form(), is_seen=is_seen,
        numbers=[(filing_no(filing), filing) for filing in found.filings],
        hindered=obstacles(db.session(), found, today()) if found.is_waiting else [],
        logins=db.session.scalars(logins).all() if found.from_unit_id else [], me_id=me().account_id,
        may_take=found.may_be_taken(me().account_id, clock.now()),
    )  # fmt: skip

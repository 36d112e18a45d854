"""The requests of a unit: the list, one of them with how it stands, and taking it back."""

import uuid

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from blueprints.access import actor, me, role
from blueprints.handover import blueprint
from blueprints.storage import send_pdf
from blueprints.two_reviews import carry_out, seen
from extensions import clock, db
from filings.submission import filing_no
from filings.timeline import Step
from models.handover import Handover


@blueprint.get("")
@role("legal", "unit_admin")
def handovers() -> str:
    """List the requests of the unit, the newest first."""
    mine = select(Handover).where(Handover.unit_id == me().unit_id).order_by(Handover.created_at.desc())
    return render_template("handover/list.html", handovers=db.session.scalars(mine.limit(100)).all())


@blueprint.get("/<uuid:handover_id>")
@role("legal", "unit_admin")
def handover(handover_id: uuid.UUID) -> str:
    """Show a request of the unit and how far it got."""
    return _page(_own(handover_id))


@blueprint.post("/<uuid:handover_id>/withdrawal")
@role("legal", "unit_admin")
def withdraw(handover_id: uuid.UUID) -> ResponseReturnValue:
    """Take a request back that is not decided."""

    def act(found: Handover) -> None:
        found.withdraw(db.session(), seen(), actor(), clock.now())

    onward = url_for("handover.handover", handover_id=handover_id)
    return carry_out(lambda: _own(handover_id), act, _page, onward)


@blueprint.get("/<uuid:handover_id>/statement.pdf")
@role("legal", "unit_admin")
def statement(handover_id: uuid.UUID) -> ResponseReturnValue:
    """Send the unit its own statement."""
    found = _own(handover_id)
    return send_pdf((found.statement or abort(404)).clean_sha256, found.statement_name)


def _own(handover_id: uuid.UUID) -> Handover:
    query = select(Handover).where(Handover.id == handover_id, Handover.unit_id == me().unit_id)
    return db.session.scalars(query).first() or abort(404)


def _page(found: Handover, refused: str = "") -> str:
    numbers = [(filing_no(filing), filing) for filing in found.filings]
    return render_template(
        "handover/request.html", handover=found, numbers=numbers, refused=refused, steps=_steps(found)
    )


def _steps(found: Handover) -> list[Step]:
    """Say what happened and what comes next; the names of the staff are theirs."""
    steps = [Step("done", "提交申请", found.created_at)]
    if found.is_waiting:
        stages = [("submitted", "等待初审"), ("in_review", "初审"), ("second_review", "复核")]
        at = [state for state, _ in stages].index(found.state)
        steps += [Step("done", "初审", found.taken_at)] if at == 2 else []
        steps.append(Step("now", stages[at][1], note="一般 3 个工作日办结"))
        return (
            steps
            + [Step("future", words) for _, words in stages[max(at, 1) + 1 :]]
            + [Step("future", "办结")]
        )
    words = {"approved": "已办结，申报已更换", "rejected": "未通过", "withdrawn": "已撤回"}[found.state]
    return [*steps, Step("done", words, found.decided_at, f"原因：{found.reason}" if found.reason else "")]

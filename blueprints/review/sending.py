"""发送: ticked rows of the queue, first what it will do, then done, with the result of every row."""

import uuid
from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from blueprints.access import actor, me, role
from blueprints.idempotency import remember, was_done
from blueprints.review import blueprint
from blueprints.review.queue import queue_page, ticked_filings
from extensions import clock, db
from filings.opinions import opinion_in_hand
from filings.sending import AT_ONCE, Outcome, in_words, send_opinions
from models.filing import Filing
from models.opinion import Opinion


@dataclass(frozen=True)
class Ticked:
    """One row to be sent: what the opinion says now, and what sending it will do."""

    filing: Filing
    opinion: Opinion
    version: int
    consequence: str

    @property
    def is_stale(self) -> bool:
        return self.opinion.version != self.version


@blueprint.post("/sending/check")
@role("reviewer")
def check_sending() -> ResponseReturnValue:
    """Show what sending the ticked rows will do; nothing is done yet."""
    ticked = ticked_filings()
    if not ticked or len(ticked) > AT_ONCE:
        words = "请先勾选要发送的申报" if not ticked else f"一次最多发送 {AT_ONCE} 件，请减少勾选"
        return queue_page(refusal=words), 422
    rows = _rows(ticked)
    return render_template("review/sending.html", rows=rows, missing=len(ticked) - len(rows))


@blueprint.post("/sending")
@role("reviewer")
def send() -> ResponseReturnValue:
    """Send the opinions on the ticked rows and say what became of each."""
    ticked = ticked_filings()
    if not ticked or len(ticked) > AT_ONCE:
        return queue_page(refusal=f"请勾选 1 到 {AT_ONCE} 件申报"), 422
    if was_done():
        return queue_page(done="这些意见已经发送过，不会重复发送。"), 200
    outcomes = send_opinions(db.session(), ticked, actor(), clock.now())
    if _nothing_sent(outcomes):
        names = [(outcome.filing, outcome.refused) for outcome in outcomes]
        db.session.rollback()
        return render_template("review/sent.html", outcomes=outcomes, names=names), 422
    remember()
    db.session.commit()
    return render_template("review/sent.html", outcomes=outcomes, names=[])


def _nothing_sent(outcomes: list[Outcome]) -> bool:
    return all(outcome.refused is not None for outcome in outcomes)


def _rows(ticked: dict[uuid.UUID, int]) -> list[Ticked]:
    office_id = me().office_id
    found = db.session.scalars(
        select(Filing).where(Filing.id.in_(ticked), Filing.current_office_id == office_id)
    )
    rows = []
    for filing in found:
        opinion = opinion_in_hand(db.session(), filing.id, office_id) if office_id else None
        if opinion is not None and opinion.is_saved:
            words = in_words(db.session(), filing, opinion)
            rows.append(Ticked(filing, opinion, ticked[filing.id], words))
    return rows

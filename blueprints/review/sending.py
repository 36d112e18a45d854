"""发送: ticked rows of the queue, first what it will do, then done, with the result of every row."""

import uuid
from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from blueprints.access import actor, me, role
from blueprints.idempotency import remember, was_done
from blueprints.review import blueprint
from blueprints.review.queue import queue_page, refuse_number, ticked_filings
from extensions import clock, db
from filings.review.opinions import opinions_in_hand
from filings.review.sending import Outcome, in_words, send_opinions
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
    refusal = refuse_number(ticked)
    if refusal:
        return queue_page(refusal=refusal), 422
    rows = _rows(ticked)
    return render_template("review/sending.html", rows=rows, missing=len(ticked) - len(rows))


@blueprint.post("/sending")
@role("reviewer")
def send() -> ResponseReturnValue:
    """Send the opinions on the ticked rows and say what became of each."""
    ticked = ticked_filings()
    refusal = refuse_number(ticked)
    if refusal:
        return queue_page(refusal=refusal), 422
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
    """Return the rows that can be sent, in the order of the queue; the others are left out."""
    office_id = me().office_id
    here = select(Filing).where(Filing.id.in_(ticked), Filing.current_office_id == office_id)
    filings = {
        filing.id: filing
        for filing in db.session.scalars(here.options(joinedload(Filing.unit), joinedload(Filing.batch)))
    }
    in_hand = opinions_in_hand(db.session(), ticked, office_id)
    return [
        Ticked(filings[filing_id], opinion, version, in_words(db.session(), filings[filing_id], opinion))
        for filing_id, version in ticked.items()
        if filing_id in filings and (opinion := in_hand.get(filing_id)) is not None and opinion.is_saved
    ]

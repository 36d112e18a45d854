"""流转记录: every round of a filing with its opinions and requests, and every act."""

import uuid
from collections.abc import Sequence
from itertools import groupby

from blueprints.access import role
from blueprints.review import blueprint
from blueprints.review.page import assigned_page, render
from extensions import db
from filings.review.opinions import sent_opinions
from filings.review.requests import requests_of
from filings.timeline import desk_log
from models.opinion import Opinion
from models.return_request import ReturnRequest

Round = tuple[int, list[tuple[Opinion, Sequence[ReturnRequest]]]]


@blueprint.get("/<uuid:filing_id>/history")
@role("reviewer")
def history(filing_id: uuid.UUID) -> str:
    """Show what happened to the filing, newest round first."""
    page = assigned_page(filing_id)
    log = desk_log(db.session(), page.filing)
    return render("review/history.html", page, viewer=None, rounds=_rounds(page.filing.id), log=log)


def _rounds(filing_id: uuid.UUID) -> list[Round]:
    sent = sorted(sent_opinions(db.session(), filing_id), key=lambda one: one.round)
    rounds = [
        (number, [(opinion, requests_of(db.session(), opinion)) for opinion in opinions])
        for number, opinions in groupby(sent, key=lambda one: one.round)
    ]
    return rounds[::-1]

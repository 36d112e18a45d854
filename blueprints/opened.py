"""Noting what people looked at: the filing that came to them, from then on nothing is taken back (更正), and papers.

Like the touch of a session this is a short transaction of its own, after the page is made.
"""

import uuid

from flask import Flask, g
from flask.wrappers import Response
from sqlalchemy import update

from extensions import clock, db
from models.event import Actor, record_event
from models.filing import Filing
from models.moves import Status

FOR_THE_APPLICANT = (Status.RETURNED, Status.REJECTED)


def seen_by_office(filing: Filing, office_id: object) -> None:
    """Remember that somebody of `office_id` looks into the filing in this request."""
    if filing.current_office_id == office_id:
        _remember(filing)


def seen_by_unit(filing: Filing) -> None:
    """Remember that the applicant looks into the filing in this request."""
    if filing.status in FOR_THE_APPLICANT:
        _remember(filing)


def _remember(filing: Filing) -> None:
    if filing.opened_at is None:
        g.opened = (filing.id, filing.revision)


def opens_paper(stream_id: uuid.UUID, actor: Actor, paper: str, case: uuid.UUID) -> None:
    """Remember that a member of the staff opens a paper of a case in this request."""
    g.paper = (stream_id, actor, {"paper": paper, "case": str(case)})


def init_app(app: Flask) -> None:
    """Write down after each request what was looked into."""
    app.after_request(_note)
    app.after_request(_note_paper)


def _note_paper(response: Response) -> Response:
    """Record the opening before the first byte of the paper leaves; without the record it does not."""
    opened = g.pop("paper", None)
    if opened is not None and response.status_code < 400:
        stream_id, actor, details = opened
        db.start_writing()
        record_event(db.session(), stream_id, "open_paper", actor, clock.now(), details=details)
        db.session.commit()
    return response


def _note(response: Response) -> Response:
    opened = g.pop("opened", None)
    if opened is None or response.status_code >= 400:
        return response
    filing_id, revision = opened
    db.start_writing()
    db.session.execute(
        update(Filing)
        .where(Filing.id == filing_id, Filing.revision == revision, Filing.opened_at.is_(None))
        .values(opened_at=clock.now())
    )
    db.session.commit()
    return response

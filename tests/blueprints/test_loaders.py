"""What a loader finds: one's own filings, those that may still be edited, those that came to one's office."""

import uuid
from datetime import UTC, datetime
from itertools import product

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.exceptions import Conflict, NotFound

from blueprints import access
from models.account import Account
from models.filing import Filing
from models.login_session import LoginSession
from models.makerspace_filing import MakerspaceFiling
from models.moves import Status
from tests.build import (
    NOW,
    build_account,
    build_carrier,
    build_filing,
    build_grant,
    build_reviewer,
    build_unit,
    reference_office,
)
from tests.reviewing import filings_before


def as_seen_by(app: Flask, session: Session, account: Account, loader: str, filing_id: uuid.UUID) -> object:
    """Call the loader in a request of `account`; return the filing's name or the status of the refusal."""
    _, token = LoginSession.start(session, account, datetime.now(UTC), address="", browser="")
    session.commit()
    headers = {"Cookie": f"{app.config['SIGN_IN_COOKIE']}={token}"}
    with app.test_request_context(headers=headers):
        try:
            filing = getattr(access, loader)(filing_id)
            return type(filing), filing.name
        except (NotFound, Conflict) as error:
            return error.code


def test_a_unit_finds_its_own_filings_whole(app: Flask, session: Session) -> None:
    filing = build_filing(session)
    owner = build_account(session, unit=filing.unit)
    for loader in ("own_filing", "editable_filing"):
        assert as_seen_by(app, session, owner, loader, filing.id) == (MakerspaceFiling, filing.name)


@pytest.mark.parametrize("loader", ["own_filing", "editable_filing", "assigned_filing"])
def test_what_is_not_ones_own_is_not_there(app: Flask, session: Session, loader: str) -> None:
    filing = build_filing(session)
    clerk = build_account(session, "natural")
    build_grant(session, build_unit(session), clerk)
    strangers = [build_account(session), clerk, build_account(session, "staff", staff_role="helpdesk")]
    for stranger in strangers:
        assert as_seen_by(app, session, stranger, loader, filing.id) == 404
        assert as_seen_by(app, session, stranger, loader, uuid.uuid4()) == 404


def test_a_clerk_finds_the_filings_of_the_unit_he_acts_for(app: Flask, session: Session) -> None:
    filing = build_filing(session)
    clerk = build_account(session, "natural")
    build_grant(session, filing.unit, clerk)
    assert as_seen_by(app, session, clerk, "own_filing", filing.id) == (MakerspaceFiling, filing.name)


@pytest.mark.parametrize("status", list(Status))
def test_what_is_no_longer_a_draft_cannot_be_edited(app: Flask, session: Session, status: Status) -> None:
    filing = build_filing(session)
    owner = build_account(session, unit=filing.unit)
    put(session, filing, status)
    editable = as_seen_by(app, session, owner, "editable_filing", filing.id)
    assert (editable == 409) is (status not in (Status.DRAFT, Status.RETURNED))


OFFICES = [
    ("city", "440100"), ("city", "440600"), ("province", "440000"), ("province", "440300"),
    ("province", "110000"), ("torch", "000000"),
]  # fmt: skip
PLACES = [("440106", "city", "440100"), ("440305", "province", "440300"), ("440604", "city", "440600")]


@pytest.mark.parametrize(("place", "first_level", "receiving"), PLACES)
def test_an_office_finds_what_came_before_it(
    app: Flask, session: Session, place: str, first_level: str, receiving: str
) -> None:
    carrier = build_carrier(session, build_unit(session, region_code=place))
    filing = build_filing(session, carrier=carrier)
    filing.receiving_office = reference_office(session, first_level, receiving)
    reviewers = {office: build_reviewer(session, *office) for office in OFFICES}
    path = [(first_level, receiving)]
    path += [("province", "440000")] * (first_level == "city") + [("torch", "000000")]
    for current, office in product(range(len(path)), OFFICES):
        put(session, filing, Status.UNDER_REVIEW, path[current][0])
        found = as_seen_by(app, session, reviewers[office], "assigned_filing", filing.id)
        assert (found != 404) is (office in path[: current + 1]), (office, path[current])
        queue = filings_before(session, reviewers[office].office)
        assert (filing in queue) is (found != 404), "the queue and the page agree"


@pytest.mark.parametrize("status", [Status.DRAFT, Status.WITHDRAWN])
def test_an_office_does_not_find_what_was_not_handed_in(app: Flask, session: Session, status: Status) -> None:
    filing = build_filing(session)
    filing.receiving_office = reference_office(session)
    put(session, filing, status, "city")
    assert as_seen_by(app, session, build_reviewer(session), "assigned_filing", filing.id) == 404


def test_a_reviewer_of_a_closed_office_finds_nothing(app: Flask, session: Session) -> None:
    filing = build_filing(session)
    filing.receiving_office = reference_office(session)
    put(session, filing, Status.UNDER_REVIEW, "city")
    reviewer = build_reviewer(session)
    assert as_seen_by(app, session, reviewer, "assigned_filing", filing.id) != 404
    reviewer.office.is_active = False
    assert as_seen_by(app, session, reviewer, "assigned_filing", filing.id) == 404


def put(session: Session, filing: Filing, status: Status, level: str | None = None) -> None:
    """Put the filing where its history would have brought it."""
    filing.status, filing.current_level = status, level
    filing.first_level = filing.receiving_office.level if filing.receiving_office else None
    filing.reached_level = level
    filing.submitted_at = None if status == Status.DRAFT else NOW
    session.commit()

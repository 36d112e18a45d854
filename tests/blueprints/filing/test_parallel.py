"""Requests that arrive at the same moment, each in a thread of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.account import Account
from models.attachment import Attachment
from models.filing import Filing
from models.venue import Venue
from tests.browsing import Clerk
from tests.build import build_account, build_batch, build_carrier
from tests.completing import VENUE, small_pdf


@pytest.fixture
def account(session: Session) -> Account:
    account = build_account(session)
    build_batch(session)
    build_carrier(session, account.unit)
    return account


def at_once(clerks: list[Clerk], act: Callable[[Clerk], TestResponse]) -> list[int]:
    with ThreadPoolExecutor(len(clerks)) as pool:
        return sorted(answer.status_code for answer in pool.map(act, clerks))


@pytest.fixture
def clerks(client: FlaskClient, account: Account, session: Session) -> list[Clerk]:
    """Four browsers of one account; the test's own session keeps out of their way."""
    clerks = [Clerk(client.application.test_client(), account) for _ in range(4)]
    client.application.test_client_class = FlaskClient
    for clerk in clerks:
        clerk.client.__class__ = FlaskClient
    session.commit()
    return clerks


def test_one_request_sent_four_times_makes_one_row(clerks: list[Clerk], session: Session) -> None:
    filing = clerks[0].open_filing()
    answers = VENUE | {"idempotency_key": "one and the same"}
    assert at_once(clerks, lambda clerk: clerk.post(f"{filing}/venue_rows", answers)) == [303] * 4
    assert session.scalar(select(func.count()).select_from(Venue)) == 1


def test_of_four_who_save_one_version_one_wins_and_three_are_told(
    clerks: list[Clerk], session: Session
) -> None:
    filing = clerks[0].open_filing()
    row = clerks[0].post(f"{filing}/venue_rows", VENUE).headers["Location"].split("#venue_rows-")[1]
    answers = VENUE | {"version": "1"}
    statuses = at_once(clerks, lambda clerk: clerk.post(f"{filing}/venue_rows/{row}", answers))
    assert statuses == [303, 409, 409, 409]
    assert session.scalars(select(Venue)).one().version == 2


def test_four_uploads_of_one_file_leave_one_attachment(clerks: list[Clerk], session: Session) -> None:
    filing, data = clerks[0].open_filing(), small_pdf()
    path = f"{filing}/files/commitment_file"
    assert at_once(clerks, lambda clerk: clerk.upload(path, data)) == [303] * 4
    assert session.scalar(select(func.count()).select_from(Attachment)) == 1


def test_of_four_who_open_a_filing_for_one_carrier_one_wins(clerks: list[Clerk], session: Session) -> None:
    statuses = at_once(clerks, lambda clerk: clerk.post("/filings", {"kind": "makerspace"}))
    assert statuses == [303, 422, 422, 422]
    assert session.scalar(select(func.count()).select_from(Filing)) == 1

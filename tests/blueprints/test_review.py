"""The desk of an office: what came before it, page by page, and every filing as it was submitted."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models.filing import Filing
from tests.browsing import Clerk
from tests.build import (
    NOW,
    build_account,
    build_filing,
    build_reviewer,
    build_unit,
    reference_office,
)
from tests.submitting import submitted_filing


@pytest.fixture
def reviewer(client: FlaskClient, session: Session) -> Clerk:
    """Somebody of the office of 广州."""
    return Clerk(client, build_reviewer(session))


def lay_before(session: Session, number: int, region: str = "440106") -> Filing:
    """Put a filing in the queue, `number` minutes after the first; its content does not matter."""
    filing = build_filing(session, unit=build_unit(session, region_code=region))
    filing.region_code, filing.status, filing.current_level = region, "under_review", "city"
    filing.name, filing.submitted_at = f"第{number:03}号空间", NOW + timedelta(minutes=number)
    filing.arrived_at = filing.submitted_at
    filing.receiving_office = filing.current_office = reference_office(session)
    filing.first_level = filing.reached_level = "city"
    session.commit()
    return filing


def listed(desk: Clerk, page: str = "") -> list[str]:
    return [tag.get_text() for tag in desk.page(f"/review{page}").select("#queue td.lead b")]


def test_an_empty_queue_says_so(reviewer: Clerk) -> None:
    assert "目前没有送达的申报" in reviewer.page("/review").get_text()


@pytest.mark.parametrize(
    ("level", "region", "count"),
    [
        ("city", "440100", 2),
        ("city", "440600", 1),
        ("province", "440300", 1),
        ("province", "440000", 0),  # nothing has reached the province
        ("province", "330000", 0),
    ],
)
def test_an_office_sees_what_came_from_its_own_region(
    client: FlaskClient, session: Session, level: str, region: str, count: int
) -> None:
    places = ("440106", "440103", "440604", "440305", "330106")
    for number, place in enumerate(places):
        filing = lay_before(session, number, place)
        here = {"440604": ("city", "440600"), "440305": ("province", "440300"), "330106": ("city", "330100")}
        filing.receiving_office = reference_office(session, *here.get(place, ("city", "440100")))
        filing.current_office = filing.receiving_office
        filing.first_level = filing.reached_level = filing.receiving_office.level
    session.commit()
    desk = Clerk(client, build_reviewer(session, level, region))
    assert len(listed(desk)) == count


@pytest.mark.parametrize("status", ["draft", "withdrawn"])
def test_what_is_not_submitted_is_not_there(reviewer: Clerk, session: Session, status: str) -> None:
    filing = lay_before(session, 1)
    filing.status = status
    assert listed(reviewer) == []
    assert reviewer.get(f"/review/{filing.id}").status_code == 404


def test_only_reviewers_come_in(client: FlaskClient, session: Session) -> None:
    filing = submitted_filing(session)
    for person in (
        build_account(session), build_account(session, unit=filing.unit), build_account(session, "natural"),
        build_account(session, "staff", staff_role="helpdesk"),
    ):  # fmt: skip
        clerk = Clerk(client, person)
        for path in ("", f"/{filing.id}"):
            assert clerk.get(f"/review{path}").status_code == 403


def test_a_reviewer_does_not_come_to_the_counter_of_the_unit(reviewer: Clerk, session: Session) -> None:
    filing = submitted_filing(session)
    for path in ("preview", "venue", "materials", "receipt", "files/commitment_file"):
        assert reviewer.get(f"/filings/{filing.id}/{path}").status_code == 403
    assert reviewer.post(f"/filings/{filing.id}/withdrawal").status_code == 403

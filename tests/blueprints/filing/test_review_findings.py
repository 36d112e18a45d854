"""What a reader of the code found by trying, so that it does not come back."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.attachment import Attachment
from models.filing import Filing
from models.resident import Enterprise, Team
from tests.browsing import Clerk, codes, soup
from tests.build import build_account, build_batch, build_carrier, build_row
from tests.completing import complete, generate, small_pdf, submit


@pytest.fixture
def clerk(client: FlaskClient, session: Session) -> Clerk:
    account = build_account(session)
    build_batch(session)
    build_carrier(session, account.unit)
    return Clerk(client, account)


@pytest.fixture
def filing(clerk: Clerk) -> str:
    return clerk.open_filing()


@pytest.mark.parametrize("removed", ["../removal?", "../../../logout", "x", ""])
def test_an_address_cannot_aim_the_undo_button_elsewhere(clerk: Clerk, filing: str, removed: str) -> None:
    page = clerk.page(f"{filing}/venue_rows?removed={removed}")
    assert page.select("form.notice") == []


def test_a_scan_far_too_large_is_refused_in_its_slot(clerk: Clerk, filing: str) -> None:
    answer = clerk.upload(f"{filing}/files/commitment_file", small_pdf() + b" " * 6_000_000, htmx=True)
    assert answer.status_code == 413
    slot = soup(answer).find(id="slot-commitment_file")
    assert codes(slot) == ["E_FILE_SIZE", "E_REQUIRED"]
    assert slot.select("input[type=file]")


def test_no_file_goes_into_a_cell_that_may_not_be_filled(clerk: Clerk, filing: str, session: Session) -> None:
    stored = session.scalars(select(Filing)).one()
    team = build_row(session, stored, Team, team_name="甲", has_financing=False)
    answer = clerk.upload(f"{filing}/teams/{team.id}/files/financing_file", small_pdf())
    assert (answer.status_code, codes(soup(answer))) == (422, ["E_NOT_FILLABLE"])
    assert session.scalars(select(Attachment)).all() == []


def test_renaming_one_of_two_equal_teams_moves_no_enterprise(
    clerk: Clerk, filing: str, session: Session
) -> None:
    stored = session.scalars(select(Filing)).one()
    teams = [build_row(session, stored, Team, team_name="甲", has_financing=False) for _ in range(2)]
    company = build_row(session, stored, Enterprise, source_team_name="甲", converted_from_team=True)
    clerk.post(f"{filing}/teams/{teams[1].id}", {"team_name": "乙"})
    session.refresh(company)
    assert company.source_team_name == "甲"


def test_a_filing_that_was_taken_back_is_nowhere_called_submitted(
    clerk: Clerk, filing: str, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete(clerk, filing)
    version = generate(clerk, filing, session, monkeypatch)
    submit(clerk, filing)
    clerk.post(f"{filing}/withdrawal")
    clerk.post(f"{filing}/resumption")
    verdict = clerk.page(f"/verify/{version.version_no}").select_one("[data-verdict]")
    assert verdict["data-verdict"] == "superseded"
    assert "已提交至" not in clerk.page(f"{filing}/receipt").get_text()
    assert "已提交版本" not in clerk.page(f"{filing}/materials").get_text()
    assert clerk.get(f"{filing}/withdrawal").status_code == 409


def test_nothing_ticked_may_be_posted_as_an_empty_text(clerk: Clerk, filing: str) -> None:
    assert clerk.post(f"{filing}/venue_rows", {"address": "天河区", "ownership": ""}).status_code == 303


def test_a_source_is_named_only_while_the_answer_is_from_there(clerk: Clerk, filing: str) -> None:
    assert "来自众创空间信息" in clerk.page(f"{filing}/basic_info").get_text()
    clerk.post(f"{filing}/basic_info", {"makerspace_name": "另一个名字"})
    label = clerk.page(f"{filing}/basic_info").select_one("label[for=makerspace_name]")
    assert label.get_text() == "众创空间名称"


def test_htmx_gets_the_content_of_a_page_alone(clerk: Clerk, filing: str) -> None:
    answer = clerk.get(f"{filing}/venue", headers={"HX-Request": "true"})
    assert answer.get_data(as_text=True).startswith("<main")
    assert soup(answer).find(id="venue_rows-new")

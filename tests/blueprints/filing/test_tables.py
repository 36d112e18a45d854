"""Rows of a table through the browser without JavaScript, and the fragments HTMX gets."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import Account
from models.venue import Venue
from tests.browsing import Clerk, codes, conditions, soup, tab_states, values
from tests.build import build_account, build_batch, build_carrier

VENUE = {
    "address": "天河区科韵路 16 号", "area_total": "10", "area_resident": "1", "area_public": "2",
    "area_own_use": "4", "area_other": "3", "workstations": "2", "ownership": ["leased"],
}  # fmt: skip


@pytest.fixture
def account(session: Session) -> Account:
    account = build_account(session)
    build_batch(session)
    build_carrier(session, account.unit)
    return account


@pytest.fixture
def clerk(client: FlaskClient, account: Account) -> Clerk:
    return Clerk(client, account)


@pytest.fixture
def filing(clerk: Clerk) -> str:
    return clerk.open_filing()


def test_every_tab_and_table_of_a_fresh_filing_can_be_opened(clerk: Clerk, filing: str) -> None:
    page = clerk.page(f"{filing}/venue")
    for link in page.select("#filing-status a, .subtabs a"):
        clerk.page(str(link["href"]))
    for table in (
        "media_reports",
        "honors",
        "service_staff",
        "mentors",
        "teams",
        "enterprises",
        "activities",
    ):
        assert clerk.page(f"{filing}/{table}").find(id=f"{table}-new")
    assert tab_states(page)["venue"] == "empty"
    assert tab_states(page)["basic_info"] == "in_progress"


def test_a_row_is_added_and_the_totals_follow(clerk: Clerk, filing: str) -> None:
    answer = clerk.post(f"{filing}/venue_rows", VENUE)
    assert answer.status_code == 303
    page = clerk.page(answer.headers["Location"])
    assert values(page)["venue_total_area"] == "10"
    assert values(page)["venue_service_ratio"] == "30.0"
    assert "30.0 % = (1 + 2) / 10" in page.get_text().replace("\n", " ")
    assert conditions(page)["MK-04C"] == "fail"
    assert tab_states(page)["venue"] == "in_progress"


def test_htmx_gets_the_row_a_blank_one_and_the_totals(clerk: Clerk, filing: str) -> None:
    answer = clerk.post(f"{filing}/venue_rows", VENUE, htmx=True)
    assert answer.status_code == 201
    fragment = soup(answer)
    assert len(fragment.select("tr[id^=venue_rows-]")) == 2
    assert fragment.find(id="totals")["hx-swap-oob"] == "true"
    assert fragment.find(id="task-venue")["hx-swap-oob"] == "true"


def test_pieces_that_are_shown_are_not_sent_again(clerk: Clerk, filing: str) -> None:
    marks = {piece["id"]: piece["data-mark"] for piece in clerk.page(f"{filing}/venue").select("[data-mark]")}

    def sent() -> set[str]:
        answer = clerk.post(f"{filing}/venue_rows", VENUE, htmx=True, **{"X-Shown": " ".join(marks.values())})
        pieces = soup(answer).select("[data-mark]")
        marks.update((piece["id"], piece["data-mark"]) for piece in pieces)
        return {piece["id"] for piece in pieces}

    assert {"task-venue", "status-conditions", "totals"} <= sent() <= set(marks)
    again = sent()
    assert "totals" in again, "the area grew"
    assert not again & {"status-head", "status-conditions", "task-basic_info", "task-enterprises"}
    marks = {}
    assert len(sent()) > 10, "whoever says nothing gets all"


@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [
        ("area_public", "6O", "E_NUMBER"),
        ("area_own_use", "-5", "E_NEGATIVE"),
        ("area_total", "0", "E_RANGE"),
        ("area_total", "1.234", "E_DECIMALS"),
        ("workstations", "1.5", "E_INTEGER"),
        ("ownership", "bought", "E_CHOICE"),
        ("address", "长" * 201, "E_TEXT_TOO_LONG"),
    ],
)
def test_a_refused_row_keeps_everything_typed(
    clerk: Clerk, filing: str, session: Session, field: str, typed: str, code: str
) -> None:
    answer = clerk.post(f"{filing}/venue_rows", VENUE | {field: typed})
    assert answer.status_code == 422
    row = soup(answer).find(id="venue_rows-new")
    assert codes(row) == [code]
    assert row.select_one("form[data-dirty]")  # leaving it asks
    if field != "ownership":
        assert row.find(attrs={"name": field})["value"] == typed
    assert row.find(attrs={"name": "area_other"})["value"] == "3"
    assert session.scalars(select(Venue)).all() == []


def test_an_untouched_blank_row_moves_on_with_the_button(clerk: Clerk, filing: str, session: Session) -> None:
    answer = clerk.post(f"{filing}/venue_rows", {"address": "", "op": "next"})
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/staff")
    assert session.scalars(select(Venue)).all() == []


def test_a_double_submit_makes_one_row(clerk: Clerk, filing: str, session: Session) -> None:
    key = clerk.page(f"{filing}/venue").select_one("#row-new [name=idempotency_key]")["value"]
    first = clerk.post(f"{filing}/venue_rows", VENUE | {"idempotency_key": key})
    second = clerk.post(f"{filing}/venue_rows", VENUE | {"idempotency_key": key})
    assert first.headers["Location"] == second.headers["Location"]
    assert len(session.scalars(select(Venue)).all()) == 1


def test_a_row_is_edited_removed_and_restored(clerk: Clerk, filing: str, session: Session) -> None:
    clerk.post(f"{filing}/venue_rows", VENUE)
    row = session.scalars(select(Venue)).one()
    form = clerk.page(f"{filing}/venue_rows/{row.id}/edit").find(id=f"venue_rows-{row.id}")
    assert form.find(attrs={"name": "area_total"})["value"] == "10"
    assert clerk.post(f"{filing}/venue_rows/{row.id}", VENUE | {"area_total": "20"}).status_code == 303
    assert values(clerk.page(f"{filing}/venue"))["venue_total_area"] == "20"
    clerk.post(f"{filing}/venue_rows/{row.id}/removal")
    assert values(clerk.page(f"{filing}/venue"))["venue_total_area"] == "0"
    clerk.post(f"{filing}/venue_rows/{row.id}/restoration")
    assert values(clerk.page(f"{filing}/venue"))["venue_total_area"] == "20"


def test_two_who_edit_one_row_see_both_sides_and_lose_nothing(
    clerk: Clerk, filing: str, session: Session
) -> None:
    clerk.post(f"{filing}/venue_rows", VENUE)
    row = session.scalars(select(Venue)).one()
    address = f"{filing}/venue_rows/{row.id}"
    clerk.post(address, VENUE | {"area_other": "5", "version": "1"})
    answer = clerk.post(address, VENUE | {"area_own_use": "7", "version": "1"})
    assert answer.status_code == 409
    page = soup(answer)
    assert {tag["name"] for tag in page.select("[type=radio]")} == {"keep_area_own_use", "keep_area_other"}
    version = page.select_one("[name=version]")["value"]
    answer = clerk.post(
        address, VENUE | {"area_own_use": "7", "keep_area_other": "theirs", "version": version}
    )
    assert answer.status_code == 303
    session.expire_all()
    row = session.scalars(select(Venue)).one()
    assert (row.area_own_use, row.area_other) == (7, 5)


def test_a_foreign_filing_is_not_there(clerk: Clerk, filing: str, session: Session) -> None:
    clerk.post(f"{filing}/venue_rows", VENUE)
    row = session.scalars(select(Venue)).one()
    stranger = Clerk(clerk.client.application.test_client(), build_account(session))
    for path in ("venue", "venue_rows", f"venue_rows/{row.id}/edit", "preview", "materials", "submission"):
        assert stranger.get(f"{filing}/{path}").status_code == 404
    for path in ("venue", "venue_rows", f"venue_rows/{row.id}", f"venue_rows/{row.id}/removal", "materials"):
        assert stranger.post(f"{filing}/{path}", VENUE).status_code == 404
    session.expire_all()
    assert session.scalars(select(Venue)).one().version == 1


def test_forged_fields_change_nothing(clerk: Clerk, filing: str, session: Session) -> None:
    forged = {"id": "1", "filing_id": "x", "place": "99", "error_count": "0", "removed_at": "2021-01-01"}
    clerk.post(f"{filing}/venue_rows", VENUE | {"area_other": "9"} | forged)
    row = session.scalars(select(Venue)).one()
    assert (row.place, row.error_count, row.removed_at) == (1, 1, None)


def test_only_rows_with_problems_are_listed_with_their_number(clerk: Clerk, filing: str) -> None:
    for place, total in ((1, "10"), (2, "99"), (3, "10")):
        clerk.post(f"{filing}/venue_rows", VENUE | {"address": f"科韵路{place}号", "area_total": total})
    clerk.post(f"{filing}/venue_rows", VENUE | {"address": ""})
    page = clerk.page(f"{filing}/venue_rows")
    link = page.find("a", href="?problems=1")
    shown = clerk.page(f"{filing}/venue_rows?problems=1").select("tbody tr[id]:not(#venue_rows-new)")
    numbers = [row.select_one(".seq").get_text(strip=True) for row in shown]
    assert "2" in numbers
    assert link.get_text(strip=True) == f"只看有问题的 {len(numbers)} 行"
    assert all(row.select_one("[data-error]") for row in shown)

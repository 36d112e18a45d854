"""The list of filings: opening a new one, removing a draft that was never submitted."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from clock import SHANGHAI
from extensions import clock
from models.account import Account
from models.attachment import Attachment
from models.event import Event
from models.filing import Filing
from models.makerspace_filing import MakerspaceFiling
from models.moves import Status
from models.tab_state import TabState
from models.unit import Unit
from models.venue import Venue
from tests.browsing import Clerk, codes, soup
from tests.build import (
    NOW,
    build_account,
    build_batch,
    build_carrier,
    build_filing,
    build_grant,
    build_unit,
    reference_office,
)
from tests.completing import VENUE, complete, small_pdf


def count(session: Session, model: type[Any] = Filing) -> int:
    session.expire_all()
    return session.scalar(select(func.count()).select_from(model)) or 0


def refused(clerk: Clerk, **answers: Any) -> list[str]:
    """Try to open a filing; return the codes of the refusal."""
    answer = clerk.post("/filings", {"kind": "makerspace"} | answers)
    assert answer.status_code == 422
    return codes(soup(answer))


def test_a_filing_is_opened_for_the_only_carrier_and_filled_with_what_is_known(
    clerk: Clerk, account: Account, session: Session
) -> None:
    answer = clerk.post("/filings", {"kind": "makerspace"})
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/instructions")
    filing = session.scalars(select(MakerspaceFiling)).one()
    assert (filing.unit_id, filing.carrier.operator_id, filing.status) == (
        account.unit_id,
        account.unit_id,
        "draft",
    )
    assert filing.makerspace_name == filing.name == filing.carrier.name
    assert filing.operation_started_on == filing.carrier.operation_started_on
    assert filing.region_code == filing.carrier.region_code
    assert [event.act for event in session.scalars(select(Event))] == ["open"]


def test_the_list_shows_what_there_is_and_what_can_be_done(
    clerk: Clerk, filing: str, session: Session
) -> None:
    page = clerk.page("/filings")
    row = page.select_one("table.ledger tbody tr")
    text = " ".join(row.get_text(" ").split())
    stored = session.scalars(select(Filing)).one()
    for word in (stored.name, stored.unit.name, stored.batch.name, "尚未生成", "填报中", "编辑", "删除"):
        assert word in text
    for link in row.select("a"):
        assert clerk.get(str(link["href"])).status_code == 200


def test_a_filing_for_a_new_carrier(clerk: Clerk, session: Session) -> None:
    clerk.open_filing("new")
    filing = session.scalars(select(MakerspaceFiling)).one()
    assert (filing.carrier, filing.makerspace_name, filing.region_code) == (
        None,
        None,
        filing.unit.region_code,
    )
    assert filing.operator_registered_on == filing.unit.registered_on


def test_one_filing_for_a_carrier_at_a_time(clerk: Clerk, filing: str, session: Session) -> None:
    assert refused(clerk) == ["E_OPEN_FILING_EXISTS"]
    assert count(session) == 1


@pytest.mark.parametrize("status", [Status.UNDER_REVIEW, Status.WITHDRAWN, Status.RETURNED])
def test_a_filing_that_goes_on_keeps_its_carrier(
    clerk: Clerk, filing: str, session: Session, status: Status
) -> None:
    session.scalars(select(Filing)).one().status = status
    assert refused(clerk) == ["E_OPEN_FILING_EXISTS"]


@pytest.mark.parametrize("status", [Status.REJECTED, Status.VOID])
def test_a_filing_that_ended_sets_its_carrier_free(
    clerk: Clerk, filing: str, session: Session, status: Status
) -> None:
    session.scalars(select(Filing)).one().status = status
    clerk.open_filing()
    assert count(session) == 2


def test_a_unit_without_a_real_name_is_refused(clerk: Clerk, account: Account, session: Session) -> None:
    for state in ("none", "auto_failed", "manual_pending", "manual_failed", "stale"):
        session.get_one(Unit, account.unit_id).real_name_state = state
        assert refused(clerk) == ["E_NOT_VERIFIED"], state
    assert count(session) == 0
    session.get_one(Unit, account.unit_id).real_name_state = "manual_passed"
    clerk.open_filing()


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (datetime(2021, 10, 31, 23, 59, 59, tzinfo=SHANGHAI), False),
        (datetime(2021, 11, 1, tzinfo=SHANGHAI), True),
        (datetime(2021, 11, 30, 23, 59, 59, tzinfo=SHANGHAI), True),
        (datetime(2021, 12, 1, tzinfo=SHANGHAI), False),
    ],
)
def test_a_filing_is_opened_while_the_batch_is_open(
    clerk: Clerk, monkeypatch: pytest.MonkeyPatch, moment: datetime, is_open: bool
) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)
    page = clerk.page("/filings")
    assert bool(page.select("form [name=carrier]")) == is_open
    if is_open:
        clerk.open_filing()
    else:
        assert refused(clerk) == ["E_BATCH_CLOSED"]


def test_without_a_batch_nothing_can_be_opened(client: FlaskClient, session: Session) -> None:
    clerk = Clerk(client, build_account(session))
    assert refused(clerk) == ["E_BATCH_CLOSED"]


def test_the_newest_open_batch_is_taken(clerk: Clerk, session: Session) -> None:
    day = datetime(2021, 11, 5, tzinfo=SHANGHAI).date()
    newest = build_batch(session, open_at=day, name="补报")
    build_batch(session, open_at=day - timedelta(60), applicant_deadline=day - timedelta(30), name="上一批")
    clerk.open_filing()
    assert session.scalars(select(Filing)).one().batch_id == newest.id


def test_a_carrier_of_another_unit_is_refused(clerk: Clerk, session: Session) -> None:
    foreign = build_carrier(session)
    assert refused(clerk, carrier=str(foreign.id)) == ["E_CHOICE"]
    own_incubator = build_carrier(session, foreign.operator, kind="incubator")
    for carrier in (str(own_incubator.id), "nonsense", "00000000-0000-0000-0000-000000000000"):
        assert refused(clerk, carrier=carrier) == ["E_CHOICE"]
    assert count(session) == 0


def test_with_two_carriers_one_is_chosen(clerk: Clerk, account: Account, session: Session) -> None:
    second = build_carrier(session, account.unit)
    assert refused(clerk) == ["E_CHOICE"]
    clerk.open_filing(str(second.id))
    assert session.scalars(select(Filing)).one().carrier_id == second.id


@pytest.mark.parametrize("kind", ["", "incubator", "Makerspace", "../"])
def test_a_kind_that_is_not_there(clerk: Clerk, kind: str) -> None:
    assert clerk.post("/filings", {"kind": kind}).status_code == 404


def test_a_double_submit_opens_one_filing(clerk: Clerk, session: Session) -> None:
    key = clerk.page("/filings").select_one("[name=idempotency_key]")["value"]
    answers = {"kind": "makerspace", "carrier": "new", "idempotency_key": key}
    places = {clerk.post("/filings", answers).headers["Location"] for _ in range(2)}
    assert len(places) == 1
    assert count(session) == 1


@pytest.mark.parametrize("key", ["k" * 200, "键" * 64, "%00", "'; --"])
def test_whatever_the_key_of_a_request_is(clerk: Clerk, session: Session, key: str) -> None:
    answers = {"kind": "makerspace", "carrier": "new", "idempotency_key": key}
    assert [clerk.post("/filings", answers).status_code for _ in range(2)] == [303, 303]
    assert count(session) == 1


def test_a_draft_is_removed_with_all_that_is_in_it(clerk: Clerk, filing: str, session: Session) -> None:
    complete(clerk, filing)
    page = clerk.page(f"{filing}/removal")
    assert "不能恢复" in page.get_text()
    assert clerk.post(f"{filing}/removal").headers["Location"] == "/filings"
    assert [count(session, model) for model in (Filing, MakerspaceFiling, Venue, Attachment, TabState)] == [
        0
    ] * 5
    assert [event.act for event in session.scalars(select(Event).order_by(Event.number))] == [
        "open",
        "remove",
    ]
    assert clerk.get(f"{filing}/venue").status_code == 404
    clerk.open_filing()  # the carrier is free again


@pytest.mark.parametrize("status", [Status.UNDER_REVIEW, Status.RETURNED, Status.WITHDRAWN, Status.DRAFT])
def test_what_was_submitted_once_is_never_removed(
    clerk: Clerk, filing: str, session: Session, status: Status
) -> None:
    stored = session.scalars(select(Filing)).one()
    stored.status, stored.submitted_at, stored.current_level = status, NOW, None
    stored.receiving_office = reference_office(session)
    assert clerk.post(f"{filing}/removal").status_code == 409
    assert clerk.get(f"{filing}/removal").status_code == 409
    assert "删除" not in clerk.page("/filings").select_one("table.ledger tbody").get_text()
    assert count(session) == 1


def test_others_do_not_see_it(clerk: Clerk, filing: str, session: Session) -> None:
    stranger = Clerk(clerk.client.application.test_client(), build_account(session))
    assert stranger.page("/filings").select("td.lead") == []
    assert stranger.get(f"{filing}/removal").status_code == 404
    assert stranger.post(f"{filing}/removal").status_code == 404
    assert count(session) == 1


def test_a_person_with_a_grant_files_for_the_unit_he_acts_for(client: FlaskClient, session: Session) -> None:
    build_batch(session)
    unit, other = build_unit(session), build_unit(session)
    build_carrier(session, unit)
    build_filing(session, unit=other)
    person = build_account(session, "natural")
    build_grant(session, unit, person)
    clerk = Clerk(client, person)
    filing = clerk.open_filing()
    assert clerk.post(f"{filing}/venue_rows", VENUE).status_code == 303
    assert clerk.upload(f"{filing}/files/commitment_file", small_pdf()).status_code == 303
    assert len(clerk.page("/filings").select("td.lead")) == 1
    assert (
        session.scalars(select(Filing).where(Filing.unit_id == unit.id)).one().updated_by == person.login_name
    )


def test_the_desk_of_a_unit_shows_its_carriers_and_the_next_step(
    clerk: Clerk, filing: str, account: Account, session: Session
) -> None:
    build_carrier(session, account.unit, kind="incubator", name="启航孵化器", national_state="certified")
    page = clerk.page("/")
    text = " ".join(page.get_text(" ").split())
    unit = session.get_one(Unit, account.unit_id)
    for word in (
        unit.name,
        unit.uscc,
        unit.legal_representative,
        "广东省 广州市 天河区",
        "启航孵化器",
        "继续填报",
    ):
        assert word in text
    assert "尚未登记大学科技园" in text

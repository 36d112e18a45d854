"""A request that arrives twice acts once, and an answer that got lost costs nothing."""

from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.attachment import Attachment
from models.event import Event
from models.filing import Filing
from models.table_import import TableImport
from models.venue import Venue
from tests.browsing import Clerk, codes, row_id, soup
from tests.build import build_account
from tests.completing import small_pdf
from tests.submitting import submitted_filing

KEY = {"idempotency_key": "one and the same"}
VENUE = {
    "address": "科韵路16号", "area_total": "10", "area_resident": "4", "area_public": "2",
    "area_own_use": "2", "area_other": "2", "workstations": "5", "ownership": ["leased"],
}  # fmt: skip


def venue(session: Session) -> Venue:
    session.rollback()
    session.expire_all()
    return session.scalars(select(Venue)).one()


def test_one_key_on_a_page_serves_all_its_forms(clerk: Clerk, filing: str) -> None:
    clerk.post(f"{filing}/venue_rows", VENUE)
    forms = clerk.page(f"{filing}/venue").select("main form[method=post]")
    keys = {form.select_one("[name=idempotency_key]")["value"] for form in forms}
    assert len(forms) > 2
    assert len(keys) == 1
    assert keys.isdisjoint({clerk.page(f"{filing}/venue").select_one("[name=idempotency_key]")["value"]})


def test_a_new_row_whose_answer_got_lost_takes_what_was_typed_meanwhile(
    clerk: Clerk, filing: str, session: Session
) -> None:
    first = clerk.post(f"{filing}/venue_rows", VENUE | KEY)
    again = clerk.post(f"{filing}/venue_rows", VENUE | KEY | {"address": "科韵路18号"})
    assert row_id(first) == row_id(again)
    assert venue(session).address == "科韵路18号"


def test_a_row_saved_twice_with_one_key_is_no_conflict(clerk: Clerk, filing: str, session: Session) -> None:
    row = row_id(clerk.post(f"{filing}/venue_rows", VENUE))
    answers = VENUE | KEY | {"version": "1", "address": "科韵路18号"}
    assert clerk.post(f"{filing}/venue_rows/{row}", answers, htmx=True).status_code == 200
    version = venue(session).version
    assert clerk.post(f"{filing}/venue_rows/{row}", answers, htmx=True).status_code == 200
    assert venue(session).version == version
    typed_on = answers | {"workstations": "6"}
    assert clerk.post(f"{filing}/venue_rows/{row}", typed_on, htmx=True).status_code == 200
    assert (venue(session).workstations, venue(session).version) == (6, version + 1)


def test_what_somebody_else_saved_in_between_is_a_conflict(
    clerk: Clerk, filing: str, session: Session
) -> None:
    row = row_id(clerk.post(f"{filing}/venue_rows", VENUE))
    answers = VENUE | KEY | {"version": "1", "address": "科韵路18号"}
    clerk.post(f"{filing}/venue_rows/{row}", answers)
    clerk.post(f"{filing}/venue_rows/{row}", VENUE | {"version": "2", "address": "科韵路20号"})
    same = clerk.post(f"{filing}/venue_rows/{row}", answers, htmx=True)
    assert same.status_code == 200, "the same request is answered with the row as it is now"
    assert "科韵路20号" in same.get_data(as_text=True)
    assert clerk.post(f"{filing}/venue_rows/{row}", answers | {"workstations": "7"}).status_code == 409
    assert venue(session).address == "科韵路20号"


def test_a_tab_saved_again_after_a_lost_answer_is_no_conflict(clerk: Clerk, filing: str) -> None:
    typed = KEY | {"version": "0", "manager_name": "李一", "operation_started_on": "去年五月"}
    for _ in range(2):
        answer = clerk.post(f"{filing}/basic_info", typed, htmx=True)
        assert answer.status_code == 422
        assert "E_DATE" in codes(soup(answer))
        assert soup(answer).select_one("#tab-version")["value"] == "1"
    answer = clerk.post(f"{filing}/basic_info", typed | {"contact_name": "王二"}, htmx=True)
    assert answer.status_code == 422
    page = clerk.page(f"{filing}/basic_info")
    for name, text in {
        "manager_name": "李一",
        "contact_name": "王二",
        "operation_started_on": "去年五月",
    }.items():
        assert page.find(attrs={"name": name})["value"] == text


def test_the_answer_to_an_autosave_brings_another_key(clerk: Clerk, filing: str) -> None:
    answer = soup(clerk.post(f"{filing}/basic_info", KEY | {"version": "0"}, htmx=True))
    assert answer.select_one("#tab-key")["value"] not in ("", KEY["idempotency_key"])


@pytest.mark.parametrize("htmx", [True, False])
def test_a_row_removed_twice_with_one_key_can_be_restored_once(
    clerk: Clerk, filing: str, session: Session, htmx: bool
) -> None:
    here = f"{filing}/venue_rows/{row_id(clerk.post(f'{filing}/venue_rows', VENUE))}"
    first, again = (clerk.post(f"{here}/removal", KEY, htmx=htmx) for _ in range(2))
    assert (first.status_code, first.location) == (again.status_code, again.location)
    version = venue(session).version
    for _ in range(2):
        assert clerk.post(f"{here}/restoration", KEY, htmx=htmx).status_code == (200 if htmx else 303)
    assert (venue(session).version, venue(session).removed_at) == (version + 1, None)


def test_a_file_sent_twice_is_taken_once_and_another_one_replaces_it(
    clerk: Clerk, filing: str, session: Session
) -> None:
    slot = f"{filing}/files/commitment_file"

    files = {pages: small_pdf("证明", pages) for pages in (1, 2)}

    def send(pages: int) -> None:
        data = {"file": (BytesIO(files[pages]), "证明.pdf")}
        assert clerk.post(slot, KEY | data).status_code == 303

    send(1)
    stored = session.scalars(select(Attachment)).one()
    first = (stored.sha256, stored.uploaded_at)
    send(1)
    session.rollback()
    session.expire_all()
    assert (stored.sha256, stored.uploaded_at) == first
    send(2)
    session.rollback()
    session.expire_all()
    assert stored.file.pages == 2
    for _ in range(2):
        assert clerk.post(f"{slot}/removal", KEY).status_code == 303


def test_a_block_pasted_twice_is_kept_once(clerk: Clerk, filing: str, session: Session) -> None:
    block = KEY | {"block": "场地地址\t场地总面积\n科韵路16号\t10\n"}
    first, again = (clerk.post(f"{filing}/venue_rows/import", block) for _ in range(2))
    assert first.status_code == 303
    assert first.location == again.location
    assert session.scalar(select(func.count()).select_from(TableImport)) == 1


def test_a_draft_removed_twice_is_gone_both_times(clerk: Clerk, filing: str, session: Session) -> None:
    for _ in range(2):
        assert clerk.post(f"{filing}/removal", KEY).location == "/filings"
    assert session.scalars(select(Filing)).all() == []


def test_withdrawing_and_resuming_leave_one_event_each(client: Any, session: Session) -> None:
    filing = submitted_filing(session)
    clerk = Clerk(client, build_account(session, unit=filing.unit))
    for act, then in (("withdrawal", "receipt"), ("resumption", "problems")):
        for _ in range(2):
            assert clerk.post(f"/filings/{filing.id}/{act}", KEY).location == f"/filings/{filing.id}/{then}"
    session.rollback()
    acts = session.scalars(select(Event.act).where(Event.stream_id == filing.id)).all()
    assert [acts.count(act) for act in ("withdraw", "resume")] == [1, 1]


def test_the_same_key_of_another_person_is_another_request(
    client: Any, clerk: Clerk, filing: str, session: Session
) -> None:
    clerk.post(f"{filing}/venue_rows", VENUE | KEY)
    other = Clerk(client, build_account(session))
    there = other.open_filing()
    assert other.post(f"{there}/venue_rows", VENUE | KEY).status_code == 303
    assert session.scalar(select(func.count()).select_from(Venue)) == 2

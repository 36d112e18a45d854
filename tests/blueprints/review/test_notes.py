"""Private notes: pinned to places, read by the own office and the levels above, and by nobody else."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models.filing import Filing
from models.review_note import ReviewNote
from policies import may_read_note
from tests.browsing import Clerk, soup
from tests.build import build_account, build_reviewer
from tests.submitting import submitted_filing


@pytest.fixture
def reviewer(client: FlaskClient, session: Session) -> Clerk:
    return Clerk(client, build_reviewer(session, person_name="邓文杰"))


@pytest.fixture
def filing(session: Session) -> Filing:
    return submitted_filing(session)


def first_row(reviewer: Clerk, filing: Filing) -> str:
    return str(reviewer.page(f"/review/{filing.id}?part=venue").select_one("tr[id^=venue_rows-]")["id"])  # type: ignore[index]


def note(reviewer: Clerk, filing: Filing, place: str, text: str, **more: str):  # type: ignore[no-untyped-def]
    return reviewer.post(f"/review/{filing.id}/notes", {"place": place, "text": text, **more})


def test_a_note_hangs_under_its_row(reviewer: Clerk, filing: Filing) -> None:
    anchor = first_row(reviewer, filing)
    place = anchor.replace("venue_rows-", "venue_rows/")
    form = reviewer.page(f"/review/{filing.id}?part=venue&note={place}").select_one("form.note-form")
    assert form is not None
    answer = note(reviewer, filing, place, "租期看不清\n请上级留意", column="area_total")
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"?part=venue#{anchor}")
    page = reviewer.page(f"/review/{filing.id}?part=venue")
    shown = page.select_one(f"#{anchor} + tr.under .note-line")
    assert "租期看不清" in shown.get_text()  # type: ignore[union-attr]
    assert "广州市科学技术局 邓文杰" in shown.get_text()  # type: ignore[union-attr]
    assert page.select_one(".desk-parts .badge") is not None
    assert "租期看不清" in reviewer.page(f"/review/{filing.id}").select_one("#findings").get_text()  # type: ignore[union-attr]


def test_a_note_may_be_about_a_field_or_a_file(reviewer: Clerk, filing: Filing) -> None:
    assert note(reviewer, filing, "basic_info/contact_name", "电话不通").status_code == 303
    assert note(reviewer, filing, "commitment/commitment_file", "章不清楚").status_code == 303
    assert "电话不通" in reviewer.page(f"/review/{filing.id}?part=basic_info").get_text()
    assert "章不清楚" in reviewer.page(f"/review/{filing.id}?part=commitment").get_text()


def test_a_bad_note_is_refused_at_its_place_and_stays_typed(
    reviewer: Clerk, filing: Filing, session: Session
) -> None:
    for text in ("", "   ", "长" * 1_001):
        answer = note(reviewer, filing, "basic_info/contact_name", text)
        assert answer.status_code == 422
        assert soup(answer).select_one("[data-error]") is not None
    assert "长" * 1_001 in soup(answer).select_one("textarea").get_text()  # type: ignore[union-attr]
    for place in ("", "x", "venue_rows/x", "basic_info/x", "venue_rows/x/y/z", "basic_info/contact_name/x"):
        assert note(reviewer, filing, place, "备注").status_code == 404
    assert session.query(ReviewNote).count() == 0


def test_sent_twice_it_is_there_once(reviewer: Clerk, filing: Filing, session: Session) -> None:
    for _ in range(2):
        note(reviewer, filing, "basic_info/contact_name", "一次", idempotency_key="k")
    assert session.query(ReviewNote).count() == 1


def test_only_its_author_takes_a_note_down(reviewer: Clerk, filing: Filing, session: Session) -> None:
    note(reviewer, filing, "basic_info/contact_name", "写错了")
    path = f"/review/{filing.id}/notes/{session.query(ReviewNote).one().id}/removal"
    session.commit()
    colleague = Clerk(reviewer.client.application.test_client(), build_reviewer(session))
    assert colleague.post(path).status_code == 403
    for _ in range(2):
        assert reviewer.post(path, {"idempotency_key": "k"}).status_code == 303
    assert "写错了" not in reviewer.page(f"/review/{filing.id}?part=basic_info").get_text()
    assert reviewer.post(path).status_code == 404


def test_applicants_and_foreign_offices_never_see_one(
    reviewer: Clerk, filing: Filing, session: Session
) -> None:
    note(reviewer, filing, "basic_info/contact_name", "内部说法")
    client = reviewer.client.application.test_client()
    applicant = Clerk(client, build_account(session, unit=filing.unit))
    for path in ("preview", "receipt", "materials", "compare"):
        assert "内部说法" not in applicant.page(f"/filings/{filing.id}/{path}").get_text()
    foreign = Clerk(client, build_reviewer(session, "city", "440600"))
    assert note(foreign, filing, "basic_info/contact_name", "x").status_code == 404


@pytest.mark.parametrize(
    ("office_level", "is_own", "note_level", "may"),
    [
        ("city", True, "city", True),
        ("city", False, "city", False),
        ("province", False, "city", True),
        ("torch", False, "province", True),
        ("city", False, "province", False),
        ("province", False, "torch", False),
    ],
)
def test_a_note_travels_upwards_only(office_level: str, is_own: bool, note_level: str, may: bool) -> None:
    assert may_read_note(office_level, is_own, note_level) is may

"""提交申报材料 through the browser, and what comes after it."""

import uuid
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from clock import SHANGHAI
from extensions import clock
from models.event import Event, first_broken_link
from models.filing import Filing
from models.office import Office
from tests.browsing import Clerk, codes, conditions, soup
from tests.build import build_account, reference_office
from tests.completing import BASIC_INFO, VENUE, offices, submit
from tests.submitting import complete, finished_version


@pytest.fixture
def ready(filing: str, session: Session) -> str:
    """The address of a filing that may be generated."""
    complete(session, session.scalars(select(Filing)).one())
    return filing


def stored(session: Session) -> Filing:
    session.expire_all()
    return session.scalars(select(Filing)).one()


def acts(session: Session) -> list[str]:
    filing = stored(session)
    assert first_broken_link(session, filing.id) is None
    return list(session.scalars(select(Event.act).order_by(Event.number)))


def test_the_page_offers_the_nearest_office_first_and_names_the_version(
    clerk: Clerk, ready: str, session: Session
) -> None:
    version = finished_version(session, stored(session))
    page = clerk.page(f"{ready}/submission")
    names = [session.get_one(Office, uuid.UUID(value)).name for value in offices(clerk, ready)]
    assert names == ["广州市科学技术局", "广东省科学技术厅"]
    assert page.select_one("[name=receiving_office]").has_attr("checked")
    assert page.select_one("[name=version_no]")["value"] == version.version_no
    assert conditions(page)["MK-09"] == "fail"
    fragment = soup(clerk.get(f"{ready}/submission", headers={"HX-Request": "true"}))
    assert fragment.find("html") is None
    assert fragment.select_one("form [name=receiving_office]")


def test_it_is_handed_in_and_read_only_afterwards(clerk: Clerk, ready: str, session: Session) -> None:
    version = finished_version(session, stored(session))
    answer = submit(clerk, ready)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{ready}/receipt")
    filing = stored(session)
    assert (filing.status, filing.current_level) == ("under_review", "city")
    assert filing.receiving_office.name == "广州市科学技术局"
    assert filing.submitted_version_no == version.version_no
    assert filing.submitted_values["derived"]["venue_total_area"] == "600"
    assert acts(session) == ["open", "submit"]
    receipt = clerk.page(f"{ready}/receipt").get_text()
    for word in (version.version_no, "广州市科学技术局", filing.name, "市级审核"):
        assert word in receipt
    assert version.version_no in clerk.page(f"{ready}/paper").get_text()
    assert clerk.get(f"{ready}/submission").headers["Location"] == f"{ready}/receipt"
    for path in ("basic_info", "venue_rows", "preview", "materials", "conditions"):
        page = clerk.page(f"{ready}/{path}")
        assert page.select("main form[method=post] button:not([data-close])") == [], path


def test_the_office_above_may_be_chosen(clerk: Clerk, ready: str, session: Session) -> None:
    finished_version(session, stored(session))
    assert submit(clerk, ready, receiving_office=offices(clerk, ready)[1]).status_code == 303
    assert (stored(session).current_level, stored(session).receiving_office.level) == ("province", "province")


@pytest.mark.parametrize("office", ["", "nonsense", "foreign", "above"])
def test_an_office_that_is_not_offered_is_refused(
    clerk: Clerk, ready: str, session: Session, office: str
) -> None:
    finished_version(session, stored(session))
    chosen = {
        "foreign": lambda: str(reference_office(session, "city", "440600").id),
        "above": lambda: str(reference_office(session, "torch", "000000").id),
    }.get(office, lambda: office)()
    answer = submit(clerk, ready, receiving_office=chosen)
    assert (answer.status_code, codes(soup(answer))) == (422, ["E_CHOICE"])
    assert (stored(session).status, acts(session)) == ("draft", ["open"])


def test_an_incomplete_filing_is_refused_with_links(clerk: Clerk, ready: str, session: Session) -> None:
    finished_version(session, stored(session))
    clerk.post(f"{ready}/basic_info", BASIC_INFO | {"manager_name": ""})
    answer = submit(clerk, ready)
    page = soup(answer)
    assert (answer.status_code, codes(page)) == (422, ["E_REQUIRED"])
    assert page.select_one("[data-error=E_REQUIRED] a")["href"] == f"{ready}/basic_info#manager_name"
    assert stored(session).status == "draft"


@pytest.mark.parametrize("state", ["none", "running", "failed"])
def test_without_a_finished_version_it_is_refused(
    clerk: Clerk, ready: str, session: Session, state: str
) -> None:
    if state != "none":
        finished_version(session, stored(session)).state = state
    answer = submit(clerk, ready)
    assert (answer.status_code, codes(soup(answer))) == (422, ["E_VERSION_STALE"])
    assert "下载材料" in soup(answer).select_one("[data-error]").get_text()
    way = soup(answer).find("a", string="去下载材料")
    assert (way["href"], way.has_attr("data-close")) == (f"{ready}/materials", False)  # it leads there
    assert soup(answer).select_one("[name=confirm_conditions][checked]")


def test_an_older_version_may_be_named_while_it_says_the_same(
    clerk: Clerk, ready: str, session: Session
) -> None:
    first, second = (finished_version(session, stored(session)) for _ in range(2))
    for wrong in (first.version_no[:-4] + "0000", "x"):
        assert codes(soup(submit(clerk, ready, version_no=wrong))) == ["E_VERSION_STALE"]
    assert submit(clerk, ready, version_no=first.version_no).status_code == 303
    assert stored(session).submitted_version_no == first.version_no != second.version_no


def test_an_older_version_that_says_something_else_is_refused(
    clerk: Clerk, ready: str, session: Session
) -> None:
    first = finished_version(session, stored(session))
    clerk.post(f"{ready}/basic_info", BASIC_INFO | {"contact_name": "王芳"})
    finished_version(session, stored(session))
    answer = submit(clerk, ready, version_no=first.version_no)
    assert (answer.status_code, codes(soup(answer))) == (422, ["E_VERSION_STALE"])


def test_failing_conditions_are_confirmed_once_more(clerk: Clerk, ready: str, session: Session) -> None:
    finished_version(session, stored(session))
    for confirmed in ("", "no", "on"):
        answer = submit(clerk, ready, confirm_conditions=confirmed)
        assert (answer.status_code, codes(soup(answer))) == (422, ["E_CONDITIONS_UNCONFIRMED"])
    second = offices(clerk, ready)[1]
    page = soup(submit(clerk, ready, confirm_conditions="", receiving_office=second))
    assert page.select_one("[name=receiving_office][checked]")["value"] == second  # the choice is kept
    assert page.select_one("[data-echo-here]").get_text() == "广东省科学技术厅"  # and the button says so


def test_htmx_is_sent_on_or_gets_the_dialog_again(clerk: Clerk, ready: str, session: Session) -> None:
    finished_version(session, stored(session))
    office = offices(clerk, ready)[0]
    answer = clerk.post(f"{ready}/submission", {"receiving_office": office}, htmx=True)
    assert (answer.status_code, soup(answer).find("html")) == (422, None)
    given = {"receiving_office": office, "confirm_conditions": "yes"}
    answer = clerk.post(f"{ready}/submission", given, htmx=True)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, f"{ready}/receipt")


def test_nothing_of_the_aftermath_is_there_before(clerk: Clerk, ready: str) -> None:
    assert clerk.get(f"{ready}/receipt").status_code == 404
    assert clerk.get(f"{ready}/paper").status_code == 404
    assert clerk.post(f"{ready}/withdrawal").status_code == 409
    assert clerk.post(f"{ready}/resumption").status_code == 409


def test_it_is_taken_back_changed_and_handed_in_again(clerk: Clerk, ready: str, session: Session) -> None:
    first = finished_version(session, stored(session))
    submit(clerk, ready)
    assert "撤回" in clerk.page(f"{ready}/withdrawal").get_text()
    assert clerk.post(f"{ready}/withdrawal").status_code == 303
    assert clerk.post(f"{ready}/venue_rows", VENUE).status_code == 409
    assert clerk.post(f"{ready}/resumption").status_code == 303
    clerk.post(f"{ready}/basic_info", BASIC_INFO | {"contact_name": "王芳"})
    assert codes(soup(submit(clerk, ready))) == ["E_VERSION_STALE"]
    clerk.post(f"{ready}/basic_info", BASIC_INFO)
    assert submit(clerk, ready).status_code == 303  # the first paper is right again
    assert stored(session).submitted_version_no == first.version_no
    assert acts(session) == ["open", "submit", "withdraw", "resume", "submit"]
    steps = clerk.page(f"{ready}/receipt").select(".timeline li")
    words = [(step.b or step).get_text(strip=True) for step in steps]
    assert words[:5] == ["新建申报", "提交申报材料", "撤回", "继续填报", "提交申报材料"]
    assert words[5:] == ["广州市科学技术局审核", "省级审核", "火炬中心审核"]
    assert [step.get("aria-current") for step in steps].index("step") == 5


def test_what_was_taken_back_too_late_is_not_resumed(
    clerk: Clerk, ready: str, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished_version(session, stored(session))
    submit(clerk, ready)
    assert "不能再修改" not in clerk.page(f"{ready}/withdrawal").get_text()
    monkeypatch.setattr(clock, "now", lambda: datetime(2021, 12, 1, tzinfo=SHANGHAI))
    assert "撤回后不能再修改" in clerk.page(f"{ready}/withdrawal").get_text()
    clerk.post(f"{ready}/withdrawal")
    answer = clerk.post(f"{ready}/resumption")
    assert (answer.status_code, "不在申报时间内" in answer.get_data(as_text=True)) == (409, True)
    assert stored(session).status == "withdrawn"


def test_only_the_unit_may_do_it(clerk: Clerk, ready: str, session: Session) -> None:
    finished_version(session, stored(session))
    stranger = Clerk(clerk.client.application.test_client(), build_account(session))
    given = {"receiving_office": offices(clerk, ready)[0], "confirm_conditions": "yes"}
    assert stranger.post(f"{ready}/submission", given).status_code == 404
    submit(clerk, ready)
    for path in ("withdrawal", "resumption"):
        assert stranger.post(f"{ready}/{path}").status_code == 404
    assert stored(session).status == "under_review"

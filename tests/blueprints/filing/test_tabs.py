"""A tab as its pages fill it: what parses is stored, what does not is kept as typed."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.makerspace_filing import MakerspaceFiling
from models.tab_state import TabState
from tests.browsing import Clerk, codes, soup, tab_states
from tests.completing import BASIC_INFO


def stored(session: Session) -> MakerspaceFiling:
    session.expire_all()
    return session.scalars(select(MakerspaceFiling)).one()


def state(session: Session, tab: str) -> TabState:
    session.expire_all()
    return session.scalars(select(TabState).where(TabState.tab == tab)).one()


def cell(page: BeautifulSoup, name: str) -> Any:
    """Return the group of a field: label, hint, message, box."""
    return page.find(attrs={"name": name}).find_parent(class_="field")


def test_a_tab_is_saved_and_the_next_one_opened(clerk: Clerk, filing: str, session: Session) -> None:
    answer = clerk.post(f"{filing}/instructions", {"instructions_read": "yes", "op": "next"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{filing}/commitment")
    answer = clerk.post(f"{filing}/basic_info", BASIC_INFO | {"op": "save"})
    assert answer.headers["Location"].startswith(f"{filing}/basic_info")
    page = clerk.page(answer.headers["Location"])
    assert "已保存" in page.select_one("#msg").get_text()
    assert cell(page, "makerspace_name").input["value"] == "启航众创空间"
    assert stored(session).operator_nature == "private"
    assert tab_states(page)["basic_info"] == "done"


def test_the_last_tab_leads_to_itself(clerk: Clerk, filing: str) -> None:
    answer = clerk.post(f"{filing}/development_plan", {"development_plan_text": "计划", "op": "next"})
    assert answer.headers["Location"].split("?")[0] == f"{filing}/development_plan"


def test_what_does_not_parse_is_kept_as_typed_and_the_rest_is_stored(
    clerk: Clerk, filing: str, session: Session
) -> None:
    clerk.post(f"{filing}/basic_info", BASIC_INFO)
    wrong = {"operation_started_on": "2019-02-30", "contact_mobile": "1380000", "operator_nature": "bought",
             "makerspace_name": "x" * 101, "contact_email": "a@b", "introduction": "字" * 1001}  # fmt: skip
    answer = clerk.post(f"{filing}/basic_info", BASIC_INFO | wrong | {"contact_name": "王芳", "op": "next"})
    assert answer.status_code == 422
    for page in (soup(answer), clerk.page(f"{filing}/basic_info")):  # at once, and after a reload
        for name, code in (
            ("operation_started_on", "E_DATE"), ("contact_mobile", "E_MOBILE"), ("contact_email", "E_EMAIL"),
            ("makerspace_name", "E_TEXT_TOO_LONG"), ("operator_nature", "E_CHOICE"),
            ("introduction", "E_TEXT_TOO_LONG"),
        ):  # fmt: skip
            assert codes(cell(page, name)) == [code]
            box = cell(page, name).find(["input", "textarea", "select"])
            typed = (
                box.find("option", selected=True)["value"]
                if box.name == "select"
                else box.get("value", box.text)
            )
            assert typed.strip() == wrong[name]
        assert cell(page, "contact_name").input["value"] == "王芳"
        assert tab_states(page)["basic_info"] == "errors"
    filing_row = stored(session)
    assert (filing_row.contact_name, str(filing_row.operation_started_on)) == ("王芳", "2019-05-01")
    assert filing_row.contact_mobile == "13800000000"
    assert set(state(session, "basic_info").unsaved_input) == set(wrong)


def test_a_mended_answer_forgets_the_typed_text(clerk: Clerk, filing: str, session: Session) -> None:
    clerk.post(f"{filing}/basic_info", BASIC_INFO | {"contact_mobile": "138"})
    assert clerk.post(f"{filing}/basic_info", BASIC_INFO).status_code == 303
    assert state(session, "basic_info").unsaved_input == {}
    assert codes(clerk.page(f"{filing}/basic_info")) == []


def test_typed_text_that_does_not_parse_stands_in_the_way_of_generating(clerk: Clerk, filing: str) -> None:
    clerk.post(f"{filing}/basic_info", BASIC_INFO | {"website": "x" * 201})
    assert "E_TEXT_TOO_LONG" in codes(clerk.page(f"{filing}/problems"))
    answer = clerk.post(f"{filing}/materials")
    assert answer.status_code == 422


def test_what_is_missing_is_only_told_after_a_first_save(clerk: Clerk, filing: str) -> None:
    assert codes(clerk.page(f"{filing}/basic_info")) == []
    clerk.post(f"{filing}/basic_info", BASIC_INFO | {"manager_name": "", "makerspace_type": ""})
    page = clerk.page(f"{filing}/basic_info")
    assert codes(page) == ["E_REQUIRED", "E_REQUIRED"]
    assert codes(cell(page, "manager_name")) == codes(cell(page, "makerspace_type")) == ["E_REQUIRED"]
    assert tab_states(page)["basic_info"] == "in_progress"


def test_an_answer_that_another_one_asks_for(clerk: Clerk, filing: str) -> None:
    clerk.post(f"{filing}/basic_info", BASIC_INFO | {"makerspace_type": "professional"})
    page = clerk.page(f"{filing}/basic_info")
    assert codes(cell(page, "focus_field")) == ["E_REQUIRED"]


def test_what_was_known_is_filled_in_and_says_where_from(clerk: Clerk, filing: str, session: Session) -> None:
    page = clerk.page(f"{filing}/basic_info")
    unit = stored(session).unit
    given = {tag["data-name"]: tag["data-value"] for tag in page.select("output.given")}
    assert given == {
        "operator_name": unit.name, "uscc": unit.uscc, "legal_representative": "陈启航",
        "region_code": "广东省 广州市 天河区",
    }  # fmt: skip
    assert cell(page, "makerspace_name").input["value"] == stored(session).carrier.name
    assert "来自众创空间信息" in cell(page, "makerspace_name").get_text()
    assert "来自单位信息" in cell(page, "operator_registered_on").get_text()


def test_forged_fields_change_nothing(clerk: Clerk, filing: str, session: Session) -> None:
    before = stored(session)
    kept = {name: getattr(before, name) for name in ("unit_id", "serial", "kind", "region_code", "batch_id")}
    forged = {"status": "approved", "unit_id": "1", "id": "1", "serial": "7", "region_code": "110000",
              "submitted_at": "2021-01-01", "uscc": "x", "media_report_count": "99", "kind": "incubator",
              "service_capability_text": "of another tab"}  # fmt: skip
    assert clerk.post(f"{filing}/basic_info", BASIC_INFO | forged).status_code == 303
    after = stored(session)
    assert (after.status, after.submitted_at, after.service_capability_text) == ("draft", None, None)
    assert {name: getattr(after, name) for name in kept} == kept


def test_a_stale_save_shows_both_sides_and_loses_neither(clerk: Clerk, filing: str, session: Session) -> None:
    clerk.post(f"{filing}/basic_info", BASIC_INFO)
    version = clerk.page(f"{filing}/basic_info").select_one("#tab-form [name=version]")["value"]
    theirs = BASIC_INFO | {"contact_name": "他人", "manager_name": "他人", "version": version}
    assert clerk.post(f"{filing}/basic_info", theirs).status_code == 303
    mine = BASIC_INFO | {
        "contact_name": "本人",
        "website": "https://example.com",
        "introduction": "一\r\n\r\n二",
    }
    answer = clerk.post(f"{filing}/basic_info", mine | {"version": version})
    page = soup(answer)
    assert (answer.status_code, codes(page)) == (409, ["E_CONFLICT"])
    rows = {
        row.find("input")["name"].removeprefix("keep_"): [
            cell.get_text(strip=True) for cell in row.find_all("td")
        ]
        for row in page.select("tr.differs")
    }
    assert set(rows) == {"contact_name", "manager_name", "website", "introduction"}
    assert rows["contact_name"] == ["本人", "他人"]
    assert stored(session).contact_name == "他人"
    answers = {
        str(tag["name"]): tag.get("value", tag.text.removeprefix("\n"))
        for tag in page.select("form.panel [name]")
        if tag.get("type") != "radio"
    }
    answer = clerk.post(
        f"{filing}/basic_info", answers | {"keep_manager_name": "theirs", "csrf_token": clerk.token}
    )
    assert answer.status_code == 303
    chosen = stored(session)
    assert (chosen.contact_name, chosen.manager_name) == ("本人", "他人")
    assert (chosen.website, chosen.introduction) == ("https://example.com", "一\n\n二")


def test_the_same_answer_written_otherwise_is_no_difference(clerk: Clerk, filing: str) -> None:
    clerk.post(f"{filing}/basic_info", BASIC_INFO | {"introduction": "一\n二"})
    mine = BASIC_INFO | {
        "introduction": "一\r\n二\r\n",
        "operation_started_on": "2019年5月1日",
        "website": "x",
    }
    answer = clerk.post(f"{filing}/basic_info", mine | {"version": "0"})
    assert [tag["name"] for tag in soup(answer).select("[type=radio]")] == ["keep_website"] * 2


def test_ticks_the_other_side_left_empty_can_be_chosen(clerk: Clerk, filing: str, session: Session) -> None:
    answers = {"instructions_read": "yes", "priority_directions": ["students", "academia"]}
    clerk.post(f"{filing}/instructions", answers)
    clerk.post(f"{filing}/instructions", {"instructions_read": "yes", "version": "1"})
    answer = clerk.post(f"{filing}/instructions", answers | {"version": "1"})
    assert answer.status_code == 409
    chosen = answers | {"version": "2", "keep_priority_directions": "theirs"}
    assert clerk.post(f"{filing}/instructions", chosen).status_code == 303
    assert stored(session).priority_directions is None


def test_the_first_save_of_two_is_noticed_too(clerk: Clerk, filing: str) -> None:
    assert clerk.post(f"{filing}/basic_info", BASIC_INFO | {"version": "0"}).status_code == 303
    answer = clerk.post(f"{filing}/basic_info", BASIC_INFO | {"manager_name": "他", "version": "0"})
    assert answer.status_code == 409


@pytest.mark.parametrize("version", ["", "abc", "-1", "²", "9" * 5000])
def test_a_version_that_is_none_is_no_reason_to_fail(clerk: Clerk, filing: str, version: str) -> None:
    clerk.post(f"{filing}/basic_info", BASIC_INFO)
    answer = clerk.post(f"{filing}/basic_info", BASIC_INFO | {"version": version})
    assert answer.status_code in (303, 409)


def test_an_answer_that_changed_is_saved_by_itself_and_no_input_comes_back(clerk: Clerk, filing: str) -> None:
    answer = clerk.post(f"{filing}/basic_info", BASIC_INFO, htmx=True)
    assert answer.status_code == 200
    fragment = soup(answer)
    assert "已自动保存" in fragment.select_one("#msg").get_text()
    assert [tag["name"] for tag in fragment.select("input, select, textarea")] == [
        "version",
        "idempotency_key",
    ]
    assert fragment.select_one("#tab-version")["value"] == "1"
    assert (
        clerk.page(f"{filing}/basic_info").find(id="contact_mobile")["value"] == BASIC_INFO["contact_mobile"]
    )


def test_an_autosave_says_what_it_could_not_take_and_asks_for_nothing_yet(clerk: Clerk, filing: str) -> None:
    answer = clerk.post(f"{filing}/basic_info", {"contact_mobile": "138"}, htmx=True)
    assert answer.status_code == 422
    fragment = soup(answer)
    assert codes(fragment.select_one("#contact_mobile-refusal")) == ["E_MOBILE"]
    assert codes(fragment) == ["E_MOBILE"]
    page = clerk.page(f"{filing}/basic_info")
    assert codes(page) == ["E_MOBILE"]  # what is missing is told after 保存 only
    assert page.find(id="contact_mobile")["value"] == "138"
    fragment = soup(clerk.post(f"{filing}/basic_info", {"contact_mobile": "13800000000"}, htmx=True))
    assert codes(fragment) == []


def test_an_autosave_that_meets_another_replaces_nothing(clerk: Clerk, filing: str) -> None:
    clerk.post(f"{filing}/basic_info", BASIC_INFO | {"version": "0"})
    answer = clerk.post(f"{filing}/basic_info", {"manager_name": "王一", "version": "0"}, htmx=True)
    assert answer.status_code == 409
    assert [tag["id"] for tag in soup(answer).select("[hx-swap-oob]")] == ["msg"]
    assert clerk.page(f"{filing}/basic_info").find(id="manager_name")["value"] == BASIC_INFO["manager_name"]


def test_paragraphs_keep_their_lines(clerk: Clerk, filing: str, session: Session) -> None:
    text = "  第一段。\r\n\r\n<b>第二段</b> & 完。\r\n"
    clerk.post(f"{filing}/service_capability", {"service_capability_text": text})
    assert stored(session).service_capability_text == "第一段。\n\n<b>第二段</b> & 完。"
    page = clerk.page(f"{filing}/service_capability")
    assert page.find("textarea").text.lstrip("\n") == "第一段。\n\n<b>第二段</b> & 完。"
    clerk.post(f"{filing}/service_capability", {"service_capability_text": page.find("textarea").text})
    assert stored(session).service_capability_text == "第一段。\n\n<b>第二段</b> & 完。"


@pytest.mark.parametrize("name", ["no_such_tab", "venue_row", "Venue", "materials2"])
def test_a_tab_that_is_not_there(clerk: Clerk, filing: str, name: str) -> None:
    assert clerk.get(f"{filing}/{name}").status_code == 404
    assert clerk.post(f"{filing}/{name}").status_code in (404, 405)


def test_a_tab_without_answers_is_done_when_it_was_looked_at(clerk: Clerk, filing: str) -> None:
    clerk.post(f"{filing}/staff", {"op": "save"})
    assert tab_states(clerk.page(f"{filing}/staff"))["staff"] == "done"


def test_saving_while_an_autosave_of_the_same_is_under_way_is_no_conflict(clerk: Clerk, filing: str) -> None:
    answers = BASIC_INFO | {"contact_mobile": "138", "version": "0"}
    assert clerk.post(f"{filing}/basic_info", answers, htmx=True).status_code == 422
    assert clerk.post(f"{filing}/basic_info", answers).status_code == 422
    assert clerk.post(f"{filing}/basic_info", answers | {"manager_name": "别人"}).status_code == 409

"""The opinion page, the queue's 发送, and the applicant's way through a return, without JavaScript."""

import re
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions import clock
from filings import documents
from filings.snapshot import values_of
from filings.submission import offered_offices
from models.event import Actor
from models.filing import Filing
from models.opinion import Opinion
from models.return_request import ReturnRequest
from models.venue import Venue
from tests.browsing import Clerk, codes, soup
from tests.build import NOW, build_account, build_reviewer
from tests.completing import VENUE, small_pdf
from tests.drafting import Draft
from tests.reviewing import PASSING, QUALIFIED
from tests.submitting import complete_filing, finished_version, submitted_filing

KEY = {"idempotency_key": "of one page"}
RETURN = {
    "intention": "return",
    "reason": "请逐条修改。",
    "is_genuine": "no",
    "is_qualified": "yes",
    "site_checked": "no",
}


@pytest.fixture
def filing(session: Session) -> Filing:
    return submitted_filing(session)


@pytest.fixture
def desk(client: FlaskClient, session: Session) -> Clerk:
    return Clerk(client, build_reviewer(session, person_name="邓文杰"))


def another(app: Flask, account: Any) -> Clerk:
    return Clerk(app.test_client(), account)


def page_of(filing: Filing, what: str = "opinion") -> str:
    return f"/review/{filing.id}/{what}"


def files_of(desk: Clerk, filing: Filing) -> Any:
    return desk.page(page_of(filing)).select("#opinion-files .sheet-list a")


def save(desk: Clerk, filing: Filing, **answers: str) -> Any:
    return desk.post(page_of(filing), {"op": "save"} | answers)


def send(desk: Clerk, *filings: Filing) -> Any:
    """Tick rows in the queue, look at what it will do, confirm."""
    queue = desk.page("/review")
    values = [str(box["value"]) for box in queue.select("#queue [name=filing]")]
    ticked = [value for value in values if any(value.startswith(str(filing.id)) for filing in filings)]
    confirm = desk.post("/review/sending/check", {"filing": ticked})
    assert confirm.status_code == 200
    boxes = soup(confirm).select("#sending [name=filing]")
    return desk.post("/review/sending", {"filing": [str(box["value"]) for box in boxes]})


def test_an_opinion_is_saved_shown_again_and_sent_from_the_queue(
    session: Session, desk: Clerk, filing: Filing
) -> None:
    page = desk.page(page_of(filing))
    assert [tag.get_text(strip=True) for tag in page.select(".desk-tabs a")][2] == "审核意见"
    answer = save(desk, filing, intention="pass", version="0", **QUALIFIED)
    assert answer.status_code == 303
    page = desk.page(answer.headers["Location"])
    assert "意见已保存" in page.get_text()
    assert page.select_one("[name=intention][checked]")["value"] == "pass"
    assert "送达广东省科学技术厅" in page.get_text()
    assert "通过 · 已保存" in desk.page("/review").select_one("#queue").get_text()
    result = soup(send(desk, filing))
    assert "已发送" in result.select_one("#sent").get_text()
    session.expire_all()
    assert filing.current_level == "province"
    assert "本机构" in desk.page(page_of(filing)).get_text()
    assert desk.page("/review").select("#queue [name=filing]") == []


def test_what_is_missing_is_said_at_its_place_and_nothing_typed_is_lost(desk: Clerk, filing: Filing) -> None:
    answer = save(desk, filing, intention="pass", reason="写了一半的意见", is_genuine="yes")
    assert answer.status_code == 422
    page = soup(answer)
    assert codes(page) == ["E_QUALIFIED_REQUIRED"] * 2
    assert page.select_one("title").get_text().startswith("错误：")
    assert "写了一半的意见" in page.select_one("[name=reason]").get_text()
    assert page.select_one("[name=is_genuine][checked]")["value"] == "yes"
    for link in page.select(".notice.bad .links a"):
        assert page.select_one(f"[id='{link['href'][1:]}']") is not None


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"intention": "pass", **QUALIFIED, "is_qualified": "no"}, "E_PASS_NOT_QUALIFIED"),
        ({"intention": "maybe", **QUALIFIED}, "E_CHOICE"),
        ({**RETURN, "resubmit_by": "明天"}, "E_DATE"),
        ({**RETURN, "reason": "长" * 2001}, "E_TEXT_TOO_LONG"),
        ({**RETURN, "reason": ""}, "E_REQUIRED"),
    ],
)
def test_bad_opinions_are_refused(
    session: Session, desk: Clerk, filing: Filing, typed: Any, code: str
) -> None:
    answer = save(desk, filing, **typed)
    assert answer.status_code == 422
    assert code in codes(soup(answer))
    session.rollback()
    assert session.scalars(select(Opinion)).all() == []


def test_usual_sentences_go_to_the_end_of_the_reason(desk: Clerk, filing: Filing) -> None:
    sentence = str(desk.page(page_of(filing)).select_one("#sentence option").get_text())
    answer = desk.post(page_of(filing), {"op": "insert", "sentence": sentence, "reason": "第一句。"})
    assert answer.status_code == 200
    page = soup(answer)
    assert page.select_one("[name=reason]").get_text().strip() == f"第一句。\n{sentence}"
    assert codes(page) == []
    unsaved = page.select("form[data-dirty]")  # leaving it asks
    assert [form["id"] for form in unsaved] == ["opinion-form"]


def test_two_colleagues_do_not_overwrite_each_other(
    app: Flask, session: Session, desk: Clerk, filing: Filing
) -> None:
    colleague = another(app, build_reviewer(session, person_name="罗建平"))
    assert save(desk, filing, version="0", **RETURN).status_code == 303
    answer = save(colleague, filing, version="0", **RETURN)
    assert (answer.status_code, codes(soup(answer))) == (409, ["E_ASSIGNED_ELSEWHERE"])
    assert "邓文杰办理" in colleague.page(page_of(filing)).get_text()
    assert colleague.post(page_of(filing, "assignment")).status_code == 303
    stale = save(colleague, filing, version="0", **(RETURN | {"reason": "另一个意见"}))
    assert (stale.status_code, codes(soup(stale))) == (409, ["E_CONFLICT"])
    assert "另一个意见" in soup(stale).select_one("[name=reason]").get_text()


def test_a_foreign_office_finds_nothing(app: Flask, session: Session, desk: Clerk, filing: Filing) -> None:
    shenzhen = another(app, build_reviewer(session, "province", "440300"))
    for what in ("opinion", "history", "recusal", "correction"):
        assert shenzhen.get(page_of(filing, what)).status_code == 404
    assert save(shenzhen, filing, **RETURN).status_code == 404
    for what in ("requests", "assignment", "recusal", "correction", "opinion/files/opinion_file"):
        assert shenzhen.post(page_of(filing, what)).status_code == 404
    value = f"{filing.id}:1"
    answer = shenzhen.post("/review/sending/check", {"filing": value})
    assert filing.name not in answer.get_data(as_text=True)
    assert shenzhen.post("/review/sending", {"filing": value}).status_code == 422


@pytest.mark.parametrize("ticked", [[], ["x"], ["not-a-uuid:1"], ["x"] * 300])
def test_sending_nothing_says_what_to_do(desk: Clerk, filing: Filing, ticked: list[str]) -> None:
    for path in ("/review/sending/check", "/review/sending"):
        answer = desk.post(path, {"filing": ticked})
        assert answer.status_code == 422
        assert "勾选" in answer.get_data(as_text=True)


def test_a_double_click_sends_once(session: Session, desk: Clerk, filing: Filing) -> None:
    save(desk, filing, version="0", intention="pass", **QUALIFIED)
    ticks = {"filing": f"{filing.id}:1", "idempotency_key": "k1"}
    assert "已发送 1 件" in desk.post("/review/sending", ticks).get_data(as_text=True)
    again = desk.post("/review/sending", ticks)
    assert "不会重复发送" in again.get_data(as_text=True)
    other = desk.post("/review/sending", {"filing": f"{filing.id}:1"})
    assert (other.status_code, codes(soup(other))) == (422, ["E_CONFLICT"])


def test_one_without_an_opinion_keeps_all_back(session: Session, desk: Clerk, filing: Filing) -> None:
    other = submitted_filing(session)
    save(desk, filing, version="0", intention="pass", **QUALIFIED)
    answer = desk.post("/review/sending", {"filing": [f"{filing.id}:1", f"{other.id}:0"]})
    assert answer.status_code == 422
    page = soup(answer)
    assert codes(page) == ["E_OPINION_NOT_SAVED"]
    assert other.name in page.select_one("#sent").get_text()
    session.expire_all()
    assert (filing.current_level, other.current_level) == ("city", "city")


def test_requests_are_pinned_from_the_data_and_listed(session: Session, desk: Clerk, filing: Filing) -> None:
    row = session.scalars(select(Venue)).one()
    data = desk.page(f"/review/{filing.id}?part=venue_rows")
    link = str(data.select_one("a.pin-link")["href"])
    page = desk.page(link)
    assert page.select_one("#spot option[selected]")["value"] == f"venue_rows/{row.id}"
    cell = f"venue_rows/{row.id}/area_total"
    assert page.select_one(f"#spot option[value='{cell}']") is not None
    answer = desk.post(page_of(filing, "requests"), {"spot": cell, "fault": "wrong", "text": "与合同不符。"})
    assert answer.status_code == 303
    listed = desk.page(page_of(filing)).select_one("#requests")
    assert "与合同不符。" in listed.get_text()
    refused = desk.post(page_of(filing, "requests"), {"spot": cell, "fault": "", "text": "打好的字"})
    assert (refused.status_code, codes(soup(refused))) == (422, ["E_CHOICE"])
    assert "打好的字" in soup(refused).select_one("#request-text").get_text()
    assert soup(refused).select_one("#spot option[selected]")["value"] == cell
    made = session.scalars(select(ReturnRequest)).one()
    removal = page_of(filing, f"requests/{made.id}/removal")
    for _ in range(2):
        assert desk.post(removal, KEY).status_code == 303
    session.rollback()
    assert session.scalars(select(ReturnRequest)).all() == []


def test_a_request_links_to_the_page_its_row_stands_on(
    monkeypatch: pytest.MonkeyPatch, session: Session, desk: Clerk
) -> None:
    monkeypatch.setattr(documents, "PAGE_ROWS", 1)
    filing = complete_filing(session)
    Draft(session, filing).add("venue_rows", **(VENUE | {"address": "广州市天河区科韵路 9 号"}))
    version, office = finished_version(session, filing), offered_offices(session, filing)[0]
    filing.submit(version, office, values_of(version.snapshot), Actor(None, "测试", "legal"), NOW)
    session.commit()
    second = session.scalars(select(Venue).order_by(Venue.place.desc())).first()
    spot = {"spot": f"venue_rows/{second.id}", "fault": "wrong", "text": "与合同不符。"}
    assert desk.post(page_of(filing, "requests"), spot).status_code == 303
    link = str(desk.page(page_of(filing)).select_one("#requests .between a")["href"])
    assert desk.page(link).select_one("#" + link.split("#")[1]) is not None


def test_files_go_with_the_opinion(app: Flask, session: Session, desk: Clerk, filing: Filing) -> None:
    path = page_of(filing, "opinion/files/opinion_file")
    assert desk.upload(path, small_pdf("signed"), "意见书.pdf").status_code == 303
    assert desk.upload(path, b"not a pdf", "意见书.pdf").status_code == 422
    assert desk.upload(page_of(filing, "opinion/files/other"), small_pdf()).status_code == 404
    (link,) = files_of(desk, filing)
    assert link.get_text() == "意见书.pdf"
    address = str(link["href"])
    spare = small_pdf("spare")
    for _ in range(2):
        assert desk.post(path, {"file": (BytesIO(spare), "多余.pdf")} | KEY).status_code == 303
    assert [one.get_text() for one in files_of(desk, filing)] == ["意见书.pdf", "多余.pdf"]
    spare_one = str(files_of(desk, filing)[1]["href"]).replace(".pdf", "/removal")
    for _ in range(2):
        assert desk.post(spare_one, KEY).status_code == 303
    assert [one.get_text() for one in files_of(desk, filing)] == ["意见书.pdf"]
    assert desk.get(address).status_code == 200
    applicant = another(app, build_account(session, unit=filing.unit))
    assert applicant.get(address).status_code == 403
    colleague = another(app, build_reviewer(session, person_name="罗建平"))
    refused = colleague.post(address.replace(".pdf", "/removal"))
    assert (refused.status_code, "邓文杰办理" in refused.get_data(as_text=True)) == (409, True)
    save(desk, filing, version="0", intention="pass", **QUALIFIED)
    send(desk, filing)
    province = another(app, build_reviewer(session, "province", "440000"))
    assert province.get(address).status_code == 200
    assert desk.post(address.replace(".pdf", "/removal")).status_code == 409


def test_the_applicant_mends_replies_and_hands_in_again(
    app: Flask, session: Session, desk: Clerk, filing: Filing
) -> None:
    row = session.scalars(select(Venue)).one()
    spots = (f"venue_rows/{row.id}/area_total", "basic_info/introduction", "commitment/commitment_file")
    for spot in spots:
        desk.post(page_of(filing, "requests"), {"spot": spot, "fault": "wrong", "text": f"请改 {spot[:8]}"})
    save(desk, filing, version="0", **RETURN)
    assert "3 条退回要求一并发出" in desk.page(page_of(filing)).get_text()
    send(desk, filing)
    clerk, base = another(app, build_account(session, unit=filing.unit)), f"/filings/{filing.id}"
    home = clerk.page("/").get_text()
    assert "已退回" in home
    assert "请逐条修改。" in home
    todo = clerk.page(f"{base}/requests")
    assert [item["data-state"] for item in todo.select("[data-request]")] == ["open"] * 3
    for link in todo.select("[data-request] .between a"):
        path, _, anchor = str(link["href"]).partition("#")
        assert clerk.page(path).select_one(f"[id='{anchor}']") is not None, link["href"]
    assert "请改 basic_in" in clerk.page(f"{base}/basic_info").select_one(".remark-here").get_text()
    assert "请改 venue_ro" in clerk.page(f"{base}/venue_rows").select_one(".remark-here").get_text()
    assert "请改 commitme" in clerk.page(f"{base}/commitment").select_one(".remark-here").get_text()
    row.area_total, row.area_public, filing.wechat_account = 601, 51, "顺手改的"  # type: ignore[attr-defined]
    session.commit()
    second, third = session.scalars(select(ReturnRequest).order_by(ReturnRequest.number)).all()[1:]
    for _ in range(2):
        reply = {"reply": "简介属实。"} | KEY
        assert clerk.post(f"{base}/requests/{second.id}/reply", reply).status_code == 303
    too_long = clerk.post(f"{base}/requests/{third.id}/reply", {"reply": "长" * 1001})
    assert (too_long.status_code, codes(soup(too_long))) == (422, ["E_TEXT_TOO_LONG"])
    states = [item["data-state"] for item in clerk.page(f"{base}/requests").select("[data-request]")]
    assert states == ["mended", "replied", "open"]
    finished_version(session, filing)
    office = str(filing.receiving_office_id)
    answer = clerk.post(f"{base}/submission", {"receiving_office": office, "confirm_conditions": "yes"})
    assert (answer.status_code, "E_REQUEST_OPEN" in codes(soup(answer))) == (422, True)
    clerk.post(f"{base}/requests/{third.id}/reply", {"reply": "承诺书有效。"})
    finished_version(session, filing)
    answer = clerk.post(f"{base}/submission", {"receiving_office": office, "confirm_conditions": "yes"})
    assert answer.status_code == 303, codes(soup(answer))
    page = desk.page(page_of(filing))
    assert [item["data-answer"] for item in page.select("[data-answer]")] == ["mended", "replied", "replied"]
    unrequested = [str(item["data-unrequested"]) for item in page.select("[data-unrequested]")]
    assert unrequested == ["basic_info/wechat_account"]
    history = desk.page(page_of(filing, "history"))
    assert "第 1 次提交" in history.get_text()
    assert "简介属实。" in history.get_text()
    assert "第 1 次提交后的退回" in clerk.page(f"{base}/requests").get_text()


def test_a_wrong_sending_is_corrected_until_the_applicant_looks(
    app: Flask, session: Session, desk: Clerk, filing: Filing
) -> None:
    save(desk, filing, version="0", **RETURN)
    send(desk, filing)
    assert "更正" in desk.page(page_of(filing)).select_one(".notice").get_text()
    assert desk.post(page_of(filing, "correction"), {"reason": ""}).status_code == 422
    assert desk.post(page_of(filing, "correction"), {"reason": "点错了"}).status_code == 303
    page = desk.page(page_of(filing))
    assert "已更正" in page.get_text()
    assert page.select_one("[name=reason]").get_text().strip() == "请逐条修改。"
    save(desk, filing, **RETURN)
    send(desk, filing)
    clerk = another(app, build_account(session, unit=filing.unit))
    assert clerk.get(f"/filings/{filing.id}/requests").status_code == 200
    assert desk.get(page_of(filing, "correction")).status_code == 409
    assert desk.post(page_of(filing, "correction"), {"reason": "点错了"}).status_code == 409
    session.expire_all()
    assert filing.status == "returned"


def test_the_next_office_ends_the_time_for_a_correction_by_looking(
    app: Flask, session: Session, desk: Clerk, filing: Filing
) -> None:
    save(desk, filing, version="0", intention="pass", **PASSING["city"])
    send(desk, filing)
    assert desk.get(page_of(filing, "correction")).status_code == 200
    another(app, build_reviewer(session, "province", "440000")).page(f"/review/{filing.id}")
    assert desk.get(page_of(filing, "correction")).status_code == 409


def test_who_declares_an_interest_finds_nothing_any_more(
    session: Session, desk: Clerk, filing: Filing
) -> None:
    assert "没有其他审核人员" in desk.page(page_of(filing, "recusal")).get_text()
    assert desk.post(page_of(filing, "recusal"), {"reason": " "}).status_code == 422
    for _ in range(2):
        assert desk.post(page_of(filing, "recusal"), {"reason": "亲属任职"} | KEY).status_code == 303
    assert desk.get(page_of(filing)).status_code == 404
    assert "目前没有送达的申报" in desk.page("/review").get_text()


def test_what_was_withdrawn_meanwhile_gets_no_opinion(
    app: Flask, session: Session, desk: Clerk, filing: Filing
) -> None:
    desk.page(page_of(filing))
    clerk = another(app, build_account(session, unit=filing.unit))
    assert clerk.post(f"/filings/{filing.id}/withdrawal").status_code == 303
    assert save(desk, filing, version="0", **RETURN).status_code == 404
    assert desk.post("/review/sending", {"filing": f"{filing.id}:1"}).status_code == 422


def test_an_opinion_after_the_deadline_can_only_reject(session: Session, desk: Clerk, filing: Filing) -> None:
    clock.move_to(NOW.replace(month=12, day=20))
    refused = save(desk, filing, version="0", intention="pass", **QUALIFIED)
    assert codes(soup(refused)) == ["E_BATCH_CLOSED"]
    assert save(desk, filing, version="0", **RETURN).status_code == 422
    rejected = save(desk, filing, version="0", intention="reject", reason="超期。", **QUALIFIED)
    assert rejected.status_code == 303
    assert re.search("本次申报终结", desk.page(page_of(filing)).get_text())

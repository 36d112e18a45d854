"""The administrator's pages: everything can be changed, each change is an event, and nobody else comes in."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import Account
from models.batch import Batch
from models.event import Event, first_broken_link
from models.notice_text import wording
from models.region import Region
from models.special_day import read_special_days
from tests.blueprints.signing_in import page_of, post
from tests.build import (
    GUANGZHOU,
    RULES,
    build_account,
    build_batch,
    build_reviewer,
    reference_office,
    sign_in,
)

PAGES = ("/admin", "/admin/batches", "/admin/offices", "/admin/regions", "/admin/days", "/admin/notice-texts")


@pytest.fixture
def admin(client: FlaskClient, session: Session) -> Account:
    account = build_account(session, "staff", staff_role="system_admin")
    sign_in(client, account)
    return account


def typed(client: FlaskClient, path: str) -> dict[str, Any]:
    """Return what stands in the form of a page, as a browser would send it."""
    form = page_of(client.get(path)).select_one("#tab-form")
    assert form is not None
    answers = {str(one["name"]): str(one.get("value", "")) for one in form.select("input[name]")
               if one.get("type") not in ("radio", "checkbox") or one.has_attr("checked")}  # fmt: skip
    texts = {str(one["name"]): one.get_text().removeprefix("\n") for one in form.select("textarea")}
    return answers | texts


def events(session: Session) -> list[Event]:
    return list(session.scalars(select(Event).where(Event.actor_role == "system_admin")))


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_are_the_administrators_alone(client: FlaskClient, session: Session, path: str) -> None:
    assert client.get(path).status_code == 401 or "/login" in client.get(path).location
    for other in (build_reviewer(session), build_account(session)):
        sign_in(client, other)
        assert client.get(path).status_code == 403
    sign_in(client, build_account(session, "staff", staff_role="system_admin"))
    assert client.get(path).status_code == 200


def test_an_administrator_has_no_powers_of_review(client: FlaskClient, admin: Account) -> None:
    assert client.get("/review").status_code == 403


def test_a_deadline_is_moved_and_the_change_is_on_record(
    client: FlaskClient, session: Session, admin: Account
) -> None:
    batch = build_batch(session)
    path = f"/admin/batches/{batch.id}"
    answers = typed(client, path) | {
        "applicant_deadline": "2021年12月3日",
        "limit_area": "600",
        "jump_activity_count": "40",
        "recommend_quota_ratio": "８.5",
    }
    assert post(client, path, answers).status_code == 303
    assert (batch.applicant_deadline, batch.limits["area"]) == (date(2021, 12, 3), "600")
    assert batch.recommend_quota_ratio == Decimal("8.5")
    (event,) = events(session)
    assert event.details["applicant_deadline"] == ["2021-11-30", "2021-12-03"]
    assert event.details["limit_area"] == ["500", "600"]
    assert event.details["jump_activity_count"] == ["50", "40"]
    assert batch.limits["jumps"] == RULES.limits["jumps"] | {"activity_count": "40"}
    assert first_broken_link(session, batch.id) is None


def test_days_out_of_order_are_refused_at_their_place(
    client: FlaskClient, session: Session, admin: Account
) -> None:
    batch = build_batch(session)
    path = f"/admin/batches/{batch.id}"
    answers = typed(client, path) | {
        "province_deadline": "2021-12-01",
        "name": "改了名字",
        "limit_area": "很大",
        "recommend_quota_ratio": "NaN",
    }
    page = post(client, path, answers)
    assert page.status_code == 422
    codes = {one["data-error"] for one in page_of(page).select("[data-error]")}
    assert codes == {"E_DATE_ORDER", "E_NUMBER"}
    assert page_of(page).select_one("#tab-form[data-dirty]")  # leaving it asks
    assert "省级截止不能早于市级截止" in page.text
    assert 'value="很大"' in page.text
    assert 'value="NaN"' in page.text
    assert 'value="改了名字"' in page.text
    assert batch.name != "改了名字"
    assert events(session) == []


def test_the_next_round_is_a_copy_a_year_later(client: FlaskClient, session: Session, admin: Account) -> None:
    by_hand = (
        "十、请于2021年11月30日前提交；2021年10月31日以后的{数据}不计。\n十一、按2019年8月1日的通知办理。"
    )
    written = RULES.format_requirements.strip().format(
        报告期="2019年11月1日至2020年10月31日", 截止日="2020年10月31日", 最晚日期="—", 份数=3
    )  # as of the year before, when it was copied and nobody looked
    batch = build_batch(
        session, latest_start_date=date(2020, 2, 29), format_requirements=f"{written}\n{by_hand}"
    )
    answer = post(client, f"/admin/batches/{batch.id}/copy", {"idempotency_key": "one"})
    again = post(client, f"/admin/batches/{batch.id}/copy", {"idempotency_key": "one"})
    assert answer.location == again.location
    copied = session.scalars(select(Batch).where(Batch.year == 2022)).one()
    assert copied.name == "2022年度国家备案众创空间"
    assert (copied.applicant_deadline, copied.latest_start_date) == (date(2022, 11, 30), date(2021, 2, 28))
    assert copied.limits == batch.limits
    assert copied.required_statistics == RULES.statistics_of(2022)
    assert copied.required_statistics[0] == [
        {"year": 2020, "kind": "annual"},
        {"year": 2021, "kind": "annual"},
    ]
    text = copied.format_requirements
    assert "本批次报告期为2021年11月1日至2022年10月31日" in text
    assert "截至2022年10月31日。各表" in text
    assert "均须在2021年2月28日（含）之前" in text
    assert "一式5份" in text
    assert text.endswith(by_hand.replace("2021年1", "2022年1")), "the days of the batch, and nothing else"
    assert len(text.splitlines()) == 11


def test_two_batches_never_have_one_name(client: FlaskClient, session: Session, admin: Account) -> None:
    batch = build_batch(session, name="第九批国家备案众创空间")
    assert post(client, f"/admin/batches/{batch.id}/copy").status_code == 303
    again = post(client, f"/admin/batches/{batch.id}/copy")
    assert (again.status_code, "已有名为「第九批国家备案众创空间（2022年度）」的批次" in again.text) == (
        409,
        True,
    )
    session.rollback()
    names = session.scalars(select(Batch.name).order_by(Batch.year)).all()
    assert names == ["第九批国家备案众创空间", "第九批国家备案众创空间（2022年度）"]


def test_another_year_asks_for_other_statistics(
    client: FlaskClient, session: Session, admin: Account
) -> None:
    batch = build_batch(session)
    path = f"/admin/batches/{batch.id}"
    assert post(client, path, typed(client, path) | {"year": "2023"}).status_code == 303
    session.rollback()
    assert batch.required_statistics == RULES.statistics_of(2023)


def test_an_office_gets_its_address(client: FlaskClient, session: Session, admin: Account) -> None:
    office = reference_office(session)
    build_reviewer(session, login_name="city_reviewer")
    assert "city_reviewer" in client.get(f"/admin/offices/{office.id}").text
    answers = typed(client, f"/admin/offices/{office.id}") | {
        "address": "越秀区演示路 1 号",
        "is_active": "no",
    }
    assert post(client, f"/admin/offices/{office.id}", answers).status_code == 303
    assert (office.address, office.is_active) == ("越秀区演示路 1 号", False)
    found = page_of(client.get("/admin/offices", query_string={"q": GUANGZHOU}))
    assert [row.select_one("td a").text for row in found.select("tbody tr")] == [office.name]


def test_a_region_becomes_a_pilot(client: FlaskClient, session: Session, admin: Account) -> None:
    path = f"/admin/regions/{GUANGZHOU}"
    assert post(client, path, typed(client, path) | {"pilot_change": "yes"}).status_code == 303
    assert session.get_one(Region, GUANGZHOU).pilot_change
    assert client.get("/admin/regions/999999").status_code == 404


def test_a_notice_is_reworded(client: FlaskClient, session: Session, admin: Account) -> None:
    path = "/admin/notice-texts/return"
    post(client, path, typed(client, path) | {"title": "请您修改「{孵化机构}」", "sms": "no"})
    words = wording(session, "return")
    assert words is not None
    assert (words.title, words.sms, words.mail) == ("请您修改「{孵化机构}」", False, True)
    assert client.get("/admin/notice-texts/nothing").status_code == 404


def test_a_notice_keeps_the_words_that_people_need(
    client: FlaskClient, session: Session, admin: Account
) -> None:
    path = "/admin/notice-texts/activation"
    answers = typed(client, path)
    page = post(client, path, answers | {"text": "您的账号 {登录名} 已开通。"})
    assert page.status_code == 422
    assert "正文里必须有 {链接}" in page.text
    assert "您的账号 {登录名} 已开通。" in page.text
    assert post(client, path, answers | {"text": "请打开 {链接}。"}).status_code == 303


def test_a_special_day_comes_and_goes(client: FlaskClient, session: Session, admin: Account) -> None:
    day = {"day": "2030-01-02", "is_working": "no", "note": "元旦"}
    assert post(client, "/admin/days", day).status_code == 303
    assert read_special_days(session) == {date(2030, 1, 2): False}
    assert post(client, "/admin/days", day | {"day": "明天"}).status_code == 422
    session.rollback()
    assert post(client, "/admin/days/2030-01-02/removal").status_code == 303
    assert post(client, "/admin/days/2030-01-02/removal").status_code == 404
    assert read_special_days(session) == {}
    assert [event.act for event in events(session)] == ["change_day", "remove_day"]


@pytest.mark.parametrize("path", ["/admin/offices", "/admin/regions"])
@pytest.mark.parametrize(
    "query", ["q=%25", "q=_", "page=0", "page=-3", "page=99999999999999999999", "page=x"]
)
def test_odd_searches_find_nothing_and_break_nothing(
    client: FlaskClient, admin: Account, path: str, query: str
) -> None:
    assert client.get(f"{path}?{query}").status_code == 200


NEW_BATCH = {
    "rule_set": "makerspace_2021", "name": "2022年度国家备案众创空间", "year": "2022", "period_start": "2021-11-01",
    "period_end": "2022-10-31", "cutoff_date": "2022-10-31", "latest_start_date": "2021-04-30",
    "open_at": "2022-11-01", "applicant_deadline": "2022-11-30", "city_deadline": "2022-12-15",
    "province_deadline": "2022-12-31", "torch_deadline": "2023-03-31", "idempotency_key": "new",
}  # fmt: skip


def test_the_first_batch_is_opened_from_nothing(
    client: FlaskClient, session: Session, admin: Account
) -> None:
    assert "还没有批次" in client.get("/admin/batches").text
    answers = typed(client, "/admin/batches/new") | NEW_BATCH
    answer = post(client, "/admin/batches", answers)
    assert answer.status_code == 303, answer.text
    assert post(client, "/admin/batches", answers).location == answer.location
    batch = session.scalars(select(Batch)).one()
    assert (batch.kind, batch.limits["area"], batch.paper_copies) == ("makerspace", "500", 5)
    assert (batch.province_deadline, batch.torch_deadline) == (date(2022, 12, 31), date(2023, 3, 31))
    assert batch.required_statistics == RULES.statistics_of(2022)
    assert batch.required_statistics[0][0] == {"year": 2020, "kind": "annual"}
    assert "本批次报告期为2021年11月1日至2022年10月31日" in batch.format_requirements
    assert "{" not in batch.format_requirements
    assert batch.is_open_for_applicants(datetime(2022, 11, 30, 15, 59, tzinfo=UTC))
    (event,) = events(session)
    assert (event.act, event.details["火炬中心审核截止"]) == ("open_batch", "2023-03-31")
    assert typed(client, answer.location)["limit_area"] == "500"


def test_a_batch_takes_over_the_rules_of_another(
    client: FlaskClient, session: Session, admin: Account
) -> None:
    before = build_batch(
        session, limits=RULES.limits | {"area": "900"},
        format_requirements="按{省}里的要求，报告期2020年11月1日至2021年10月31日。",
    )  # fmt: skip
    answers = typed(client, "/admin/batches/new") | NEW_BATCH | {"rule_set": str(before.id)}
    assert post(client, "/admin/batches", answers).status_code == 303
    batch = session.scalars(select(Batch).where(Batch.year == 2022)).one()
    assert batch.limits["area"] == "900"
    assert batch.format_requirements == "按{省}里的要求，报告期2021年11月1日至2022年10月31日。"
    assert batch.required_statistics[0][0]["year"] == before.required_statistics[0][0]["year"] + 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"torch_deadline": "2022-12-30"}, "E_DATE_ORDER"),
        ({"applicant_deadline": ""}, "E_REQUIRED"),
        ({"rule_set": "nothing"}, "E_CHOICE"),
        ({"rule_set": ""}, "E_REQUIRED"),
        ({"name": "2021年度国家备案众创空间"}, "E_NAME_TAKEN"),
    ],
)
def test_a_new_batch_is_refused_with_everything_typed(
    client: FlaskClient, session: Session, admin: Account, changes: dict[str, str], code: str
) -> None:
    build_batch(session)
    page = post(client, "/admin/batches", typed(client, "/admin/batches/new") | NEW_BATCH | changes)
    assert page.status_code == 422
    assert [one["data-error"] for one in page_of(page).select("[data-error]")] == [code]
    assert 'value="2021-11-01"' in page.text
    assert len(session.scalars(select(Batch)).all()) == 1
    assert events(session) == []

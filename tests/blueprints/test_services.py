"""服务事项 (examples D08, D09, E05, E07, E08, E12, E16 and E17): the catalogue and the gate before every service."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.gate import Visitor, stop_at
from models.account import Account
from models.event import Event
from models.person import Person
from models.sealed import id_number_digest
from models.service import INFO_TEXTS, services
from models.service_approval import ServiceApproval
from models.service_permission import held_items
from models.unit import Unit
from models.unit_profile import UnitProfile
from tests.browsing import Clerk, soup
from tests.build import NOW, build_account, build_grant, build_person, build_unit, sign_in

DIALOG = "您的个人信息没有实名认证，则需先实名认证个人信息才能进行下一步操作。请点击确定前往个人信息页面。"
OTHER = ("business_term", "industry_first", "industry_second", "business_register", "approved_on",
         "foreign_source", "tax_method", "company_type")  # fmt: skip


@pytest.fixture
def unit(session: Session) -> Unit:
    return build_unit(session)


@pytest.fixture
def legal(client: FlaskClient, session: Session, unit: Unit) -> Clerk:
    return Clerk(client, build_account(session, unit=unit))


def describe(session: Session, unit: Unit, **changes: Any) -> None:
    """Answer everything that 高企 asks for, but for the changes."""
    profile = {
        "area_type": "domestic", "legal_type": "enterprise", "rep_place_type": "mainland",
        "rep_id_type": "resident_id", "rep_id_number": "11010519491231002X", "rep_is_permanent": True,
    } | dict.fromkeys(OTHER, "无")  # fmt: skip
    session.merge(UnitProfile(unit_id=unit.id, **profile | changes))
    legal = session.scalars(select(Account).where(Account.unit_id == unit.id)).one()
    legal.person_name = "陈主办"
    legal.set_id_number("resident_id", "330106197811051015")
    session.merge(Person(account_id=legal.id, real_name_state="none", place_type="mainland"))
    session.commit()


def approve(session: Session, item: str, **subject: Any) -> None:
    session.add(ServiceApproval(item=item, name="报备对象", added_at=NOW, approved_at=NOW, **subject))
    session.commit()


def stop(clerk: Clerk, key: str) -> tuple[str, str]:
    """Try to enter; returns code and words of what stands in the way, empty when the dialog came."""
    answer = clerk.get(f"/services/{key}/entry")
    notice = soup(answer).select_one("main [data-error]")
    assert (answer.status_code == 403) is (notice is not None), answer.text
    posted = clerk.post(f"/services/{key}/entry") if notice else None
    assert posted is None or posted.status_code == 403  # the button is not the only guard
    return (str(notice["data-error"]), notice.get_text("|", strip=True)) if notice else ("", "")


def test_who_closes_his_account_enters_no_service(session: Session) -> None:
    account = build_person(session, closes_at=NOW)
    for service in services().values():
        stopped = stop_at(session, service, Visitor(account, None), NOW.date())
        assert stopped is not None
        assert (stopped.code, stopped.onward) == ("E_CLOSING", "/account/closure")


def test_everybody_finds_every_system(client: FlaskClient) -> None:
    page = soup(client.get("/services"))
    assert len(page.select("main section.panel")) == len(services()) == 22
    assert "本系统" not in page.select_one("main").text
    for key, one in services().items():
        shown = soup(client.get(f"/services/{key}"))
        assert one.name in shown.select_one("h1").text
        tabs = [tab.text for tab in shown.select("main nav.subtabs a")]
        assert tabs == [words for kind, words in INFO_TEXTS.items() if kind in one.info] != []
        assert client.get(f"/services/{key}/entry").status_code == 401
    assert client.get("/services/nothing").status_code == 404
    assert "国务院令第717号" in client.get("/services/human_genetics?info=basis").text


FOUND = {
    "q=遗传": ["人类遗传资源管理"],
    "q=000706008000": ["高新技术企业认定"],
    "audience=natural&category=外国专家和引智": [
        "外国人来华工作许可", "中国政府友谊奖", "因公出国（境）培训", "外国专家项目管理信息系统",
    ],
    "owner=社会发展科技司&audience=legal&q=病原": ["高等级病原微生物实验室建设审查"],
}  # fmt: skip


def test_filters_and_words_find_services(client: FlaskClient) -> None:
    found = {query: soup(client.get(f"/services?{query}")).select("main h2 a") for query in FOUND}
    assert {query: [link.text for link in links] for query, links in found.items()} == FOUND


def test_an_empty_list_says_why(client: FlaskClient, legal: Clerk) -> None:
    empty = soup(client.get("/services?q=%3Cb%3E没有的")).select_one("main .empty")
    assert "暂无可办理的事项" in empty.text
    assert "没有事项符合所选的条件“<b>没有的”" in empty.text
    assert empty.select_one("a[href='/services']")
    assert "您还没有关注任何事项" in legal.page("/services?followed=yes").select_one("main").text


def test_following_makes_a_list_of_ones_own(app: Flask, session: Session, legal: Clerk) -> None:
    legal.post("/services/high_tech/follow", {"next": "/services?q=高新"})
    legal.post("/services/high_tech/follow")
    page = legal.page("/services?followed=yes")
    assert [one.text for one in page.select("main h2 a")] == ["高新技术企业认定"]
    other = Clerk(app.test_client(), build_account(session))
    assert other.page("/services?followed=yes").select("main h2 a") == []
    legal.post("/services/high_tech/follow/removal")
    assert legal.page("/services?followed=yes").select("main h2 a") == []
    assert legal.post("/services/nothing/follow").status_code == 404


def test_the_legal_account_enters_and_acquires_the_service(
    session: Session, unit: Unit, legal: Clerk
) -> None:
    """E07 and E08: pre-approval first, then the dialog, then the unit holds it; the way ends honestly."""
    assert stop(legal, "human_genetics")[0] == "E_NOT_APPROVED"
    assert "办理材料" in stop(legal, "human_genetics")[1]
    approve(session, "human_genetics", uscc=unit.uscc)
    assert stop(legal, "human_genetics") == ("", "")
    dialog = legal.page("/services/human_genetics/entry").select_one("main").text
    for words in ("用户角色", "法人", "统一社会信用代码", unit.uscc, "点击确定后直接进行项目填报"):
        assert words in dialog
    assert "human_genetics" not in held_items(session, unit.id)
    session.rollback()
    answer = legal.post("/services/human_genetics/entry")
    assert (answer.status_code, answer.location) == (303, "/services/human_genetics/not-connected")
    assert "本系统尚未接入" in legal.page(answer.location).text
    session.rollback()
    assert "human_genetics" in held_items(session, unit.id)
    assert [one.details["service"] for one in session.scalars(select(Event).where(Event.act == "enter_service"))] == [
        "human_genetics"
    ]  # fmt: skip


def test_our_own_system_opens(app: Flask, session: Session, unit: Unit, legal: Clerk) -> None:
    assert legal.post("/services/incubation/entry").location == "/filings"
    assert legal.get("/services/incubation/not-connected").location == "/services/incubation/entry"
    person = build_person(session)
    clerk = Clerk(app.test_client(), person)
    assert stop(clerk, "incubation") == ("E_NO_GRANT", "您没有该事项的办理权限，请联系单位管理员")
    grant = build_grant(session, unit, person, role="unit_admin")
    assert stop(clerk, "incubation")[0] == "E_NO_GRANT"
    grant.role, grant.item = "item_handler", "incubation"
    assert clerk.post("/services/incubation/entry").location == "/filings"
    grant.valid_to = date(2021, 11, 9)
    assert stop(clerk, "incubation")[1].startswith("授权已过期")


def test_an_expired_grant_for_a_foreign_service_says_so(app: Flask, session: Session, unit: Unit) -> None:
    person = build_person(session)
    build_grant(session, unit, person, item="human_genetics", valid_to=date(2021, 11, 9))
    assert stop(Clerk(app.test_client(), person), "human_genetics")[0] == "E_EXPIRED"


def test_whoever_is_not_verified_reads_the_dialog(
    app: Flask, session: Session, unit: Unit, legal: Clerk
) -> None:
    """D09, verbatim, and where 确定 leads."""
    clerk = Clerk(app.test_client(), build_account(session, "natural"))
    assert stop(clerk, "technology_needs") == ("E_NOT_VERIFIED", DIALOG)
    page = soup(clerk.get("/services/technology_needs/entry"))
    assert page.select_one("a.btn.primary")["href"] == "/profile/person"
    unit.real_name_state = "stale"
    assert "法人信息没有实名认证" in stop(legal, "incubation")[1]
    person = build_person(session)
    build_grant(session, unit, person)
    assert "单位没有实名认证" in stop(Clerk(app.test_client(), person), "incubation")[1]


def test_the_kind_of_account_is_asked_first(app: Flask, session: Session, unit: Unit, legal: Clerk) -> None:
    """E05 and E16."""
    unit.real_name_state = "none"
    assert "该事项仅限自然人办理" in stop(legal, "overseas_training")[1]
    person = build_person(session)
    clerk = Clerk(app.test_client(), person)
    assert stop(clerk, "overseas_training")[1] == "没有权限，请联系引智司报备"
    person.set_id_number("resident_id", "330106197811051015")
    digest = id_number_digest("resident_id", "330106197811051015")
    approve(
        session,
        "overseas_training",
        id_type="resident_id",
        id_number="330106197811051015",
        id_number_digest=digest,
    )
    assert stop(clerk, "overseas_training") == ("", "")
    assert stop(clerk, "torch_statistics")[1] == "该事项仅限法人办理，请使用法人账号"
    staff = Clerk(app.test_client(), build_account(session, "staff", staff_role="helpdesk"))
    assert stop(staff, "technology_needs")[0] == "E_AUDIENCE"


def test_what_is_missing_is_listed_with_links(session: Session, unit: Unit, legal: Clerk) -> None:
    """D08."""
    describe(session, unit, industry_second=None)
    code, words = stop(legal, "high_tech")
    assert (code, "法人单位其他信息：所属行业2" in words) == ("E_INCOMPLETE", True)
    links = soup(legal.get("/services/high_tech/entry")).select("main [data-error] a")
    assert [link["href"] for link in links] == ["/profile/other#industry_second"]
    assert legal.page("/profile/other").select_one("#industry_second")
    describe(session, unit)
    assert stop(legal, "high_tech") == ("", "")
    assert "点击确定后直接进入评价填报" in legal.get("/services/tech_sme/entry").text


def test_a_disabled_unit_enters_nothing_for_itself(session: Session, unit: Unit, legal: Clerk) -> None:
    unit.is_active = False
    assert stop(legal, "incubation") == ("E_DISABLED", "单位已停用，请联系平台客服")


def test_a_person_with_two_units_is_asked_once(
    app: Flask, client: FlaskClient, session: Session, unit: Unit
) -> None:
    """E17: also on the way into a service."""
    person, other = build_person(session), build_unit(session)
    for one in (unit, other):
        build_grant(session, one, person)
    clerk = Clerk(app.test_client(), person)
    first = clerk.get("/services/incubation/entry")
    assert (first.status_code, first.location) == (303, "/account/unit?next=/services/incubation/entry")
    clerk.post("/account/unit", {"unit": other.id})
    assert other.uscc in clerk.get("/services/incubation/entry").text
    sign_in(client, person)

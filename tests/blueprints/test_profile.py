"""我的信息 (examples D05 to D07, B and 8.3 to 8.5): what people and units say about themselves."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import Account
from models.event import Event
from models.person import Person
from models.stored_file import StoredFile
from models.unit import Unit
from models.unit_profile import UnitProfile
from tests.browsing import Clerk, soup
from tests.build import TIANHE, build_account, build_grant, build_person, build_unit
from tests.completing import small_pdf

NUMBER = "110108199003074519"  # 男, 1990-03-07
PERSON = {
    "person_name": "李晓明", "gender": "male", "place_type": "mainland", "id_type": "resident_id",
    "id_number": NUMBER, "id_is_permanent": "yes",
}  # fmt: skip
OTHER_NUMBER = "11010519491231002X"


def unit_answers(unit: Unit, **changes: str) -> dict[str, str]:
    return {
        "name": unit.name, "area_type": "domestic", "legal_type": "enterprise", "region": "广东省 广州市 天河区",
        "uscc": unit.uscc, "nature": "private", "address": unit.address, "registered_on": "2016-03-18",
        "legal_representative": "陈启航", "rep_place_type": "mainland", "rep_id_type": "resident_id",
        "rep_id_number": OTHER_NUMBER, "rep_is_permanent": "yes",
    } | changes  # fmt: skip


@pytest.fixture
def unit(session: Session) -> Unit:
    return build_unit(session)


@pytest.fixture
def legal(client: FlaskClient, session: Session, unit: Unit) -> Clerk:
    return Clerk(client, build_account(session, unit=unit))


def refused(clerk: Clerk, path: str, answers: dict[str, Any]) -> dict[str, str]:
    """Save and return what was refused: id of the field → message; nothing when it was stored."""
    answer = clerk.post(path, answers)
    if answer.status_code == 303:
        return {}
    assert answer.status_code == 422
    page = soup(answer)
    links = page.select("#problems a")
    assert page.select_one("#tab-form[data-dirty]")  # leaving it asks
    for link in links:  # every refusal leads to its box
        assert page.select_one(str(link["href"]))
    return {str(link["href"])[1:]: link.text for link in links}


def test_a_person_says_who_he_is_and_the_number_is_never_shown(client: FlaskClient, session: Session) -> None:
    clerk = Clerk(client, build_account(session, "natural"))
    assert clerk.get("/profile").location == "/profile/person"
    answers = PERSON | {"ethnicity": "汉族", "born_on": "1990-03-07", "area": "广东省广州市"}
    assert refused(clerk, "/profile/person", answers) == {}
    session.rollback()
    stored = session.scalars(select(Person)).one()
    assert (stored.account.id_number, stored.gender, stored.ethnicity, stored.id_is_permanent) == (
        NUMBER, "male", "汉族", True,
    )  # fmt: skip
    assert "国家平台实名认证通过" in clerk.page("/profile/person").text  # D01
    for path in ("/profile/person", "/profile/person/history"):
        page = clerk.get(path).text
        assert NUMBER not in page
        assert "110************519" in page
    details = str([one.details for one in session.scalars(select(Event)).all()])
    assert NUMBER not in details
    assert refused(clerk, "/profile/person", answers | {"id_number": "", "ethnicity": ""}) == {}
    session.expire_all()
    assert (stored.account.id_number, stored.ethnicity) == (NUMBER, None)


WRONG: list[tuple[dict[str, str], str, str]] = [
    ({"person_name": ""}, "person_name", "请填写姓名"),
    ({"id_number": ""}, "id_number", "请填写证件号码"),
    ({"id_number": "110108199003074518"}, "id_number", "校验码错误"),
    ({"id_number": "1" * 31}, "id_number", "超过字数限制：最多 30 个字"),
    ({"id_number": "110108900307451"}, "id_number", "请使用18位身份证号码"),
    ({"gender": "female"}, "gender", "性别与证件号码不一致"),
    ({"born_on": "1990-03-08"}, "born_on", "出生日期与证件号码不一致"),
    ({"id_is_permanent": ""}, "id_valid_to", "请填写有效日期"),
    ({"id_is_permanent": "", "id_valid_to": "2021-11-09"}, "id_valid_to", "已过有效期"),
    (
        {"place_type": "foreign", "id_type": "passport", "id_number": "E12345678"},
        "continent",
        "请选择所属大洲",
    ),
    ({"phone": "电话"}, "phone", "电话号码格式"),
    ({"phone": "٠٢٠-١٢٣٤٥٦٧٨"}, "phone", "电话号码格式"),
    ({"email": "x"}, "email", "电子邮箱格式"),
]


def test_what_cannot_be_is_refused_at_its_place(client: FlaskClient, session: Session) -> None:
    clerk = Clerk(client, build_account(session, "natural"))
    for changes, field, words in WRONG:
        found = refused(clerk, "/profile/person", PERSON | changes)
        assert list(found) == [field]
        assert words in found[field]
    session.rollback()
    assert session.scalars(select(Person)).all() == []


def test_a_number_belongs_to_one_account(client: FlaskClient, session: Session) -> None:
    """8.3."""
    holder = build_person(session)
    holder.set_id_number("resident_id", NUMBER)
    clerk = Clerk(client, build_account(session, "natural"))
    assert "证件号码已存在" in refused(clerk, "/profile/person", PERSON)["id_number"]


def test_a_number_that_stays_is_judged_as_the_paper_it_is_said_to_be(
    client: FlaskClient, session: Session
) -> None:
    person = build_person(session, person_name="李晓明")
    person.set_id_number("passport", "E12345678")
    digest = person.id_number_digest
    session.commit()
    clerk = Clerk(client, person)
    kept = PERSON | {"id_number": "", "id_type": "passport"}
    found = refused(clerk, "/profile/person", kept | {"id_type": "taiwan_permit"})
    assert found == {
        "id_number": "证件号码：证件类型已更改，已登记的号码不是这种证件的号码，请填写所选证件的号码"
    }
    assert list(refused(clerk, "/profile/person", kept | {"id_type": ""})) == ["id_type"]
    session.rollback()
    assert (person.id_type, person.id_number_digest) == ("passport", digest)
    assert refused(clerk, "/profile/person", kept) == {}
    assert refused(clerk, "/profile/person", PERSON) == {}
    assert list(refused(clerk, "/profile/person", PERSON | {"id_number": "", "gender": "female"})) == [
        "gender"
    ]
    holder = build_person(session)
    holder.set_id_number("passport", NUMBER)
    session.commit()
    assert "证件号码已存在" in refused(clerk, "/profile/person", kept)["id_number"]


def test_the_paper_of_the_legal_representative_is_judged_when_its_kind_changes(
    unit: Unit, legal: Clerk
) -> None:
    assert refused(legal, "/profile/unit", unit_answers(unit)) == {}
    found = refused(
        legal, "/profile/unit", unit_answers(unit, rep_id_type="hk_macao_permit", rep_id_number="")
    )
    assert list(found) == ["rep_id_number"]
    assert refused(legal, "/profile/unit", unit_answers(unit, rep_id_number="")) == {}


def test_a_changed_name_makes_the_real_name_stale(client: FlaskClient, session: Session) -> None:
    person = build_person(session, person_name="李晓明")
    person.set_id_number("resident_id", NUMBER)
    clerk = Clerk(client, person)
    too_long = refused(clerk, "/profile/person", PERSON | {"id_number": "1" * 31})
    assert list(too_long) == ["id_number"], "the one that is stored does not excuse what is typed"
    assert refused(clerk, "/profile/person", PERSON | {"id_number": "", "position": "经理"}) == {}
    assert "国家平台实名认证通过" in clerk.get("/profile/person").text
    assert refused(clerk, "/profile/person", PERSON | {"person_name": "李小明"}) == {}
    assert "信息已变更，请重新认证" in clerk.get("/profile/person").text


def test_a_unit_says_who_it_is(session: Session, unit: Unit, legal: Clerk) -> None:
    """D05 and D06: the message of the platform, its box reachable; 所属大洲 only for foreigners."""
    found = refused(legal, "/profile/unit", unit_answers(unit, rep_place_type=""))
    assert found == {"rep_place_type": "法定代表人类型：法定代表人类型不能为空"}
    assert refused(legal, "/profile/unit", unit_answers(unit)) == {}
    session.rollback()
    profile = session.scalars(select(UnitProfile)).one()
    assert (profile.rep_id_number, profile.rep_continent, unit.region_code) == (OTHER_NUMBER, None, TIANHE)
    page = legal.get("/profile/unit").text
    assert OTHER_NUMBER not in page
    assert "110************02X" in page
    assert [part.text for part in legal.page("/profile/unit").select("form .panel-head h2")] == [
        "法人单位基本信息", "法人授权信息", "法定代表人信息",
    ]  # fmt: skip


def test_a_renamed_unit_is_stale_and_the_change_is_listed(session: Session, unit: Unit, legal: Clerk) -> None:
    """D07."""
    old = unit.name
    legal.post("/profile/unit", unit_answers(unit))
    session.expire_all()
    unit.real_name_state = "auto_passed"
    assert refused(legal, "/profile/unit", unit_answers(unit, name="广州新名众创空间有限公司")) == {}
    session.expire_all()
    assert unit.real_name_state == "stale"
    assert "信息已变更，请重新认证" in legal.get("/profile/unit").text
    assert f"单位名称：{old} → 广州新名众创空间有限公司" in legal.page("/profile/unit/history").text


def test_names_and_codes_of_others_are_taken(session: Session, unit: Unit, legal: Clerk) -> None:
    """8.4 and 8.5."""
    other = build_unit(session, name="测试甲科技（北京）有限公司")
    found = refused(
        legal, "/profile/unit", unit_answers(unit, name="测试甲科技(北京)有限公司", uscc=other.uscc)
    )
    assert "单位名称已存在" in found["name"]
    assert "信用代码已存在" in found["uscc"]


PLACES = {
    "广东省广州市": "440100", "440106": "440106", "北京市海淀区": "110108", "海淀区": "110108",
    "火星": None, "000000": None, "市辖区": None,
}  # fmt: skip


def test_a_region_is_found_as_people_write_it(session: Session, unit: Unit, legal: Clerk) -> None:
    for place, code in PLACES.items():
        before = unit.region_code
        found = refused(legal, "/profile/unit", unit_answers(unit, region=place))
        session.expire_all()
        assert ("region" in found, unit.region_code) == (code is None, code or before)


def test_the_other_sheets_of_a_unit(session: Session, unit: Unit, legal: Clerk) -> None:
    assert len(refused(legal, "/profile/other", {})) == 8
    sheet = legal.page("/profile/other")
    assert "系统已确认的法人其他信息(高企/科技型中小企业请完善以下内容)" in sheet.text or sheet.select(
        "#industry_first"
    )
    answers = {str(box["name"]): "无" for box in sheet.select("#tab-form .field [name]")}
    assert refused(legal, "/profile/other", answers) == {}
    agent = PERSON | {"person_name": "陈主办", "fax": "020-12345678"}
    assert refused(legal, "/profile/agent", agent) == {}
    session.expire_all()
    account = session.scalars(select(Account).where(Account.unit_id == unit.id)).one()
    assert (account.person_name, account.id_number) == ("陈主办", NUMBER)


def test_whoever_keeps_a_unit_for_it_opens_its_sheets(
    client: FlaskClient, session: Session, unit: Unit
) -> None:
    """法人（单位）授权办理情况: the blue name leads on for those with 维护法人（单位）信息 only."""
    person = build_person(session)
    grant = build_grant(session, unit, person)
    clerk = Clerk(client, person)
    page = clerk.page("/profile/units")
    assert unit.name in page.text
    assert "2.若授权单位已被停用，则授权单位相关操作也将被停用。" in page.text
    assert clerk.post(f"/profile/units/{unit.id}").status_code == 404
    assert clerk.get("/profile/unit").status_code == 404
    assert clerk.post("/profile/unit", unit_answers(unit)).status_code == 404
    build_account(session, unit=unit)
    build_grant(session, unit, person, role="unit_maintainer")
    assert clerk.page("/profile/units").select_one("button.linklike").text == unit.name
    assert clerk.post(f"/profile/units/{unit.id}").location == "/profile/unit"
    assert refused(clerk, "/profile/unit", unit_answers(unit, short_name="启航")) == {}
    grant.state = "disabled"
    unit.is_active = False
    assert clerk.get("/profile/unit").status_code == 404
    assert "停用" in clerk.page("/profile/units").text


def test_staff_have_no_sheets(client: FlaskClient, session: Session) -> None:
    staff = Clerk(client, build_account(session, "staff", staff_role="helpdesk"))
    for path in ("/profile", "/profile/person", "/profile/unit", "/profile/units"):
        assert staff.get(path).status_code == 404


def test_the_unit_keeps_its_stamped_letter(app: Flask, session: Session, client: FlaskClient) -> None:
    unit = build_unit(session)
    legal = Clerk(client, build_account(session, unit=unit))
    assert "还没有盖章授权书" in legal.page("/profile/unit").text
    assert legal.get("/profile/unit/letter.pdf").status_code == 404
    wrong = legal.upload("/profile/unit/letter", b"no pdf")
    assert (wrong.status_code, soup(wrong).select_one("[data-error=E_FILE]") is not None) == (422, True)
    assert legal.post("/profile/unit/letter").status_code == 422
    assert legal.upload("/profile/unit/letter", small_pdf("一"), "授权书一.pdf").status_code == 303
    assert legal.upload("/profile/unit/letter", small_pdf("二"), "授权书二.pdf").status_code == 303
    assert "授权书二.pdf" in legal.page("/profile/unit").text
    assert legal.get("/profile/unit/letter.pdf").data.startswith(b"%PDF")
    session.rollback()
    given_up = session.scalars(select(StoredFile).where(StoredFile.discarded_at.is_not(None))).all()
    assert len(given_up) == 1, "the first one"
    person = build_account(session, "natural")
    build_grant(session, unit, person, role="item_handler")
    other = Clerk(app.test_client(), person)
    assert other.get("/profile/unit/letter").status_code == 404
    assert other.get("/profile/unit/letter.pdf").status_code == 404
    assert other.upload("/profile/unit/letter", small_pdf()).status_code == 404
    assert other.post("/profile/unit/letter/removal").status_code == 404
    assert legal.post("/profile/unit/letter/removal").status_code == 303
    assert legal.get("/profile/unit/letter.pdf").status_code == 404
    changes = [
        one.details.get("盖章授权书")
        for one in session.scalars(select(Event).where(Event.stream_id == unit.id))
    ]
    assert changes == [["", "授权书一.pdf"], ["授权书一.pdf", "授权书二.pdf"], ["授权书二.pdf", ""]]
    assert "盖章授权书" in legal.page("/profile/unit/history").text

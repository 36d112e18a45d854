"""用户授权管理 (examples E07 to E12 of the account platform): who lets whom do what, and no further."""

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jobs.periodic import DAILY
from models.account import Account
from models.event import Event, first_broken_link
from models.filing import Filing
from models.grant import Grant
from models.notification import Notification
from models.person import Person
from models.service_permission import acquire
from models.unit import Unit
from models.venue import Venue
from tests.browsing import Clerk, soup
from tests.build import NOW, build_account, build_batch, build_carrier, build_grant, build_person, build_unit

NOT_FOUND = "未查询到已实名认证的自然人用户"
HANDLER = "item_handler:incubation"
GENETICS = "item_handler:human_genetics"
YEAR = "2022-11-10"


@pytest.fixture
def unit(session: Session) -> Unit:
    return build_unit(session)


@pytest.fixture
def legal(client: FlaskClient, session: Session, unit: Unit) -> Clerk:
    return Clerk(client, build_account(session, unit=unit))


@pytest.fixture
def person(session: Session) -> Account:
    return build_person(session, person_name="陈思敏", login_name="Chen_simin")


def window(app: Flask, account: Account) -> Clerk:
    """Another browser, of somebody else."""
    return Clerk(app.test_client(), account)


def find(clerk: Clerk, person: Account) -> str:
    """Search as an administrator does; returns the address of the person's page."""
    asked = {"person_name": person.person_name, "login_name": person.login_name}
    answer = clerk.post("/grants/search", asked)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def grant(clerk: Clerk, person: Account, rights: dict[str, str]) -> str:
    """Tick rights, each to its day; returns the message of refusal, empty when it was saved."""
    address = find(clerk, person)
    page = clerk.page(address)
    form = page.select_one("form[action^='/grants/people']")
    typed = {
        str(box["name"]): str(box["value"]) for box in form.select("input[name]") if box["name"] != "right"
    }
    for tick in form.select("input[name=right]"):
        if tick["value"] in rights:
            row = tick.find_parent("tr")
            typed[str(row.select_one("input[name^=until]")["name"])] = rights[str(tick["value"])]
    answer = clerk.post(str(form["action"]), typed | {"right": list(rights)})
    if answer.status_code == 303:
        return ""
    assert answer.status_code == 422
    return " ".join(one.get_text(strip=True) for one in soup(answer).select("[data-error]"))


def offered(clerk: Clerk, person: Account) -> set[str]:
    return {str(box["value"]) for box in clerk.page(find(clerk, person)).select("input[name=right]")}


def grants(session: Session, person: Account) -> list[Grant]:
    session.rollback()
    query = select(Grant).where(Grant.grantee_id == person.id).order_by(Grant.role, Grant.valid_to)
    return list(session.scalars(query))


def test_a_person_is_authorised_and_files_for_the_unit(
    app: Flask, session: Session, unit: Unit, legal: Clerk, person: Account
) -> None:
    """E08, and what everybody is told and what is written down."""
    build_carrier(session, unit)
    build_batch(session)
    clerk = window(app, person)
    assert clerk.get("/filings").status_code == 403
    assert grant(legal, person, {HANDLER: YEAR}) == ""
    assert clerk.open_filing().startswith("/filings/")
    made = grants(session, person)[0]
    assert (made.right, made.valid_from, made.valid_to) == (
        ("item_handler", "incubation"), date(2021, 11, 10), date(2022, 11, 10),
    )  # fmt: skip
    assert (
        "授予 科技创业孵化机构信息服务系统 · 事项办理员，至 2022-11-10"
        in clerk.page("/account/notifications").text
    )
    assert {one.stream_id for one in session.scalars(select(Event).where(Event.act == "grant"))} == {
        unit.id, person.id,
    }  # fmt: skip
    assert first_broken_link(session, unit.id) is None
    listed = legal.page("/grants").select_one("tbody tr").text
    assert all(words in listed for words in ("Chen_simin", "陈思敏", "至 2022-11-10", "正常"))
    assert len(legal.page("/grants?name=思敏").select("tbody tr")) == 1
    assert "没有符合条件的用户" in legal.page("/grants?login=nobody").text


def test_a_unit_grants_only_what_it_entered(
    app: Flask, session: Session, unit: Unit, legal: Clerk, person: Account
) -> None:
    """E07: the option is absent, and a forged form gets 没有权限."""
    assert GENETICS not in offered(legal, person)
    assert grant(legal, person, {GENETICS: YEAR}) == "没有权限"
    assert grants(session, person) == []
    acquire(session, unit.id, "human_genetics", None, NOW)
    session.commit()
    assert grant(legal, person, {GENETICS: YEAR}) == ""
    clerk = window(app, person)
    assert clerk.get("/filings").status_code == 403  # another service is none here
    assert unit.name in clerk.page("/account/unit").text


def test_an_administrator_is_no_handler_and_makes_no_administrators(
    app: Flask, session: Session, unit: Unit, legal: Clerk, person: Account
) -> None:
    """E09; only the unit's own account names administrators."""
    assert grant(legal, person, {"unit_admin": "2022-05-01"}) == ""
    admin, other = window(app, person), build_person(session, person_name="王力")
    assert "需要“事项办理员”角色" in admin.get("/filings").text
    assert offered(admin, other) == {HANDLER}
    for right in ("unit_admin", "unit_maintainer"):
        assert grant(admin, other, {right: "2022-05-01"}) == "没有权限"
    assert "您自己的授权到 2022-05-01 为止" in grant(admin, other, {HANDLER: "2022-05-02"})
    assert grant(admin, other, {HANDLER: "2022-05-01"}) == ""
    assert grants(session, other)[0].source_id == grants(session, person)[0].id
    assert "不能给自己授权" in grant(admin, person, {HANDLER: "2022-05-01"})
    handler = window(app, other)
    assert handler.get("/filings").status_code == 200
    assert handler.get("/grants").status_code == 403


UNKNOWN = [("Chen_simin", "Chen_simin"), ("陈思", "Chen_simin"), ("陈思敏", "chen"), ("王力", "wang_li")]


def test_only_exact_words_find_somebody(session: Session, legal: Clerk, person: Account) -> None:
    """E10 and E11: a login name is no name, and who is not real-named is not found."""
    waiting = build_account(session, "natural", person_name="王力", login_name="wang_li")
    session.add(Person(account_id=waiting.id, real_name_state="auto_failed"))
    for name, login in UNKNOWN:
        answer = legal.post("/grants/search", {"person_name": name, "login_name": login})
        assert (answer.status_code, NOT_FOUND in answer.text) == (422, True)
        assert f'value="{name}"' in answer.text
    found = legal.post("/grants/search", {"person_name": "陈思敏", "login_name": "chen_SIMIN"})
    assert found.status_code == 303
    person.set_id_number("passport", "E12345678")
    for number, status in (("e1234 5678", 303), ("E12345679", 422), ("E1234567", 422)):
        by_number = legal.post("/grants/search", {"person_name": "陈思敏", "id_number": number})
        assert by_number.status_code == status
        assert "E1234" not in by_number.text.upper()
        assert "E1234" not in by_number.headers.get("Location", "")
    namesake = build_person(session, person_name="陈思敏", login_name="other_chen")
    namesake.set_id_number("taiwan_permit", "E12345678")
    by_number = legal.post("/grants/search", {"person_name": "陈思敏", "id_number": "E12345678"})
    assert by_number.status_code == 422, "nobody is guessed"


def test_nobody_is_shown_who_was_not_found(
    app: Flask, session: Session, unit: Unit, legal: Clerk, person: Account
) -> None:
    plain = f"/grants/people/{person.id}"
    proof = find(legal, person)
    stranger = window(app, build_account(session))
    for path in (plain, proof, f"{plain}?found=x", f"{plain}/dismissal"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(plain, {"right": HANDLER, "until_0": YEAR}).status_code == 404
    assert stranger.post(f"{plain}/dismissal").status_code == 404
    assert legal.get(plain).status_code == 404
    assert legal.get(proof).status_code == 200
    empty = legal.post("/grants/search", {"person_name": "", "login_name": ""})
    assert (empty.status_code, "请填写姓名" in empty.text, "请填写登录名或证件号码" in empty.text) == (
        422,
        True,
        True,
    )


WRONG_DAYS = {
    "2021-11-09": "不能早于今天", "2024-11-11": "最长 3 年", "": "请填写授权截止日", "明年": "日期格式",
}  # fmt: skip


def test_a_last_day_must_make_sense(session: Session, legal: Clerk, person: Account) -> None:
    for day, words in WRONG_DAYS.items():
        assert words in grant(legal, person, {HANDLER: day})
    assert grants(session, person) == []
    assert grant(legal, person, {HANDLER: "2024-11-10"}) == ""


def test_an_authorisation_that_ended_yesterday_is_renewed(
    app: Flask, session: Session, unit: Unit, legal: Clerk, person: Account
) -> None:
    """E12: the old one stays in the history, the new one opens the work."""
    build_grant(session, unit, person, valid_to=date(2021, 11, 9))
    clerk = window(app, person)
    assert "授权已过期" in clerk.get("/filings").text
    assert grant(legal, person, {HANDLER: YEAR}) == ""
    assert clerk.get("/filings").status_code == 200
    assert [(one.state, str(one.valid_to)) for one in grants(session, person)] == [
        ("disabled", "2021-11-09"), ("active", YEAR),
    ]  # fmt: skip
    assert grant(legal, person, {HANDLER: "2022-01-31"}) == ""
    assert str(grants(session, person)[1].valid_to) == "2022-01-31"
    told = len(session.scalars(select(Notification)).all())
    assert grant(legal, person, {HANDLER: "2022-01-31"}) == ""  # nothing changed, nobody is told
    assert len(session.scalars(select(Notification)).all()) == told
    assert grant(legal, person, {}) == ""
    assert clerk.get("/filings").status_code == 403
    assert "授权已过期" not in clerk.get("/filings").text


def test_what_an_administrator_gave_falls_with_him(
    app: Flask, session: Session, unit: Unit, legal: Clerk, person: Account
) -> None:
    grant(legal, person, {"unit_admin": YEAR})
    admin = window(app, person)
    first, second = (build_person(session, person_name=name) for name in ("王力", "赵敏"))
    for one in (first, second):
        assert grant(admin, one, {HANDLER: YEAR}) == ""
    clerk = window(app, first)
    assert clerk.get("/filings").status_code == 200
    page = legal.page(f"/grants/people/{person.id}/dismissal")
    assert "2 项授权也随之失效" in page.text
    assert legal.post(f"/grants/people/{person.id}/dismissal", {"reason": "已离职"}).status_code == 303
    assert clerk.get("/filings").status_code == 403
    assert admin.get("/grants").status_code == 403
    assert {one.reason for one in grants(session, first)} == {"授权人的授权已停用"}
    grant(legal, person, {"unit_admin": YEAR})
    assert clerk.get("/filings").status_code == 403  # a new administrator revives nothing
    assert grant(legal, first, {HANDLER: YEAR}) == ""
    assert clerk.get("/filings").status_code == 200


def test_the_unit_may_take_over_what_an_administrator_gave(
    app: Flask, session: Session, legal: Clerk, person: Account
) -> None:
    grant(legal, person, {"unit_admin": YEAR})
    other = build_person(session, person_name="王力")
    grant(window(app, person), other, {HANDLER: YEAR})
    legal.post(f"/grants/people/{person.id}/dismissal", {"keep_derived": "yes"})
    assert window(app, other).get("/filings").status_code == 200


def test_a_right_that_fell_with_an_expired_administrator_is_given_anew(
    app: Flask, session: Session, unit: Unit, legal: Clerk, person: Account
) -> None:
    source = build_grant(session, unit, person, role="unit_admin")
    other = build_person(session, person_name="王力")
    build_grant(session, unit, other, source_id=source.id)
    clerk = window(app, other)
    assert clerk.get("/filings").status_code == 200
    source.valid_to = date(2021, 11, 9)
    assert clerk.get("/filings").status_code == 403
    assert "已失效：授权人不再是单位管理员" in legal.page(f"/grants/people/{other.id}").text
    assert grant(legal, other, {HANDLER: "2022-12-31"}) == ""
    assert clerk.get("/filings").status_code == 200


def test_dismissal_ends_the_context_and_oneself_is_not_dismissed(
    app: Flask, session: Session, unit: Unit, legal: Clerk, person: Account
) -> None:
    other_unit = build_unit(session)
    for one in (unit, other_unit):
        build_grant(session, one, person)
    build_grant(session, unit, person, role="unit_admin")
    clerk = window(app, person)
    clerk.post("/account/unit", {"unit": unit.id})
    itself = clerk.post(f"/grants/people/{person.id}/dismissal")
    assert (itself.status_code, "不能停用自己的授权" in itself.text) == (422, True)
    legal.post(f"/grants/people/{person.id}/dismissal", {"reason": "转岗"})
    assert unit.name not in clerk.page("/account/unit").text
    assert other_unit.name in clerk.page("/account/unit").text
    assert "停用：转岗" in legal.page(f"/grants/people/{person.id}").text
    assert "停用" in legal.page("/grants").select_one("tbody tr").text


@pytest.mark.parametrize("way", ["dismissal", "change"])
def test_e14_a_revoked_right_stops_the_work_at_the_next_request(
    app: Flask, session: Session, unit: Unit, legal: Clerk, person: Account, way: str
) -> None:
    """E14 within this system: in every session of his, and nothing he sends lands in another unit."""
    other_unit = build_unit(session)
    build_carrier(session, unit)
    build_batch(session)
    for one in (unit, other_unit):
        build_grant(session, one, person)
    windows = [window(app, person), window(app, person)]
    for clerk in windows:
        clerk.post("/account/unit", {"unit": unit.id})
    filing, row = windows[0].open_filing(), {"area_total": "100", "address": "科韵路16号"}
    assert windows[0].post(f"{filing}/venue_rows", row).status_code == 303
    assert windows[1].get(f"{filing}/venue").status_code == 200
    if way == "dismissal":
        assert legal.post(f"/grants/people/{person.id}/dismissal", {"reason": "转岗"}).status_code == 303
    else:
        assert grant(legal, person, {}) == ""
    for clerk in windows:
        refused = clerk.post(f"{filing}/venue_rows", row, htmx=True)
        assert (refused.status_code, "已停用对您的授权" in refused.text) == (403, True)
        assert clerk.post("/filings", {"kind": "makerspace", "carrier": "new"}).status_code == 403
        assert clerk.get(f"{filing}/venue").location.startswith("/account/unit?next=")
        assert clerk.get("/services/incubation/entry").location.startswith("/account/unit?next=")
    page = windows[0].page("/account/unit")
    assert [one["value"] for one in page.select("main input[name=unit]")] == [str(other_unit.id)]
    assert "已停用对您的授权" in page.text
    windows[0].post("/account/unit", {"unit": other_unit.id})
    assert windows[0].get(f"{filing}/venue").status_code == 404
    assert windows[0].get("/filings").status_code == 200
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Filing)) == 1
    assert session.scalar(select(func.count()).select_from(Venue)) == 1


def test_a_disabled_unit_grants_nothing(session: Session, unit: Unit, legal: Clerk, person: Account) -> None:
    address = find(legal, person)
    unit.is_active = False
    assert legal.get(address).status_code == 403
    assert legal.post(address, {"right": HANDLER, "until_2": YEAR}).status_code == 403
    assert grants(session, person) == []


def test_reminders_come_30_and_7_days_before_and_once_after(
    session: Session, app: Flask, unit: Unit, legal: Clerk, person: Account
) -> None:
    build_grant(session, unit, person, valid_to=date(2021, 12, 20))
    build_grant(session, unit, person, role="unit_admin", valid_to=date(2021, 12, 20))
    remind = next(daily.work for daily in DAILY if daily.name == "remind_of_grants")
    told = {}
    for ahead in (9, 10, 15, 32, 33, 34, 40, 41, 42, 50):
        moment = NOW + timedelta(days=ahead)
        told[f"{moment:%m-%d}"] = remind(session, moment)
        session.commit()
    assert {day for day, count in told.items() if count} == {"11-20", "12-13", "12-21"}
    assert set(told.values()) == {0, 2}
    titles = session.scalars(select(Notification.title).where(Notification.account_id == person.id)).all()
    assert sorted(titles) == ["授权即将到期", "授权即将到期", "授权已过期"]  # once for both rights
    assert "事项办理员、单位管理员" in legal.page("/account/notifications").text

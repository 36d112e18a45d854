"""Change of mobile (old and new proven) and of login name, by the owner of the account."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from models.account import Account
from models.delivery import Delivery
from models.event import Event, first_broken_link
from models.former_login_name import FormerLoginName, is_login_name_taken
from models.throttle import Throttle
from tests.blueprints.registering import ACCOUNT, PERSON, UNIT, UNIT_ACCOUNT, code_of, fill, go_to_account
from tests.blueprints.signing_in import all_at_once, page_of, post, same_browser, sign_in_as, typed_form
from tests.build import NOW, PASSWORD, build_account, sign_in

PAGE, NEW, NAME = "/account/mobile", "/account/mobile/new", "/account/login-name"
OLD_NUMBER, NEW_NUMBER = "13800001234", "13900005678"


def owner(
    session: Session, client: FlaskClient, number: str | None = OLD_NUMBER, kind: str = "natural"
) -> Account:
    account = build_account(session, kind)
    if number:
        account.set_mobile(number, NOW)
    sign_in(client, account)
    return account


def forget_pauses(session: Session) -> None:
    session.rollback()
    session.execute(delete(Throttle))
    session.commit()


def prove_old(client: FlaskClient, session: Session) -> None:
    assert fill(client, PAGE, {}, f"{PAGE}/old/code").location == f"{PAGE}?sent=1"
    proved = fill(client, f"{PAGE}?sent=1", {"code": code_of(session)}, f"{PAGE}/old")
    assert proved.location == NEW


def ask_new(client: FlaskClient, session: Session, number: str = NEW_NUMBER) -> str:
    """Type the new number; returns the code that was sent to it."""
    assert fill(client, NEW, {"mobile": number}).location == f"{NEW}?sent=1"
    return code_of(session)


def acts(session: Session, account: Account) -> list[str]:
    session.rollback()
    assert first_broken_link(session, account.id) is None
    events = select(Event.act).where(Event.stream_id == account.id).order_by(Event.number)
    return list(session.scalars(events))


@pytest.mark.parametrize("kind", ["natural", "legal"])
def test_a_mobile_is_changed_when_both_numbers_are_proven(
    client: FlaskClient, session: Session, kind: str
) -> None:
    account = owner(session, client, kind=kind)
    sheet = "/profile/person" if kind == "natural" else "/profile/agent"
    assert {PAGE, NAME} <= {link.get("href") for link in page_of(client.get(sheet)).select("dd a")}
    assert f"/account/appeal/{kind}" in client.get(PAGE).text, "who lost the old number goes another way"
    assert client.get(NEW).location == f"{PAGE}?over=1"
    assert fill(client, PAGE, {}, f"{PAGE}/old/code").status_code == 303
    wrong = fill(client, f"{PAGE}?sent=1", {"code": "0000"}, f"{PAGE}/old")
    assert (wrong.status_code, "验证码错误" in wrong.text) == (422, True)
    assert fill(client, f"{PAGE}?sent=1", {"code": code_of(session)}, f"{PAGE}/old").location == NEW
    for number, said in (("1380000", "应为 11 位数字"), (OLD_NUMBER, "这是现在的手机号")):
        refused = fill(client, NEW, {"mobile": number})
        assert (refused.status_code, said in refused.text, number in refused.text) == (422, True, True)
    code = ask_new(client, session)
    assert NEW_NUMBER not in client.get(NEW).text
    assert fill(client, NEW, {"code": "x"}, PAGE).status_code == 422
    assert fill(client, NEW, {"code": code}, PAGE).location == f"{PAGE}?changed=1"
    session.refresh(account)
    assert (account.mobile, account.mobile_verified_at is not None) == (NEW_NUMBER, True)
    warning = session.scalars(select(Delivery).where(Delivery.name == "mobile_changed")).one()
    assert (warning.address, NEW_NUMBER in warning.words) == (OLD_NUMBER, False)
    assert acts(session, account) == ["change_mobile"]
    told = session.scalars(select(Event).where(Event.act == "change_mobile")).one()
    assert told.details == {"before": "138****1234", "after": "139****5678"}
    assert "138****1234 改为 139****5678" in client.get("/profile/security?kind=contact").text
    assert client.get(NEW).location == f"{PAGE}?over=1", "the proof was for one change"


def test_the_code_of_the_old_number_is_no_code_of_the_new(client: FlaskClient, session: Session) -> None:
    account = owner(session, client)
    prove_old(client, session)
    ask_new(client, session)
    old = session.scalars(select(Delivery).where(Delivery.address.is_not(None))).all()
    codes = {one.words.split("验证码是 ")[1][:6] for one in old if one.masked_address.startswith("138")}
    assert fill(client, NEW, {"code": codes.pop()}, PAGE).status_code == 422
    session.refresh(account)
    assert account.mobile == OLD_NUMBER


def test_a_number_has_five_accounts_at_most(client: FlaskClient, session: Session) -> None:
    account = owner(session, client)
    for _ in range(4):
        build_account(session).set_mobile(NEW_NUMBER, NOW)
    prove_old(client, session)
    code = ask_new(client, session)
    build_account(session).set_mobile(NEW_NUMBER, NOW)  # somebody else was faster
    refused = fill(client, NEW, {"code": code}, PAGE)
    assert (refused.status_code, "该手机号绑定账号数已达上限" in refused.text) == (422, True)
    forget_pauses(session)
    refused = fill(client, f"{NEW}?other=1", {"mobile": NEW_NUMBER}, NEW)
    assert "该手机号绑定账号数已达上限" in refused.text
    session.refresh(account)
    assert account.mobile == OLD_NUMBER


def test_two_confirmations_at_once_change_it_once(app: Flask, client: FlaskClient, session: Session) -> None:
    account = owner(session, client)
    prove_old(client, session)
    code = ask_new(client, session)
    token = page_of(client.get(NEW)).select_one("input[name=csrf_token]")["value"]  # type: ignore[index]
    session.commit()
    windows = [same_browser(app, client) for _ in range(3)]
    data = {"csrf_token": token, "code": code}
    statuses = all_at_once([partial(one.post, PAGE, data=data) for one in windows])
    assert set(statuses) <= {303, 422}
    assert acts(session, account) == ["change_mobile"]


def test_the_last_place_of_a_number_goes_to_one(app: Flask, client: FlaskClient, session: Session) -> None:
    for _ in range(4):
        build_account(session).set_mobile(NEW_NUMBER, NOW)
    posts = []
    for number, who in enumerate((PERSON, UNIT)):
        browser = app.test_client()
        go_to_account(browser, session, who, NEW_NUMBER)
        forget_pauses(session)
        form = page_of(browser.get("/register/account")).select_one("form[action='/register/account']")
        token = form.select_one("input[name=csrf_token]")["value"]  # type: ignore[union-attr,index]
        answers = (ACCOUNT, UNIT_ACCOUNT)[number] | {"login_name": f"racer_{number}", "csrf_token": token}
        posts.append(partial(same_browser(app, browser).post, "/register/account", data=answers))
    session.commit()
    assert sorted(all_at_once(posts)) == [303, 422]


def test_an_account_without_a_mobile_proves_its_password(client: FlaskClient, session: Session) -> None:
    account = owner(session, client, None)
    assert fill(client, PAGE, {"present": "wrong"}, f"{PAGE}/password").status_code == 422
    assert post(client, f"{PAGE}/old", {"code": "123456"}).status_code == 409
    assert fill(client, PAGE, {"present": PASSWORD}, f"{PAGE}/password").location == NEW
    code = ask_new(client, session)
    assert fill(client, NEW, {"code": code}, PAGE).location == f"{PAGE}?changed=1"
    session.refresh(account)
    assert account.mobile == NEW_NUMBER
    assert post(client, f"{PAGE}/password", {"present": PASSWORD}).status_code == 409, (
        "now there is one to prove"
    )


def test_a_proof_is_the_business_of_the_account_that_gave_it(client: FlaskClient, session: Session) -> None:
    account = owner(session, client)
    prove_old(client, session)
    other = build_account(session)
    other.set_mobile("13700000003", NOW)
    sign_in(client, other)
    assert client.get(NEW).location == f"{PAGE}?over=1"
    assert post(client, NEW, {"mobile": NEW_NUMBER}).location == f"{PAGE}?over=1"
    assert post(client, PAGE, {"code": "1"}).location == f"{PAGE}?over=1"
    sign_in(client, account)
    account.set_mobile("13700000004", NOW)  # changed elsewhere meanwhile, by an appeal
    assert client.get(NEW).location == f"{PAGE}?over=1"
    sign_in(client, build_account(session, "staff", staff_role="helpdesk"))
    assert [client.get(path).status_code for path in (PAGE, NAME)] == [404, 404]


def test_a_login_name_is_changed_with_the_password(client: FlaskClient, session: Session) -> None:
    account = owner(session, client)
    build_account(session, login_name="Somebody_else")
    old = account.login_name
    elsewhere = client.application.test_client()
    sign_in(elsewhere, account)
    for name, said in (
        ("abc", "4 到 40 位"), ("12345", "不能全是数字"), ("91110108MA01ABC25F", "统一社会信用代码"),
        ("somebody_ELSE", "登录名已存在"), (old, "这就是现在的登录名"), ("2021", "不能全是数字"),
        ("Test", "您的密码里含有这个名字"), ("", "请填写登录名"),
    ):  # fmt: skip
        refused = fill(client, NAME, {"login_name": name, "present": PASSWORD})
        assert (refused.status_code, said in refused.text) == (422, True), name
    assert fill(client, NAME, {"login_name": "wang_new", "present": "wrong"}).status_code == 422
    assert fill(client, NAME, {"login_name": "Wang_new", "present": PASSWORD}).location == f"{NAME}?changed=1"
    assert elsewhere.get("/account/sessions").status_code == 200, "sessions go on"
    assert acts(session, account) == ["change_login_name"]
    assert sign_in_as(client.application.test_client(), old, account_type="natural").status_code == 422
    fresh = client.application.test_client()
    assert sign_in_as(fresh, "wang_NEW", account_type="natural").location == "/"
    stale = typed_form(fresh, login_name="wang_new", account_type="natural") | {"stay": old}
    again = fresh.post("/login", data=stale, headers={"HX-Request": "true"})
    assert again.status_code == 204
    assert "hatchery:signed-in" in again.headers["HX-Trigger"], "a page that was open knows the old name"


def test_a_name_that_was_given_up_is_free_after_a_year_only(client: FlaskClient, session: Session) -> None:
    account = owner(session, client)
    old = account.login_name
    fill(client, NAME, {"login_name": "wang_new", "present": PASSWORD})
    newcomer = client.application.test_client()
    go_to_account(newcomer, session, PERSON)
    refused = fill(newcomer, "/register/account", ACCOUNT | {"login_name": old.upper()})
    assert (refused.status_code, "登录名已存在" in refused.text) == (422, True)
    assert fill(client, NAME, {"login_name": old, "present": PASSWORD}).status_code == 303, (
        "its owner may go back"
    )
    assert fill(client, NAME, {"login_name": "wang_third", "present": PASSWORD}).status_code == 303
    fourth = fill(client, NAME, {"login_name": "wang_fourth", "present": PASSWORD})
    assert "30 天内最多修改 3 次" in fourth.text
    session.rollback()
    assert is_login_name_taken(session, old)
    session.execute(update(FormerLoginName).values(kept_until=datetime.now(UTC) - timedelta(seconds=1)))
    assert not is_login_name_taken(session, old)


def test_two_who_want_one_name_at_once(app: Flask, client: FlaskClient, session: Session) -> None:
    posts = []
    for _ in range(2):
        browser = app.test_client()
        owner(session, browser, None)
        token = page_of(browser.get(NAME)).select_one("input[name=csrf_token]")["value"]  # type: ignore[index]
        data = {"csrf_token": token, "login_name": "wanted_name", "present": PASSWORD}
        posts.append(partial(same_browser(app, browser).post, NAME, data=data))
    session.commit()
    assert sorted(all_at_once(posts)) == [303, 422]
    session.rollback()
    assert len(session.scalars(select(FormerLoginName)).all()) == 1

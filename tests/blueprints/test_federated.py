"""国家政务服务平台账号登录: the linking rules, through the page of the demo's identity provider."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from adapters.embedded_identity import IDENTITIES
from adapters.federation import federated_login
from blueprints.account.attempt import LOCK, _digest_of
from config import Settings
from demo.identity import company_code, person_number
from models.account import Account
from models.delivery import Delivery
from models.event import Event, first_broken_link
from models.linked_identity import LinkedIdentity, link, link_of_identity
from models.person import Person
from models.registration import Registration
from models.second_factor import begin_enrolment, factor_of
from models.throttle import Throttle, take_try
from models.unit import Unit
from models.verification import Verification
from tests.blueprints.registering import ACCOUNT, UNIT_ACCOUNT, code_of, fill, prove_mobile, search
from tests.blueprints.signing_in import all_at_once, message_of, page_of, post
from tests.browsing import Clerk
from tests.build import NOW, PASSWORD, SYSTEM, build_account, build_person, build_unit

PEOPLE = {one.key: one for one in IDENTITIES}
HOME = "/login/federated/identity"


def go(client: FlaskClient, who: str, **query: str) -> TestResponse:
    """Click on the sign-in page, choose somebody on the other platform, and come back."""
    away = client.get("/login/federated", query_string=query)
    assert away.status_code == 303
    page = page_of(client.get(away.location))
    links = [one["href"] for one in page.select("a") if one.text == f"以{PEOPLE[who].name}登录"]
    return client.get(str(links[0]))


def come(client: FlaskClient, who: str, **query: str) -> TestResponse:
    """Come as far as the page that says what can be done."""
    assert go(client, who, **query).location == HOME
    return client.get(HOME)


def send(client: FlaskClient, action: str, **typed: str) -> TestResponse:
    """Send one of the forms of that page; what stood in it is sent along."""
    form = page_of(client.get(HOME)).select_one(f"form[action='{action}']")
    assert form is not None, action
    given = {str(one["name"]): str(one.get("value", "")) for one in form.select("input[name]")}
    return client.post(action, data=given | typed)


def build_holder(session: Session, **changes: Any) -> Account:
    """Build the natural account that the first identity belongs to."""
    person = PEOPLE["person"]
    account = build_account(session, "natural", person_name=person.name, **changes)
    account.set_id_number("resident_id", person.id_number)
    account.set_mobile("13812345678", NOW)
    session.commit()
    return account


def build_linked(session: Session, app: Flask, **changes: Any) -> Account:
    account = build_holder(session, **changes)
    link(session, account, issuer(app), "demo-person", 4, SYSTEM, NOW)
    session.commit()
    return account


def issuer(app: Flask) -> str:
    return str(app.extensions["federated_login"].issuer)


def acts(session: Session, account: Account) -> list[str]:
    session.rollback()
    query = select(Event.act).where(Event.stream_id == account.id).order_by(Event.number)
    assert first_broken_link(session, account.id) is None
    return list(session.scalars(query))


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account/sessions").status_code == 200


def error_of(response: TestResponse) -> str:
    notice = page_of(response).select_one("[data-error]")
    return notice.get_text(strip=True) if notice else ""


def test_the_demo_people_are_those_of_the_demo_accounts() -> None:
    person, unit = IDENTITIES[:2]
    assert person.id_number == person_number("440106", "陈思敏")
    assert unit.uscc == company_code("440106", unit.name)


@pytest.mark.parametrize("proof", ["password", "code"])
def test_the_holder_of_the_number_proves_the_account_once_and_then_just_signs_in(
    client: FlaskClient, session: Session, app: Flask, proof: str
) -> None:
    account = build_holder(session)
    page = come(client, "person", next="/services")
    assert account.login_name in page.text
    assert PEOPLE["person"].id_number not in page.text
    assert not is_signed_in(client)
    if proof == "code":
        assert send(client, "/login/federated/code").location == f"{HOME}?sent=1"
        assert "请 60 秒后再试" in send(client, "/login/federated/code").text
        typed = {"code": code_of(session)}
        form = page_of(client.get(f"{HOME}?sent=1")).select("form[action='/login/federated/link']")[1]
        token = form.select_one("[name=csrf_token]")
        assert token is not None
        wrong = client.post("/login/federated/link", data={"csrf_token": token["value"], "code": "000000"})
        assert error_of(wrong) == "验证码错误或已过期，请核对短信，或重新获取"
    else:
        typed = {"password": PASSWORD}
        wrong = send(client, "/login/federated/link", password="wrong")
        assert (wrong.status_code, error_of(wrong)) == (422, "密码不正确，请重新输入")
        assert "wrong" not in wrong.text
    assert session.scalar(select(func.count()).select_from(LinkedIdentity)) == 0
    assert send(client, "/login/federated/link", **typed).location == "/services"
    assert is_signed_in(client)
    session.rollback()
    assert session.get_one(Person, account.id).real_name_text == "国家平台实名认证通过"
    assert session.scalars(select(Verification.request_id)).one() == "federated-4"
    known = acts(session, account)
    assert known[-3:] == ["link_identity", "verify", "sign_in"]
    linked = session.scalars(select(LinkedIdentity)).one()
    assert "demo-person" not in str(
        session.connection().exec_driver_sql("SELECT * FROM linked_identity").one()
    )
    assert (linked.external_id, linked.assurance) == ("demo-person", 4)
    told = session.scalars(select(Delivery.name).where(Delivery.account_id == account.id)).all()
    assert "identity_linked" in told

    other = client.application.test_client()
    come(other, "person")
    assert send(other, "/login/federated", computer="private").location == "/"
    assert is_signed_in(other)
    assert acts(session, account) == [*known, "sign_in"]
    assert send_gone(other) == f"{HOME}"  # what came back counts once


def send_gone(client: FlaskClient) -> str:
    return str(post(client, "/login/federated").location)


def test_the_legal_account_of_the_unit_is_found_by_its_code(client: FlaskClient, session: Session) -> None:
    unit = build_unit(session, name=PEOPLE["unit"].name, uscc=PEOPLE["unit"].uscc, real_name_state="none")
    account = build_account(session, unit=unit)
    come(client, "unit")
    assert send(client, "/login/federated/link", password=PASSWORD).location == "/"
    session.refresh(unit)
    assert unit.is_real_named
    assert "link_identity" in acts(session, account)


def test_another_name_here_is_linked_but_not_verified(client: FlaskClient, session: Session) -> None:
    account = build_holder(session)
    account.person_name = "陈思敏改"
    come(client, "person")
    send(client, "/login/federated/link", password=PASSWORD)
    session.rollback()
    assert session.get(Person, account.id) is None
    assert is_signed_in(client)


def test_a_name_alone_links_nothing(client: FlaskClient, session: Session) -> None:
    build_account(session, "natural", person_name=PEOPLE["person"].name)
    build_unit(session, name=PEOPLE["unit"].name)
    for who in ("person", "unit"):
        page = come(client, who)
        assert "您还没有本平台的账号" in page.text
        assert post(client, "/login/federated/link", {"password": PASSWORD}).location == HOME
        assert post(client, "/login/federated/code").location == HOME
    assert not is_signed_in(client)


def test_a_unit_of_the_same_name_and_another_code_is_told_the_way_out(
    client: FlaskClient, session: Session
) -> None:
    build_account(session, unit=build_unit(session, name=PEOPLE["new_unit"].name))
    come(client, "new_unit")
    answer = send(client, "/login/federated/registration")
    assert answer.status_code == 422
    assert error_of(answer).startswith("单位名称已被注册")


def test_a_new_person_registers_with_what_was_checked(client: FlaskClient, session: Session) -> None:
    come(client, "new_person")
    assert send(client, "/login/federated/registration").location == "/register/mobile"
    assert prove_mobile(client, session).location == "/register/account"
    assert fill(client, "/register/account", ACCOUNT).location == "/register/done"
    session.rollback()
    account = session.scalars(select(Account)).one()
    assert (account.person_name, account.id_number) == (
        PEOPLE["new_person"].name,
        PEOPLE["new_person"].id_number,
    )
    assert session.get_one(Person, account.id).is_real_named
    come(client, "new_person")
    assert send(client, "/login/federated").location == "/"
    assert acts(session, account) == ["link_identity", "register", "verify", "sign_in"]


def test_a_new_unit_registers_with_what_was_checked(client: FlaskClient, session: Session) -> None:
    come(client, "new_unit")
    assert send(client, "/login/federated/registration").location == "/register/mobile"
    prove_mobile(client, session)
    answers = UNIT_ACCOUNT | {"region_code": "440106"}
    assert fill(client, "/register/account", answers).location == "/register/done"
    session.rollback()
    unit = session.scalars(select(Unit)).one()
    assert (unit.name, unit.uscc, unit.real_name_state) == (
        PEOPLE["new_unit"].name, PEOPLE["new_unit"].uscc, "auto_passed",
    )  # fmt: skip


def test_who_was_not_checked_types_his_number_and_is_not_verified(
    client: FlaskClient, session: Session
) -> None:
    come(client, "unchecked")
    assert send(client, "/login/federated/registration").location == "/register/natural"
    page = page_of(client.get("/register/natural"))
    assert page.select_one("[name=name]")["value"] == PEOPLE["unchecked"].name  # type: ignore[index]
    assert search(client, id_number="330106198309069441", id_type="resident_id").status_code == 303
    prove_mobile(client, session)
    assert fill(client, "/register/account", ACCOUNT).location == "/register/done"
    session.rollback()
    account = session.scalars(select(Account)).one()
    assert session.get(Person, account.id) is None
    come(client, "unchecked")
    assert send(client, "/login/federated").location == "/"


def test_two_registrations_with_one_identity_make_one_account(client: FlaskClient, session: Session) -> None:
    other = client.application.test_client()
    for browser, mobile in ((client, "13912345678"), (other, "13912345679")):
        come(browser, "new_person")
        send(browser, "/login/federated/registration")
        prove_mobile(browser, session, mobile)
    assert fill(client, "/register/account", ACCOUNT).status_code == 303
    refused = fill(other, "/register/account", ACCOUNT | {"login_name": "another_one"})
    assert (refused.status_code, "证件号码已被注册" in refused.text) == (422, True)
    session.rollback()
    for one in session.scalars(select(Registration)):
        if one.account_id is None:
            one.id_number = "11010519491231002X"
    session.commit()
    refused = fill(other, "/register/account", ACCOUNT | {"login_name": "another_one"})
    assert "已关联其他账号" in refused.text


def disabled(session: Session, account: Account) -> str:
    account.state = "disabled"
    return "账号已停用，请联系单位管理员或平台客服"


def locked(session: Session, account: Account) -> str:
    for _ in range(LOCK.tries):
        take_try(session, f"lock:{_digest_of(account.login_name.lower())}", LOCK, datetime.now(UTC))
    return "账号已锁定，请15分钟后再试"


def test_coming_back_is_counted_for_an_address_as_posting_is(client: FlaskClient, session: Session) -> None:
    now = datetime.now(UTC)
    ends = {"window_ends_at": now + timedelta(minutes=5), "blocked_until": now + timedelta(minutes=5)}
    session.add(Throttle(key="account.federated_return:127.0.0.1", count=1, **ends))
    session.commit()
    answer = client.get("/login/federated/return")
    assert (answer.status_code, "5 分钟后再试" in answer.text) == (429, True)


@pytest.mark.parametrize("hinder", [disabled, locked])
@pytest.mark.parametrize("build", [build_linked, lambda session, app: build_holder(session)])
def test_who_may_not_sign_in_may_not_this_way(
    client: FlaskClient, session: Session, app: Flask, hinder: Callable[..., str],
    build: Callable[..., Account],
) -> None:  # fmt: skip
    account = build(session, app)
    text = hinder(session, account)
    come(client, "person")
    is_linked = link_of_identity(session, issuer(app), "demo-person") is not None
    action = "/login/federated" if is_linked else "/login/federated/link"
    answer = send(client, action, password=PASSWORD)
    assert answer.status_code in (403, 429)
    assert error_of(answer) == text
    assert not is_signed_in(client)
    if is_linked:
        assert acts(session, account)[-1] == "sign_in_refused"
    else:
        assert error_of(send(client, "/login/federated/code")) == text


def test_a_second_factor_is_asked_here_too(client: FlaskClient, session: Session, app: Flask) -> None:
    account = build_linked(session, app)
    begin_enrolment(session, account, datetime.now(UTC))
    enrol(session, account)
    come(client, "person")
    assert send(client, "/login/federated").location == "/login/second-factor"
    assert not is_signed_in(client)
    assert acts(session, account)[-1] == "second_factor_due"


def enrol(session: Session, account: Account) -> None:
    factor = factor_of(session, account.id)
    assert factor is not None
    factor.secret, factor.next_secret, factor.confirmed_at = factor.next_secret, None, NOW
    session.commit()


def test_an_account_has_one_identity_and_an_identity_one_account(
    client: FlaskClient, session: Session, app: Flask
) -> None:
    account = build_holder(session)
    link(session, account, issuer(app), "somebody else", 4, SYSTEM, NOW)
    session.commit()
    come(client, "person")
    answer = send(client, "/login/federated/link", password=PASSWORD)
    assert answer.status_code == 409
    assert "已关联另一个国家政务服务平台账号" in error_of(answer)
    assert "已关联另一个" in error_of(send(client, "/login/federated/code"))
    session.rollback()
    other = build_person(session)
    with pytest.raises(IntegrityError):
        link(session, other, issuer(app), "somebody else", 4, SYSTEM, NOW)
    session.rollback()
    with pytest.raises(IntegrityError):
        link(session, account, issuer(app), "demo-person", 4, SYSTEM, NOW)
    session.rollback()


def test_of_two_browsers_that_link_at_once_one_does(
    client: FlaskClient, session: Session, app: Flask
) -> None:
    build_holder(session)
    twins = [app.test_client() for _ in range(2)]
    posts = []
    for twin in twins:
        come(twin, "person")
        form = page_of(twin.get(HOME)).select_one("form[action='/login/federated/link']")
        assert form is not None
        given = {str(one["name"]): str(one.get("value", "")) for one in form.select("input[name]")}
        posts.append(lambda twin=twin, given=given: FlaskClient.open(
            twin, "/login/federated/link", method="POST", data=given | {"password": PASSWORD}))  # fmt: skip
    statuses = all_at_once(posts)
    assert sorted(statuses)[0] == 303
    session.rollback()
    assert session.scalar(select(func.count()).select_from(LinkedIdentity)) == 1
    assert sum(is_signed_in(twin) for twin in twins) == 1


def test_what_another_browser_began_counts_for_nobody(
    client: FlaskClient, session: Session, app: Flask
) -> None:
    """A21: state, its age, its one use, and whatever else may be forged in the address."""
    away = client.get("/login/federated")
    links = [str(one["href"]) for one in page_of(client.get(away.location)).select("main .chapters a")]
    stranger = app.test_client()
    for browser, address in (
        (stranger, links[0]), (client, "/login/federated/return?state=国家&code=x"), (client, links[0]),
            (client, "/login/federated/return"),
        ):  # fmt: skip
        answer = browser.get(address)
        assert answer.status_code == 422
        assert "不是在这个浏览器里开始的" in message_of(answer)
        assert "登录名和密码" in message_of(answer)
    assert client.get(HOME).status_code == 422
    assert post(client, "/login/federated").location == HOME
    assert post(client, "/login/federated/registration").location == HOME


def test_going_back_without_signing_in_says_the_way_on(client: FlaskClient) -> None:
    away = client.get("/login/federated")
    page = page_of(client.get(away.location))
    answer = client.get(str(page.find("a", string="取消，不登录")["href"]))  # type: ignore[index]
    assert "您没有完成国家政务服务平台的登录" in message_of(answer)


def test_the_state_is_good_for_ten_minutes(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blueprints.account.federated.STATE_SECONDS", -1)
    away = client.get("/login/federated")
    link_ = page_of(client.get(away.location)).select_one("main .chapters a")
    assert link_ is not None
    assert client.get(str(link_["href"])).status_code == 422
    monkeypatch.undo()
    monkeypatch.setattr("blueprints.account.arriving.SECONDS", -1)
    assert go(client, "person").location == HOME
    assert client.get(HOME).status_code == 422


def test_the_owner_takes_the_link_away_with_his_password(
    client: FlaskClient, session: Session, app: Flask
) -> None:
    account = build_linked(session, app)
    clerk = Clerk(client, account)
    assert "国家政务服务平台账号" in clerk.page("/account/sessions").text
    assert "已关联" in clerk.page("/account/federated").text
    assert clerk.post("/account/federated/removal", {"password": "wrong"}).status_code == 422
    assert (
        clerk.post("/account/federated/removal", {"password": PASSWORD}).location
        == "/account/federated?done=1"
    )
    assert clerk.post("/account/federated/removal", {"password": PASSWORD}).status_code == 303
    assert "已解除关联" in clerk.page("/account/federated?done=1").text
    assert acts(session, account)[-1] == "unlink_identity"
    assert session.scalar(select(func.count()).select_from(LinkedIdentity)) == 0
    other = app.test_client()
    assert "第一次登录，请验证一次" in come(other, "person").text


def test_staff_has_no_such_page(client: FlaskClient, session: Session) -> None:
    clerk = Clerk(client, build_account(session, "staff", staff_role="helpdesk"))
    assert clerk.get("/account/federated").status_code == 404
    assert "国家政务服务平台" not in clerk.page("/account/sessions").select_one("main").text  # type: ignore[union-attr]


def test_an_installation_without_a_platform_shows_no_way_to_one(
    client: FlaskClient, session: Session, app: Flask
) -> None:
    assert "国家政务服务平台账号登录" in client.get("/login").text
    assert "国家政务服务平台账号登录" not in client.get("/login?account_type=staff").text
    app.extensions["federated_login"] = None
    assert "国家政务服务平台账号登录" not in client.get("/login").text
    for path in ("/login/federated", "/login/federated/return?state=x&code=y"):
        assert client.get(path).status_code == 404
    assert Clerk(client, build_person(session)).get("/account/federated").status_code == 404


def test_the_page_of_made_up_people_is_for_the_demo(
    app: Flask, client: FlaskClient, settings: Settings
) -> None:
    assert client.get("/demo/identity/authorize").status_code == 400
    address = federated_login(settings).begin("s")  # type: ignore[union-attr]
    for real in (
        replace(settings, env="production"),
        replace(settings, oidc_issuer="https://id.example.com"),
    ):
        app.config["SETTINGS"] = real
        assert client.get(address).status_code == 404

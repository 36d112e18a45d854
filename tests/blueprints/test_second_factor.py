"""二次验证: set up with an authenticator, asked for at every way in, never twice the same code."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from config import Settings, UnsafeSettings
from models.account import Account
from models.event import Event
from models.login_session import LoginSession
from models.notification import Notification
from models.recovery_code import RecoveryCode
from models.second_factor import SecondFactor
from models.throttle import Throttle
from tests.blueprints.factors import PAGE, code_now, enrol, forget_used_codes, give_factor, shown_secret
from tests.blueprints.registering import GOOD_PASSWORD, MOBILE, code_of, fill
from tests.blueprints.signing_in import all_at_once, page_of, post, same_browser, sign_in_as, typed_form
from tests.build import NOW, PASSWORD, build_account, sign_in

STEP, FIRST = "/login/second-factor", "/login/second-factor/enrolment"


@pytest.fixture
def staff_must(app: Flask) -> None:
    """Ask staff for a second factor, as production does."""
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], staff_second_factor=True)


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account/sessions").status_code == 200


def acts(session: Session, account: Account) -> list[str]:
    session.rollback()
    events = select(Event.act).where(Event.stream_id == account.id).order_by(Event.number)
    return list(session.scalars(events))


def notices(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(Notification.name).order_by(Notification.created_at)))


def count(session: Session, *conditions: object) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(RecoveryCode).where(*conditions)) or 0  # type: ignore[arg-type]


def test_a_second_factor_is_set_up_with_password_and_code(client: FlaskClient, session: Session) -> None:
    account = build_account(session, "natural")
    sign_in(client, account)
    other = client.application.test_client()
    sign_in(other, account)
    assert "未启用" in client.get(PAGE).text
    assert client.get(f"{PAGE}/enrolment").location == PAGE
    refused = fill(client, PAGE, {"present": "wrong"}, f"{PAGE}/enrolment")
    assert (refused.status_code, "原密码不正确" in refused.text) == (422, True)
    assert fill(client, PAGE, {"present": PASSWORD}, f"{PAGE}/enrolment").location == f"{PAGE}/enrolment"
    secret = shown_secret(client)
    page = page_of(client.get(f"{PAGE}/enrolment"))
    assert unquote(str(page.select_one(".beside img")["src"])).startswith("data:image/svg+xml")  # type: ignore[index]
    wrong = fill(client, f"{PAGE}/enrolment", {"code": code_now(secret, 5)}, PAGE)
    assert wrong.status_code == 422
    assert shown_secret(client) == secret, "a slip of the finger does not ask for another scan"
    answer = fill(client, f"{PAGE}/enrolment", {"code": code_now(secret)}, PAGE)
    codes = [item.text for item in page_of(answer).select(".codes li")]
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", code) for code in codes)
    file = post(client, f"{PAGE}/recovery-codes/text", {"codes": " ".join(codes)})
    assert "attachment" in file.headers["Content-Disposition"]
    assert file.text.split("\r\n")[2:12] == codes
    made_up = post(client, f"{PAGE}/recovery-codes/text", {"codes": "AAAA-AAAA-AAAA-AAAA"})
    assert made_up.status_code == 409
    assert not is_signed_in(other)
    assert is_signed_in(client)
    assert (
        session.scalars(select(LoginSession).where(LoginSession.ended_at.is_(None))).one().has_second_factor
    )
    assert acts(session, account) == ["turn_on_factor"]
    assert notices(session) == ["factor_on"]
    page = page_of(client.get(PAGE))
    assert page.select_one("output[data-name=recovery_codes]")["data-value"] == "10"  # type: ignore[index]
    stored = session.connection().exec_driver_sql("SELECT secret FROM second_factor").scalar_one()
    assert secret not in stored
    hashes = set(session.scalars(select(RecoveryCode.code_hash)))
    assert not any(code in stored or code in hashes for code in codes)
    assert client.get(f"{PAGE}/enrolment").location == PAGE, "the secret is shown to nobody any more"


def test_signing_in_takes_a_code_and_no_code_counts_twice(client: FlaskClient, session: Session) -> None:
    account = build_account(session)
    give_factor(session, account)
    answer = sign_in_as(client, account.login_name, next="/filings", computer="private")
    assert (answer.status_code, answer.location) == (303, STEP)
    assert not is_signed_in(client)
    assert client.get("/login/new-password").location == "/login", "no other step is open"
    for wrong in ("", "12345", "abc", code_now(steps=9)):
        refused = fill(client, STEP, {"code": wrong})
        assert (refused.status_code, "data-error" in refused.text) == (422, True)
    assert not is_signed_in(client)
    code = code_now()
    done = fill(client, STEP, {"code": f" {code[:3]} {code[3:]} "})
    assert (done.status_code, done.location) == (303, "/filings")
    login = session.scalars(select(LoginSession)).one()
    assert (login.has_second_factor, login.is_public_computer) == (True, False)
    assert acts(session, account) == [
        "second_factor_due",
        "factor_failed",
        "factor_failed",
        "factor_failed",
        "sign_in",
    ]
    assert client.get(STEP).location.startswith("/login?"), "the pass was for one sign-in"
    other = client.application.test_client()
    assert sign_in_as(other, account.login_name).location == STEP
    assert fill(other, STEP, {"code": code}).status_code == 422, "used before"
    assert fill(other, STEP, {"code": code_now(steps=-1)}).status_code == 422, "older than the one used"
    assert fill(other, STEP, {"code": code_now(steps=1)}).status_code == 303, "a clock may be ahead"


def test_a_wrong_password_does_not_say_that_there_is_a_second_factor(
    client: FlaskClient, session: Session
) -> None:
    account = build_account(session)
    give_factor(session, account)
    assert sign_in_as(client, account.login_name, password="wrong").status_code == 422
    assert client.get(STEP).location.startswith("/login?")
    assert post(client, STEP, {"code": code_now()}).location.startswith("/login?")


def test_five_wrong_codes_lock_the_step_in_every_browser(client: FlaskClient, session: Session) -> None:
    account = build_account(session)
    give_factor(session, account)
    sign_in_as(client, account.login_name)
    statuses = [fill(client, STEP, {"code": "AAAA-AAAA-AAAA-AAA0"}).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    other = client.application.test_client()
    assert sign_in_as(other, account.login_name).location == STEP
    locked = fill(other, STEP, {"code": code_now()})
    assert (locked.status_code, "15 分钟后再试" in locked.text) == (429, True)


def test_one_code_used_twice_at_once_opens_one_session(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    account = build_account(session)
    codes = enrol(client, account)
    secret = session.scalars(select(SecondFactor)).one().secret
    forget_used_codes(session)
    for code, kind in ((code_now(secret or ""), "totp"), (codes[0], "recovery")):
        before = session.scalar(select(func.count()).select_from(LoginSession)) or 0
        browser = app.test_client()
        sign_in_as(browser, account.login_name)
        token = page_of(browser.get(STEP)).select_one("input[name=csrf_token]")["value"]  # type: ignore[index]
        data = {"code": code, "csrf_token": token}
        twins = [same_browser(app, browser) for _ in range(3)]
        session.commit()
        statuses = all_at_once([partial(one.post, STEP, data=data) for one in twins])
        assert sorted(statuses) == [303, 422, 422], kind
        session.rollback()
        assert session.scalar(select(func.count()).select_from(LoginSession)) == before + 1
    assert count(session, RecoveryCode.used_at.is_not(None)) == 1


def test_recovery_codes_work_once_each_in_any_writing(client: FlaskClient, session: Session) -> None:
    account = build_account(session)
    codes = enrol(client, account)
    other = client.application.test_client()
    sign_in_as(other, account.login_name)
    typed = codes[3].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert fill(other, STEP, {"code": typed}).status_code == 303
    assert "剩余恢复码" in other.get(PAGE).text
    assert page_of(other.get(PAGE)).select_one("output[data-name=recovery_codes]")["data-value"] == "9"  # type: ignore[index]
    assert notices(session)[-1] in ("recovery_code_used", "new_device")
    assert "recovery_code_used" in notices(session)
    third = client.application.test_client()
    sign_in_as(third, account.login_name)
    assert fill(third, STEP, {"code": codes[3]}).status_code == 422
    assert fill(third, STEP, {"code": codes[4]}).status_code == 303


def press(client: FlaskClient, action: str, code: str, password: str = PASSWORD) -> TestResponse:
    """Press one of the buttons under password and code."""
    button = page_of(client.get(PAGE)).select_one(f"form[action='{action}'], button[formaction='{action}']")
    assert button is not None, action
    return post(client, action, {"present": password, "code": code})


def test_codes_are_renewed_and_the_factor_turned_off_with_password_and_code(
    client: FlaskClient, session: Session
) -> None:
    account = build_account(session)
    codes = enrol(client, account)
    secret = session.scalars(select(SecondFactor)).one().secret or ""
    for action in (f"{PAGE}/recovery-codes", f"{PAGE}/removal", f"{PAGE}/enrolment"):
        assert press(client, action, "").status_code == 422
        assert press(client, action, codes[0], "wrong").status_code == 422
    assert count(session, RecoveryCode.used_at.is_(None)) == 10, "a wrong password uses no code up"
    answer = press(client, f"{PAGE}/recovery-codes", codes[0])
    fresh = [item.text for item in page_of(answer).select(".codes li")]
    assert len(set(fresh) | set(codes)) == 20
    assert count(session) == 10
    assert press(client, f"{PAGE}/removal", codes[1]).status_code == 422
    # Another telephone: the old one counts until the new one has proven itself.
    assert press(client, f"{PAGE}/enrolment", fresh[0]).status_code == 303
    forget_used_codes(session)
    other = client.application.test_client()
    sign_in_as(other, account.login_name)
    assert fill(other, STEP, {"code": code_now(secret)}).status_code == 303
    replaced = shown_secret(client)
    assert replaced != secret
    assert fill(client, f"{PAGE}/enrolment", {"code": code_now(replaced)}, PAGE).status_code == 200
    forget_used_codes(session)
    done = press(client, f"{PAGE}/removal", code_now(replaced))
    assert done.location == f"{PAGE}?off=1"
    assert count(session) == 0
    assert acts(session, account)[-2:] == ["replace_factor", "turn_off_factor"]
    assert sign_in_as(client.application.test_client(), account.login_name).location == "/"
    assert post(client, f"{PAGE}/removal", {"present": PASSWORD}).status_code == 409


def test_two_confirmations_at_once_give_out_codes_once(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    account = build_account(session)
    sign_in(client, account)
    fill(client, PAGE, {"present": PASSWORD}, f"{PAGE}/enrolment")
    token = page_of(client.get(f"{PAGE}/enrolment")).select_one("input[name=csrf_token]")["value"]  # type: ignore[index]
    data = {"csrf_token": token, "code": code_now(shown_secret(client))}
    twins = [same_browser(app, client) for _ in range(3)]
    session.commit()
    assert sorted(all_at_once([partial(one.post, PAGE, data=data) for one in twins])) == [200, 303, 303]
    assert count(session) == 10
    assert acts(session, account) == ["turn_on_factor"]


@pytest.mark.usefixtures("staff_must")
def test_staff_set_a_second_factor_up_before_anything_else(client: FlaskClient, session: Session) -> None:
    account = build_account(session, "staff", staff_role="system_admin")
    sign_in(client, account)
    assert not is_signed_in(client), "a session without one is nobody's"
    assert (
        sign_in_as(client, account.login_name, account_type="staff", next="/admin/batches").location == FIRST
    )
    assert not is_signed_in(client)
    assert client.get("/admin").status_code == 401
    assert fill(client, FIRST, {"code": "000000"}).status_code == 422
    secret = shown_secret(client, FIRST)
    answer = fill(client, FIRST, {"code": code_now(secret)})
    page = page_of(answer)
    assert (answer.status_code, len(page.select(".codes li"))) == (200, 10)
    assert page.select_one("a.btn.primary")["href"] == "/admin/batches"  # type: ignore[index]
    assert fill_codes(client, answer.text).status_code == 200
    assert client.get("/admin/batches").status_code == 200
    assert acts(session, account) == ["enrolment_due", "turn_on_factor", "sign_in"]
    refused = post(client, f"{PAGE}/removal", {"present": PASSWORD, "code": "1"})
    assert (refused.status_code, "不能关闭" in refused.text) == (409, True)
    other = client.application.test_client()
    assert sign_in_as(other, account.login_name, account_type="staff").location == STEP
    assert other.get(FIRST).location.startswith("/login?"), "who has one cannot set up another from outside"
    assert sign_in_as(client.application.test_client(), build_account(session).login_name).location == "/"


def fill_codes(client: FlaskClient, page: str) -> object:
    """Press 下载为文本文件 on the page of codes."""
    form = page_of(type("Page", (), {"text": page})()).select_one("form[action$='/text']")  # type: ignore[arg-type]
    assert form is not None
    return client.post(str(form["action"]), data={one["name"]: one["value"] for one in form.select("input")})


@pytest.mark.usefixtures("staff_must")
def test_an_expired_password_comes_after_the_code_and_before_the_enrolment(
    client: FlaskClient, session: Session
) -> None:
    new = {"password": GOOD_PASSWORD, "repeated": GOOD_PASSWORD}
    account = build_account(session, "staff", staff_role="helpdesk", must_change_password=True)
    assert sign_in_as(client, account.login_name, account_type="staff").location == "/login/expired"
    assert fill(client, "/login/new-password", new).location == FIRST
    assert not is_signed_in(client)
    enrolled = build_account(session, "staff", staff_role="helpdesk", must_change_password=True)
    give_factor(session, enrolled)
    assert sign_in_as(client, enrolled.login_name, account_type="staff").location == STEP
    assert client.get("/login/new-password").location == "/login"
    assert fill(client, STEP, {"code": code_now()}).location == "/login/expired"
    assert not is_signed_in(client)
    assert fill(client, "/login/new-password", new).location == "/"
    assert is_signed_in(client)


def test_a_page_that_waits_asks_for_the_code_in_its_dialog(client: FlaskClient, session: Session) -> None:
    account = build_account(session)
    give_factor(session, account)
    form = typed_form(client, login_name=account.login_name) | {"stay": account.login_name}
    asked = client.post("/login", data=form, headers={"HX-Request": "true"})
    assert (asked.status_code, asked.headers["HX-Retarget"]) == (200, "#dialog")
    box = page_of(asked).select_one("form[data-again]")
    assert box is not None
    given = {str(one["name"]): str(one.get("value", "")) for one in box.select("input")}
    again = client.post(STEP, data=given | {"code": "000"}, headers={"HX-Request": "true"})
    assert (again.status_code, "<html" in again.text) == (422, False)
    for _ in range(4):
        client.post(STEP, data=given | {"code": "000"}, headers={"HX-Request": "true"})
    locked = client.post(STEP, data=given | {"code": "000"}, headers={"HX-Request": "true"})
    assert (locked.status_code, locked.headers["HX-Retarget"]) == (429, "#dialog")
    assert "验证码错误次数过多" in locked.text
    session.execute(delete(Throttle))
    done = client.post(STEP, data=given | {"code": code_now()}, headers={"HX-Request": "true"})
    assert (done.status_code, "hatchery:signed-in" in done.headers["HX-Trigger"]) == (204, True)


def test_what_was_carried_goes_through_the_second_step(client: FlaskClient, session: Session) -> None:
    account = build_account(session)
    give_factor(session, account)
    sign_in(client, account)
    token = page_of(client.get("/filings")).select_one("meta[name=csrf]")["content"]  # type: ignore[index]
    session.execute(LoginSession.__table__.update().values(ended_at=NOW))  # type: ignore[attr-defined]
    out = client.post("/filings", data={"csrf_token": token, "kind": "makerspace", "carrier": "new"})
    form = page_of(out).select_one("form[action='/login']")
    given = {str(one["name"]): str(one.get("value", "")) for one in form.select("input[name]")}  # type: ignore[union-attr]
    assert given["carried"]
    asked = client.post("/login", data=given | {"login_name": account.login_name, "password": PASSWORD})
    box = page_of(asked).select_one(f"form[action='{STEP}']")
    given = {str(one["name"]): str(one.get("value", "")) for one in box.select("input[name]")}  # type: ignore[union-attr]
    done = client.post(STEP, data=given | {"code": code_now()})
    assert "登录成功，请继续保存" in done.text


@pytest.mark.usefixtures("staff_must")
def test_a_reset_by_sms_asks_for_the_second_factor_too(client: FlaskClient, session: Session) -> None:
    account = build_account(session, "staff", staff_role="helpdesk")
    account.set_mobile(MOBILE, NOW)
    session.commit()
    refused = fill(client, "/login/reset", {"login_name": account.login_name})
    assert (refused.status_code, "还没有设置二次验证" in refused.text) == (422, True)
    give_factor(session, account)
    assert fill(client, "/login/reset", {"login_name": account.login_name}).location == "/login/reset/code"
    proved = fill(client, "/login/reset/code", {"code": code_of(session)})
    assert proved.location == "/login/reset/second-factor"
    assert client.get("/login/reset/password").location.startswith("/login/reset?"), "not yet"
    assert fill(client, proved.location, {"code": "123"}).status_code == 422
    assert fill(client, proved.location, {"code": code_now()}).location == "/login/reset/password"
    done = fill(client, "/login/reset/password", {"password": GOOD_PASSWORD, "repeated": GOOD_PASSWORD})
    assert done.status_code == 303
    assert (
        sign_in_as(client, account.login_name, account_type="staff", password=GOOD_PASSWORD).location == STEP
    )


@pytest.mark.usefixtures("staff_must")
def test_an_administrator_clears_the_factor_of_somebody_who_lost_it(
    client: FlaskClient, session: Session
) -> None:
    admin, account = (
        build_account(session, "staff", staff_role=role) for role in ("system_admin", "helpdesk")
    )
    for one in (admin, account):
        give_factor(session, one)
    browsers = {one: client.application.test_client() for one in (admin, account)}
    for one, browser in browsers.items():
        sign_in(browser, one)
    session.execute(update(LoginSession).values(has_second_factor=True))
    path = f"/admin/staff-accounts/{account.id}"
    removal = f"{path}/second-factor/removal"
    assert fill(browsers[admin], path, {"clearing_reason": ""}, removal).status_code == 422
    assert is_signed_in(browsers[account])
    assert (
        fill(browsers[admin], path, {"clearing_reason": "手机丢失，已当面核实"}, removal).status_code == 303
    )
    assert not is_signed_in(browsers[account])
    assert acts(session, account)[-1] == "clear_factor"
    assert "factor_cleared" in notices(session)
    assert sign_in_as(browsers[account], account.login_name, account_type="staff").location == FIRST
    again = post(browsers[admin], removal, {"clearing_reason": "再来", "idempotency_key": "x"})
    assert again.status_code == 409
    own = f"/admin/staff-accounts/{admin.id}/second-factor/removal"
    assert post(browsers[admin], own, {"clearing_reason": "自己"}).status_code == 409
    assert post(browsers[account], removal, {"clearing_reason": "别人"}).status_code == 401


def test_codes_are_the_business_of_their_owner(client: FlaskClient, session: Session) -> None:
    codes = enrol(client, build_account(session))
    stranger: Callable[..., Account] = partial(build_account, session)
    other = client.application.test_client()
    account = stranger()
    give_factor(session, account)
    sign_in_as(other, account.login_name)
    assert fill(other, STEP, {"code": codes[0]}).status_code == 422
    sign_in(other, account)
    assert post(other, f"{PAGE}/recovery-codes/text", {"codes": codes[0]}).status_code == 409


PRODUCTION = {
    "HATCHERY_ENV": "production",
    "HATCHERY_SECRET_KEY": "0" * 32,
    "HATCHERY_PUBLIC_URL": "https://x.example",
}


@pytest.mark.parametrize(
    ("environ", "is_needed"),
    [({}, False), ({"HATCHERY_STAFF_SECOND_FACTOR": "required"}, True), (PRODUCTION, True)],
)
def test_production_always_asks_staff(environ: dict[str, str], is_needed: bool) -> None:
    assert Settings.from_env(environ).needs_staff_factor is is_needed
    with pytest.raises(UnsafeSettings, match="HATCHERY_STAFF_SECOND_FACTOR"):
        Settings.from_env(environ | {"HATCHERY_STAFF_SECOND_FACTOR": "off"})

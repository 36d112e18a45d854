"""Examples C11 to C14 of the account platform: passwords that expire, change, are reset, or come from before."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from blueprints.account import resetting
from models.account import Account
from models.delivery import Delivery
from models.event import Event
from models.legacy_password import wrapped
from models.login_session import LoginSession
from models.notification import Notification
from models.password import hash_password
from models.throttle import Limit
from tests.blueprints.registering import GOOD_PASSWORD, MOBILE, code_of, fill
from tests.blueprints.signing_in import message_of, page_of, post, sign_in_as, typed_form
from tests.build import NOW, PASSWORD, build_account, build_unit, sign_in

NEW = {"password": GOOD_PASSWORD, "repeated": GOOD_PASSWORD}
Use = Callable[..., None]


@pytest.fixture
def use(client: FlaskClient) -> Use:
    """Change settings of the running application."""

    def change(**changes: object) -> None:
        config = client.application.config
        config["SETTINGS"] = replace(config["SETTINGS"], **changes)  # type: ignore[arg-type]

    return change


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account/sessions").status_code == 200


def acts(session: Session, account: Account) -> list[str]:
    session.rollback()
    events = select(Event.act).where(Event.stream_id == account.id).order_by(Event.number)
    return list(session.scalars(events))


def build_with_mobile(session: Session, **changes: str) -> Account:
    account = build_account(session, **changes)
    account.set_mobile(MOBILE, NOW)
    session.commit()
    return account


def test_c11_an_expired_password_is_changed_before_there_is_a_session(
    client: FlaskClient, session: Session, use: Use
) -> None:
    use(password_profile="dengbao3")
    account = build_account(session, password_changed_at=NOW - timedelta(days=91))
    answer = sign_in_as(client, account.login_name, next="/filings", computer="private")
    assert (answer.status_code, answer.location) == (303, "/login/expired")
    page = page_of(client.get(answer.location))
    assert page.h1.text == "请修改密码"  # type: ignore[union-attr]
    assert [link.text for link in page.select(".actions a")] == ["修改密码", "确定"]
    assert not is_signed_in(client)
    refused = fill(client, "/login/new-password", {"password": PASSWORD, "repeated": PASSWORD})
    assert "不与最近 5 次用过的密码相同" in refused.text
    assert not is_signed_in(client)
    done = fill(client, "/login/new-password", NEW)
    assert (done.status_code, done.location) == (303, "/filings")
    assert is_signed_in(client)
    assert acts(session, account) == ["password_due", "renew_password"]
    assert not session.scalars(select(LoginSession)).one().is_public_computer
    assert client.get("/login/new-password").location == "/login", "the proof was for one change"
    client.delete_cookie(client.application.config["SIGN_IN_COOKIE"])
    assert sign_in_as(client, account.login_name, password=GOOD_PASSWORD).location == "/"


def test_with_javascript_the_expired_password_is_told_in_a_dialog(
    client: FlaskClient, session: Session, use: Use
) -> None:
    account = build_account(session, must_change_password=True)
    form = typed_form(client, login_name=account.login_name)
    answer = client.post("/login", data=form, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (403, "#dialog")
    assert page_of(answer).select_one("#dialog-title").text == "请修改密码"  # type: ignore[union-attr]
    assert "<html" not in answer.text


@pytest.mark.parametrize(("profile", "days"), [("dengbao3", 90), ("nist", 4000)])
def test_a_password_that_has_not_expired_signs_in(
    client: FlaskClient, session: Session, use: Use, profile: str, days: int
) -> None:
    use(password_profile=profile)
    account = build_account(session, password_changed_at=NOW - timedelta(days=days) + timedelta(minutes=5))
    assert sign_in_as(client, account.login_name).location == "/"


def test_a_wrong_password_does_not_say_that_the_right_one_expired(
    client: FlaskClient, session: Session
) -> None:
    account = build_account(session, must_change_password=True)
    assert message_of(sign_in_as(client, account.login_name, password="wrong")) == "登录名或密码错误"
    assert client.get("/login/new-password").location == "/login"


@pytest.mark.parametrize(
    ("scheme", "salt"), [("legacy_md5", ""), ("legacy_sha1", "pepper:1"), ("legacy_sha256", "")]
)
def test_c12_a_hash_of_an_older_system_becomes_argon2_at_the_first_sign_in(
    client: FlaskClient, session: Session, scheme: str, salt: str
) -> None:
    plain = hashlib.new(scheme.removeprefix("legacy_"), (salt + PASSWORD).encode()).hexdigest()
    stored = wrapped(plain.upper(), salt, hash_password)
    assert plain not in stored
    unit = build_unit(session, uscc="91110108MA01ABC25F")
    account = build_account(
        session, unit=unit, login_name="91110108MA01ABC25F", origin="torch_sync", password_hash=stored, password_scheme=scheme
    )  # fmt: skip
    assert sign_in_as(client, account.login_name, password="wrong").status_code == 422
    assert sign_in_as(client, account.login_name, password=plain).status_code == 422
    assert sign_in_as(client, account.login_name).location == "/"
    session.expire_all()
    assert account.password_scheme == "argon2id"
    assert account.password_hash.startswith("$argon2id$")
    client.delete_cookie(client.application.config["SIGN_IN_COOKIE"])
    assert sign_in_as(client, account.login_name).location == "/"


def test_an_old_password_that_breaks_the_rules_must_be_changed(client: FlaskClient, session: Session) -> None:
    stored = wrapped(hashlib.md5(b"abc123").hexdigest(), "", hash_password)
    account = build_account(session, password_hash=stored, password_scheme="legacy_md5")
    assert sign_in_as(client, account.login_name, password="abc123").location == "/login/expired"
    assert fill(client, "/login/new-password", NEW).location == "/"


def test_an_unknown_scheme_lets_nobody_in(client: FlaskClient, session: Session) -> None:
    account = build_account(session, password_scheme="legacy_crc")
    assert sign_in_as(client, account.login_name).status_code == 422


def test_one_changes_ones_own_password(client: FlaskClient, session: Session) -> None:
    account = build_with_mobile(session)
    other = client.application.test_client()
    for browser in (client, other):
        sign_in_as(browser, account.login_name)
    before = client.get_cookie(client.application.config["SIGN_IN_COOKIE"]).value  # type: ignore[union-attr]
    page = page_of(client.get("/account/password"))
    assert page.select_one("#password-rules")
    answer = fill(client, "/account/password", NEW | {"present": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/account/sessions?changed=1")
    assert is_signed_in(client)
    assert not is_signed_in(other)
    assert client.get_cookie(client.application.config["SIGN_IN_COOKIE"]).value != before  # type: ignore[union-attr]
    assert "密码已修改" in session.scalars(select(Delivery.words).where(Delivery.channel == "sms")).one()
    assert "change_password" in acts(session, account)


def test_the_present_password_must_be_right_and_wrong_ones_are_counted(
    client: FlaskClient, session: Session
) -> None:
    sign_in(client, build_account(session))
    assert "请填写原密码" in fill(client, "/account/password", NEW).text
    for _ in range(5):
        assert "原密码不正确" in fill(client, "/account/password", NEW | {"present": "wrong"}).text
    refused = fill(client, "/account/password", NEW | {"present": PASSWORD})
    assert refused.status_code == 422
    assert "尝试次数过多，请 15 分钟后再试" in refused.text
    assert GOOD_PASSWORD not in refused.text


def test_the_same_password_is_no_new_one(client: FlaskClient, session: Session) -> None:
    sign_in(client, build_account(session))
    same = {"present": PASSWORD, "password": PASSWORD, "repeated": PASSWORD}
    for _ in range(6):  # the right one is not counted as a try
        assert "不与现在的密码相同" in fill(client, "/account/password", same).text


def ask_reset(client: FlaskClient, login_name: str, **typed: str) -> TestResponse:
    return fill(client, "/login/reset", {"login_name": login_name} | typed)


def test_a_password_is_reset_by_login_name_and_code(client: FlaskClient, session: Session) -> None:
    account = build_with_mobile(session, login_name="Gz_Reset")
    elsewhere = client.application.test_client()
    sign_in_as(elsewhere, "gz_reset")
    assert ask_reset(client, " gz_RESET ").location == "/login/reset/code"
    page = client.get("/login/reset/code").text
    assert "139****5678" in page
    assert MOBILE not in page
    assert client.get("/login/reset/password").location == "/login/reset?over=1", "the code comes first"
    answer = fill(client, "/login/reset/code", {"code": code_of(session)})
    assert answer.location == "/login/reset/password"
    assert (
        fill(client, "/login/reset/password", {"password": "short", "repeated": "short"}).status_code == 422
    )
    done = fill(client, "/login/reset/password", NEW)
    assert done.location == "/login?account_type=legal&done=password"
    assert not is_signed_in(elsewhere), "all sessions ended"
    assert not is_signed_in(client)
    assert client.get("/login/reset/password").location == "/login/reset?over=1", "once"
    assert sign_in_as(client, "gz_reset", password=GOOD_PASSWORD).location == "/"
    assert [act for act in acts(session, account) if "reset" in act] == ["ask_reset", "reset_password"]


def test_a_foreign_expert_need_not_know_the_prefix(client: FlaskClient, session: Session) -> None:
    build_with_mobile(session, login_name="WGZJXMsmith")
    assert ask_reset(client, "Smith").location == "/login/reset/code"
    client.delete_cookie("session")
    assert message_of(sign_in_as(client, "Smith")) == "登录名或密码错误", "in the reset only"


def test_c13_and_c14_names_and_mobiles_that_are_not_there_lead_to_the_appeal(
    client: FlaskClient, session: Session
) -> None:
    without = build_account(session).login_name
    disabled = build_account(session, state="disabled").login_name
    for name, words in (("nobody_here", "登录名不存在"), (without, "无预留手机号")):
        answer = ask_reset(client, name)
        notice = page_of(answer).select_one("#refused")
        assert answer.status_code == 422
        assert words in notice.text  # type: ignore[union-attr]
        assert [link.text for link in notice.select("a")] == [
            "自然人用户申诉找回密码",
            "单位法人用户申诉找回密码",
        ]  # type: ignore[union-attr]
    assert "账号已停用" in ask_reset(client, disabled).text
    assert session.scalars(select(Delivery)).all() == []


def test_whether_a_name_exists_needs_a_captcha_and_ends_after_five(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_with_mobile(session, login_name="gz_reset")
    wrong = ask_reset(client, "gz_reset", captcha="wrong")
    assert "验证码错误" in wrong.text
    assert "/login/reset?over=1" in client.get("/login/reset/code").location  # type: ignore[operator]
    monkeypatch.setattr(resetting, "TRIES", Limit(0.02, timedelta(hours=1), timedelta(hours=1)))  # type: ignore[arg-type]
    assert [ask_reset(client, name).status_code for name in ("nobody", "nobody", "gz_reset")] == [
        422,
        422,
        429,
    ]


def test_a_reset_begun_before_a_change_leads_nowhere(client: FlaskClient, session: Session) -> None:
    account = build_with_mobile(session)
    ask_reset(client, account.login_name)
    fill(client, "/login/reset/code", {"code": code_of(session)})
    account.password_hash = hash_password(GOOD_PASSWORD)
    session.commit()
    assert client.get("/login/reset/password").location == "/login/reset?over=1"


def test_another_code_may_be_sent_after_a_minute(client: FlaskClient, session: Session) -> None:
    account = build_with_mobile(session)
    ask_reset(client, account.login_name)
    assert "验证码发送过于频繁" in post(client, "/login/reset/resend").text
    assert fill(client, "/login/reset/code", {"code": "nonsense"}).status_code == 422


def test_a_sign_in_from_a_new_device_is_told(client: FlaskClient, session: Session) -> None:
    account = build_account(session, email="a@example.com")
    chrome = {"User-Agent": "Mozilla/5.0 Chrome/108.0"}

    def come(address: str, **headers: str) -> None:
        form = typed_form(client, login_name=account.login_name)
        client.post("/login", data=form, headers=chrome | headers, environ_base={"REMOTE_ADDR": address})

    def told() -> int:
        session.rollback()
        return len(session.scalars(select(Notification).where(Notification.name == "new_device")).all())

    come("119.1.2.3")
    assert told() == 0, "the first sign-in of all is no news"
    come("119.1.200.9")
    come("119.1.2.3", **{"User-Agent": "Mozilla/5.0 Chrome/109.0"})
    assert told() == 0, "the same browser, the same provider"
    come("42.9.8.7")
    assert told() == 1
    come("42.9.8.7", **{"User-Agent": "Mozilla/5.0 Firefox/115.0"})
    assert told() == 2
    text = session.scalars(select(Notification.text).order_by(Notification.created_at)).first()
    assert text is not None
    assert "Chrome 108" in text
    assert "42.9.8.7" in text

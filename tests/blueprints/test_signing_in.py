"""Examples C06 and C08 of the account platform, sessions and cookies."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

import models.password
from extensions import db
from models.event import Event, first_broken_link
from models.login_session import LoginSession
from tests.blueprints.signing_in import all_at_once, message_of, page_of, post, sign_in_as, typed_form
from tests.build import PASSWORD, build_account, build_batch


def test_the_right_password_opens_a_session(client: FlaskClient, session: Session) -> None:
    account = build_account(session)
    response = sign_in_as(client, account.login_name)
    assert (response.status_code, response.location) == (303, "/")
    assert account.login_name in client.get("/account/sessions").text
    assert [event.act for event in session.scalars(select(Event))] == ["sign_in"]


def test_the_login_name_is_one_name_in_any_case(client: FlaskClient, session: Session) -> None:
    build_account(session, login_name="Gz_Qihang")
    assert sign_in_as(client, " gz_QIHANG ").status_code == 303


@pytest.mark.parametrize(
    ("account_type", "tab", "words"),
    [
        ("natural", "legal", "账号为自然人账号，请使用自然人登录"),
        ("legal", "natural", "账号为法人账号，请使用法人登录"),
        ("staff", "legal", "账号为工作人员账号，请使用工作人员登录"),
    ],
)
def test_the_wrong_tab_is_named_after_the_right_password_only(
    client: FlaskClient, session: Session, account_type: str, tab: str, words: str
) -> None:
    account = build_account(session, account_type)
    wrong = sign_in_as(client, account.login_name, account_type=tab, password="wrong")
    assert message_of(wrong) == "登录名或密码错误"
    right = sign_in_as(client, account.login_name, account_type=tab)
    assert (right.status_code, message_of(right)) == (422, words)
    assert sign_in_as(client, account.login_name, account_type=account_type).status_code == 303


def test_an_unknown_name_and_a_wrong_password_look_alike(client: FlaskClient, session: Session) -> None:
    known = build_account(session).login_name
    answers = [sign_in_as(client, name, password="wrong") for name in (known, "nobody_here")]
    assert {answer.status_code for answer in answers} == {422}
    assert {message_of(answer) for answer in answers} == {"登录名或密码错误"}


def test_an_unknown_name_does_the_same_work_in_the_database(client: FlaskClient, session: Session) -> None:
    """What `make bench ONLY=p12` measures: statement for statement, the writes too; and it is written down."""
    known = build_account(session).login_name
    done: list[list[str]] = []
    for name in (known, "nobody_here") * 2:
        typed = typed_form(client, login_name=name, password="wrong")
        statements: list[str] = []

        def note(
            _connection: object, _cursor: object, statement: str, *_: object, to: Any = statements
        ) -> None:
            to.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        assert client.post("/login", data=typed).status_code == 422
        event.remove(db.engine, "before_cursor_execute", note)
        done.append(statements)
    assert done[0] == done[1] != []
    assert done[2] == done[3]
    session.rollback()
    failed = session.scalars(select(Event).where(Event.act == "sign_in_failed")).all()
    assert sorted(one.actor_name for one in failed) == sorted([known, known, "未知", "未知"])
    assert all(first_broken_link(session, one.stream_id) is None for one in failed)
    assert "nobody_here" not in str([one.__dict__ for one in failed])


def test_guesses_at_one_unknown_name_at_once_are_all_written_down(
    client: FlaskClient, session: Session
) -> None:
    tries = []
    for _ in range(3):
        browser = client.application.test_client()
        typed = typed_form(browser, login_name="nobody_here", password="wrong")
        tries.append(
            lambda browser=browser, typed=typed: FlaskClient.open(
                browser, "/login", method="POST", data=typed
            )
        )
    assert all_at_once(tries) == [422] * 3
    session.rollback()
    numbers = session.scalars(select(Event.number).where(Event.act == "sign_in_failed")).all()
    assert sorted(numbers) == [1, 2, 3]


def test_an_unknown_name_costs_a_verification_too(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []

    class Watched(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            verified.append(str(hash))
            return super().verify(hash, password)

    monkeypatch.setattr(models.password, "hasher", Watched())
    assert sign_in_as(client, "nobody_here").status_code == 422
    assert verified == [models.password.NOBODYS_HASH]
    assert not PasswordHasher().check_needs_rehash(models.password.NOBODYS_HASH)


def test_with_javascript_only_captcha_and_notice_change(client: FlaskClient, session: Session) -> None:
    form = typed_form(client, login_name="nobody_here", password="secret-typed")
    answer = client.post("/login", data=form, headers={"HX-Request": "true"})
    assert (answer.status_code, message_of(answer)) == (422, "登录名或密码错误")
    assert page_of(answer).select_one("#captcha-group")
    assert "<html" not in answer.text
    form = typed_form(client, login_name=build_account(session).login_name)
    answer = client.post("/login", data=form, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/")


def test_with_javascript_every_refusal_names_the_place_where_it_is_shown(
    client: FlaskClient, session: Session
) -> None:
    """A page shows an answer of 403 or 429 only at a place that the answer names."""
    account, fragment = build_account(session, state="disabled"), {"HX-Request": "true"}
    answer = client.post("/login", data=typed_form(client, login_name=account.login_name), headers=fragment)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (403, "#captcha-group")
    assert message_of(answer) == "账号已停用，请联系单位管理员或平台客服"


def test_the_password_is_never_sent_back(client: FlaskClient) -> None:
    answer = sign_in_as(client, "nobody_here", password="secret-typed")
    assert "secret-typed" not in answer.text


@pytest.mark.parametrize("state", ["disabled", "pending_activation", "merged"])
def test_a_disabled_account_learns_so_after_the_right_password_only(
    client: FlaskClient, session: Session, state: str
) -> None:
    account = build_account(session, state=state)
    assert message_of(sign_in_as(client, account.login_name, password="x")) == "登录名或密码错误"
    refused = sign_in_as(client, account.login_name)
    assert (refused.status_code, message_of(refused)) == (403, "账号已停用，请联系单位管理员或平台客服")


def test_an_old_hash_is_made_anew_at_the_next_sign_in(client: FlaskClient, session: Session) -> None:
    old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    account = build_account(session, password_hash=old)
    assert sign_in_as(client, account.login_name).status_code == 303
    session.expire_all()
    assert account.password_hash != old
    assert sign_in_as(client, account.login_name).status_code == 303


def test_every_attempt_on_an_account_stands_in_its_chain(client: FlaskClient, session: Session) -> None:
    account = build_account(session)
    sign_in_as(client, account.login_name, password="x")
    sign_in_as(client, account.login_name)
    events = session.scalars(select(Event).where(Event.stream_id == account.id).order_by(Event.number)).all()
    assert [event.act for event in events] == ["sign_in_failed", "sign_in"]
    assert first_broken_link(session, account.id) is None
    assert {event.at.year for event in events} == {2021}, "acts carry the business time"


def test_the_tab_of_the_link_is_open_and_batches_are_shown(client: FlaskClient, session: Session) -> None:
    build_batch(session)
    page = page_of(client.get("/login?account_type=natural"))
    assert page.select_one(".subtabs [aria-current=page]").text == "自然人登录"
    assert page.select_one("input[name=account_type]")["value"] == "natural"
    assert "2021年度国家备案众创空间" in page.select_one(".open").text
    assert "申报截止 2021年11月30日 24:00，还有 20 天" in page.select_one(".open").text


def test_signing_in_makes_a_new_token_and_ends_the_old_session(client: FlaskClient, session: Session) -> None:
    name, cookie = build_account(session).login_name, client.application.config["SIGN_IN_COOKIE"]
    client.set_cookie(cookie, "planted-by-somebody-else")
    sign_in_as(client, name)
    first = client.get_cookie(cookie).value
    assert first != "planted-by-somebody-else"
    sign_in_as(client, name)
    second = client.get_cookie(cookie).value
    assert first != second
    client.set_cookie(cookie, first)
    assert client.get("/account/sessions").status_code == 401
    ended = session.scalars(select(LoginSession.ended_at).order_by(LoginSession.created_at)).all()
    assert [at is None for at in ended] == [False, True]


def test_a_planted_csrf_token_dies_at_the_sign_in(app: Flask, client: FlaskClient, session: Session) -> None:
    name = build_account(session).login_name
    planted = typed_form(client, login_name=name)
    client.post("/login", data=planted)
    assert client.post("/logout", data={"csrf_token": planted["csrf_token"]}).status_code == 400


def test_a_form_left_open_still_saves_after_the_same_person_signed_in_again(
    client: FlaskClient, session: Session
) -> None:
    name = build_account(session).login_name
    sign_in_as(client, name)
    open_form = typed_form(client)
    session.execute(update(LoginSession).values(seen_at=datetime.now(UTC) - timedelta(hours=1)))
    session.commit()
    assert client.get("/account/sessions").status_code == 401
    sign_in_as(client, name)
    removal = client.post("/account/sessions/removal", data={"csrf_token": open_form["csrf_token"]})
    assert removal.status_code == 303


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client: FlaskClient, session: Session) -> None:
    response = sign_in_as(client, build_account(session).login_name)
    cookies = [value for name, value in response.headers if name == "Set-Cookie" and "_session=" in value]
    assert cookies
    assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie for cookie in cookies)
    assert not any("Max-Age" in cookie or "Domain" in cookie for cookie in cookies)


def test_signing_out_ends_the_session_and_clears_the_browser(client: FlaskClient, session: Session) -> None:
    sign_in_as(client, build_account(session).login_name)
    cookie = client.get_cookie(client.application.config["SIGN_IN_COOKIE"])
    assert page_of(client.get("/logout")).select_one("form[action='/logout'] button")
    answer = post(client, "/logout")
    assert (answer.status_code, answer.location) == (303, "/login")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    client.set_cookie(cookie.key, cookie.value)
    assert client.get("/account/sessions").status_code == 401

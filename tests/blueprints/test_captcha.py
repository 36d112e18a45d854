"""The captcha: counts once, for one browser, for five minutes."""

from datetime import UTC, datetime
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.login_session import LoginSession
from models.throttle import Throttle
from tests.blueprints.signing_in import all_at_once, message_of, page_of, same_browser, sign_in_as, typed_form
from tests.build import build_account


def test_a_captcha_counts_once(client: FlaskClient, session: Session) -> None:
    name = build_account(session).login_name
    form = typed_form(client, login_name=name)
    cookie = client.get_cookie(client.application.config["CAPTCHA_COOKIE"])
    assert client.post("/login", data=form).status_code == 303
    client.set_cookie(cookie.key, cookie.value)
    again = client.post("/login", data=form | {"csrf_token": typed_form(client)["csrf_token"]})
    client.set_cookie(cookie.key, cookie.value)
    assert message_of(again) == "验证码错误，请按新的验证码重新输入。"


def test_a_wrong_answer_spends_the_captcha_too(client: FlaskClient, session: Session) -> None:
    form = typed_form(client, login_name=build_account(session).login_name)
    cookie = client.get_cookie(client.application.config["CAPTCHA_COOKIE"])
    assert client.post("/login", data=form | {"captcha": "AAAAA"}).status_code == 422
    client.set_cookie(cookie.key, cookie.value)
    assert "验证码错误" in message_of(client.post("/login", data=form))


def test_a_wrong_captcha_neither_tries_the_password_nor_counts_for_the_lock(
    client: FlaskClient, session: Session
) -> None:
    name = build_account(session).login_name
    for _ in range(7):
        response = sign_in_as(client, name, captcha="AAAAA")
        assert (response.status_code, "验证码错误" in message_of(response)) == (422, True)
    assert sign_in_as(client, name).status_code == 303


def test_of_twenty_answers_at_once_one_counts(app: Flask, session: Session) -> None:
    name = build_account(session).login_name
    first = FlaskClient(app, app.response_class)
    form = typed_form(first, login_name=name)
    browsers = [same_browser(app, first) for _ in range(20)]
    statuses = all_at_once([partial(one.post, "/login", data=form) for one in browsers])
    assert statuses.count(303) == 1


def test_a_captcha_of_another_browser_or_of_yesterday_is_refused(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = typed_form(client, login_name=build_account(session).login_name)
    client.delete_cookie(client.application.config["CAPTCHA_COOKIE"])
    assert "验证码错误" in message_of(client.post("/login", data=form))
    form = typed_form(client, login_name=form["login_name"])
    later = datetime.now(UTC).timestamp() + 301
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later)
    assert "验证码错误" in message_of(client.post("/login", data=form))


def test_the_captcha_is_a_picture_or_a_sum_in_words(client: FlaskClient, session: Session) -> None:
    page = page_of(client.get("/login"))
    picture = client.get(page.select_one("#captcha-group img")["src"])
    assert picture.mimetype == "image/png"
    assert picture.data.startswith(b"\x89PNG")
    name = build_account(session).login_name
    group = page_of(client.get("/login?captcha=sum")).select_one("#captcha-group")
    assert "等于几" in group.text
    assert group.select_one("img") is None
    assert sign_in_as(client, name, path="/login?captcha=sum").status_code == 303


def test_another_captcha_comes_alone_with_javascript(client: FlaskClient) -> None:
    fragment = client.get("/login/captcha?kind=sum", headers={"HX-Request": "true"})
    assert page_of(fragment).select_one("#captcha-group")
    assert "<html" not in fragment.text
    assert client.get("/login/captcha?kind=sum").location == "/login?captcha=sum"


def test_outside_the_demo_the_captcha_is_not_given_away(app: Flask, client: FlaskClient) -> None:
    app.jinja_env.globals["is_demo"] = False
    page = page_of(client.get("/login"))
    assert page.select_one("#captcha")["value"] == ""
    shown = client.get_cookie(app.config["CAPTCHA_COOKIE"]).value
    with app.test_request_context(headers={"Cookie": f"{app.config['CAPTCHA_COOKIE']}={shown}"}):
        from blueprints.account.challenge import shown_challenge

        answer = shown_challenge().answer
    assert answer not in shown
    assert answer not in str(page)


def test_showing_the_page_and_its_captcha_writes_nothing(client: FlaskClient, session: Session) -> None:
    client.get("/login")
    client.get("/login/captcha.png")
    client.get("/login/captcha", headers={"HX-Request": "true"})
    counts = [session.scalar(select(func.count()).select_from(table)) for table in (Throttle, LoginSession)]
    assert counts == [0, 0]

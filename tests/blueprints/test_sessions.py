"""Server-side sessions: they end in time, can be listed and ended, and live in one cookie only."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.account import Account
from models.login_session import LoginSession, hash_token
from tests.blueprints.signing_in import page_of, post
from tests.build import build_account, sign_in


def age(session: Session, **ages: timedelta) -> None:
    session.execute(
        update(LoginSession).values({name: datetime.now(UTC) - age for name, age in ages.items()})
    )
    session.commit()


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account/sessions").status_code == 200


MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("idle", "old", "alive"),
    [
        (29 * MINUTE, HOUR, True),
        (31 * MINUTE, HOUR, False),
        (MINUTE, 8 * HOUR - MINUTE, True),
        (MINUTE, 8 * HOUR + MINUTE, False),
    ],
)
def test_a_session_ends_after_half_an_hour_idle_or_eight_hours(
    client: FlaskClient, session: Session, idle: timedelta, old: timedelta, alive: bool
) -> None:
    sign_in(client, build_account(session))
    age(session, seen_at=idle, created_at=old)
    assert is_signed_in(client) is alive


def test_the_business_clock_does_not_end_sessions(client: FlaskClient, session: Session) -> None:
    sign_in(client, build_account(session))
    assert post(client, "/demo/clock", {"now": "2021-12-24T10:00"}).status_code == 303
    assert is_signed_in(client)


def test_a_session_in_use_is_touched_at_most_once_a_minute(client: FlaskClient, session: Session) -> None:
    sign_in(client, build_account(session))
    seen = select(LoginSession.seen_at)
    age(session, seen_at=timedelta(seconds=50))
    before = session.scalar(seen)
    assert is_signed_in(client)
    session.rollback()
    assert session.scalar(seen) == before
    age(session, seen_at=timedelta(seconds=70))
    assert is_signed_in(client)
    session.rollback()
    assert datetime.now(UTC) - session.scalar(seen) < timedelta(seconds=10)


def test_the_cookie_is_random_and_the_table_keeps_its_hash(client: FlaskClient, session: Session) -> None:
    sign_in(client, build_account(session))
    token = client.get_cookie(client.application.config["SIGN_IN_COOKIE"]).value
    stored = session.scalar(select(LoginSession.token_hash))
    assert (len(token), stored) == (43, hash_token(token))
    assert token not in stored


@pytest.mark.parametrize("token", ["", "x", "x" * 3900, "'; DROP TABLE account; --", "汉字"])
def test_a_made_up_cookie_is_nobody(client: FlaskClient, session: Session, token: str) -> None:
    sign_in(client, build_account(session))
    client.set_cookie(client.application.config["SIGN_IN_COOKIE"], token)
    assert not is_signed_in(client)
    client.set_cookie(
        client.application.config["SIGN_IN_COOKIE"], session.scalar(select(LoginSession.token_hash))
    )
    assert not is_signed_in(client)


def test_an_account_that_was_disabled_is_out_at_once(client: FlaskClient, session: Session) -> None:
    account = build_account(session)
    sign_in(client, account)
    account.state = "disabled"
    assert not is_signed_in(client)


def test_sessions_are_listed_and_can_be_ended_one_by_one(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    account = build_account(session)
    other = app.test_client()
    sign_in(other, account)
    sign_in(client, account)
    rows = page_of(client.get("/account/sessions")).select("tbody tr")
    assert [("本机" in row.text) for row in rows].count(True) == 1
    elsewhere = next(row for row in rows if "本机" not in row.text).select_one("form")["action"]
    assert post(client, elsewhere).status_code == 303
    assert (is_signed_in(client), is_signed_in(other)) == (True, False)
    own = page_of(client.get("/account/sessions")).select_one("tbody form")["action"]
    assert post(client, own).location == "/login"
    assert not is_signed_in(client)


def test_all_sessions_can_be_ended_at_once(app: Flask, client: FlaskClient, session: Session) -> None:
    account, stranger = build_account(session), build_account(session)
    browsers = [client, app.test_client(), app.test_client()]
    for browser, who in zip(browsers, (account, account, stranger), strict=True):
        sign_in(browser, who)
    answer = post(client, "/account/sessions/removal")
    assert (answer.location, "Clear-Site-Data" in answer.headers) == ("/login", True)
    assert [is_signed_in(browser) for browser in browsers] == [False, False, True]


def test_nobody_ends_the_session_of_another(app: Flask, client: FlaskClient, session: Session) -> None:
    victim = app.test_client()
    sign_in(victim, build_account(session))
    theirs = page_of(victim.get("/account/sessions")).select_one("tbody form")["action"]
    sign_in(client, build_account(session))
    assert post(client, theirs).status_code == 404
    assert is_signed_in(victim)


def test_the_signed_cookie_of_flask_holds_the_csrf_token_only(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    sign_in(client, build_account(session))
    client.get("/account/sessions")
    client.get("/")
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"]).value
    serializer = app.session_interface.get_signing_serializer(app)
    assert isinstance(serializer, URLSafeTimedSerializer)
    assert set(serializer.loads(cookie)) == {"csrf_token"}


def test_what_a_request_costs_to_know_who_asks(app: Flask, client: FlaskClient, session: Session) -> None:
    """One statement, and one more for the grants of a person."""
    from sqlalchemy import event

    from blueprints.access import signed_in
    from extensions import db

    app.add_url_rule("/who", "who", signed_in(lambda: "you"))
    for account_type, most in (("legal", 1), ("staff", 1), ("natural", 2)):
        sign_in(client, build_account(session, account_type))
        session.commit()
        statements: list[str] = []
        listen = partial(_note, statements)
        event.listen(db.engine, "before_cursor_execute", listen)
        assert client.get("/who").text == "you"
        event.remove(db.engine, "before_cursor_execute", listen)
        assert len(statements) == most, statements


def _note(statements: list[str], *details: object) -> None:
    if details[2] != "BEGIN":
        statements.append(str(details[2]))


def test_an_account_shows_its_kind_in_the_header(client: FlaskClient, session: Session) -> None:
    kinds: list[tuple[Account, str]] = [
        (build_account(session), "法人（单位管理员）"),
        (build_account(session, "natural"), "自然人"),
        (build_account(session, "staff", staff_role="reviewer"), "工作人员"),
    ]
    for account, words in kinds:
        sign_in(client, account)
        header = page_of(client.get("/account/sessions")).select_one("header").text
        assert f"当前用户：{account.login_name}" in header
        assert f"用户类型：{words}" in header
        assert "退出登录" in header
        assert "演示环境" in header

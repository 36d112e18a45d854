"""The link by which an account gets its password: good once, for a while, and for its owner only."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.account import Account
from models.activation import DISABLED, disable, enable, invite
from models.event import Event, first_broken_link
from models.former_password import replace_password, was_used_before
from models.moves import IllegalMove
from models.one_time_link import OneTimeLink
from models.password import hash_password
from tests.blueprints.signing_in import all_at_once, message_of, page_of, post, same_browser, sign_in_as
from tests.build import NOW, SYSTEM, build_account, build_reviewer, sign_in

PASSWORD = "Zhu-hai-yu-nyu-2021"
BOTH = {"password": PASSWORD, "repeated": PASSWORD}


@pytest.fixture
def pending(session: Session) -> Account:
    account = build_reviewer(
        session, login_name="gz_shenhe", person_name="黄晓彤", password_hash="", state="pending_activation"
    )
    account.set_mobile("13800001234", None)
    return account


def link_to(session: Session, account: Account) -> str:
    """Invite the account and return the path of the link in the message."""
    (delivery,) = invite(session, account, "https://example.com", "系统管理员", SYSTEM, NOW)
    session.commit()
    found = re.search(r"https://example\.com(/account/activation/\S+)", delivery.words)
    assert found is not None
    return found[1]


def test_whoever_has_the_link_sets_the_password_and_signs_in(
    client: FlaskClient, session: Session, pending: Account
) -> None:
    path = link_to(session, pending)
    assert "gz_shenhe" in client.get(path).text
    assert "密码要求" in client.get(path).text
    done = post(client, path, BOTH)
    assert (done.status_code, done.location) == (303, "/login?account_type=staff&done=password")
    assert message_of(client.get(done.location)) == "密码已设置，请用新密码登录。"
    assert (
        sign_in_as(client, "gz_shenhe", password=PASSWORD, path=done.location, account_type="staff").location
        == "/"
    )
    assert [event.act for event in session.scalars(select(Event).order_by(Event.number))] == [
        "invite", "activate", "sign_in",
    ]  # fmt: skip
    assert first_broken_link(session, pending.id) is None
    assert "链接已失效" in client.get(path).text
    assert post(client, path, BOTH).status_code == 404


def test_only_the_hash_of_the_token_is_kept_and_the_message_is_sealed(
    session: Session, pending: Account
) -> None:
    token = link_to(session, pending).rpartition("/")[2]
    rows = [*session.connection().exec_driver_sql("SELECT * FROM one_time_link").all(),
            *session.connection().exec_driver_sql("SELECT * FROM delivery").all(),
            *session.connection().exec_driver_sql("SELECT * FROM notification").all()]  # fmt: skip
    assert len(rows) == 2
    assert token not in str(rows)


def test_a_newer_link_ends_the_older(client: FlaskClient, session: Session, pending: Account) -> None:
    older, newer = link_to(session, pending), link_to(session, pending)
    assert (client.get(older).status_code, client.get(newer).status_code) == (404, 200)


def too_old(session: Session, account: Account) -> None:
    session.execute(update(OneTimeLink).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))


def closed(session: Session, account: Account) -> None:
    disable(session, account, "离职", SYSTEM, NOW)


@pytest.mark.parametrize("end", [too_old, closed])
def test_a_link_ends_with_its_time_and_with_the_account(
    client: FlaskClient, session: Session, pending: Account, end: Callable[[Session, Account], None]
) -> None:
    path = link_to(session, pending)
    end(session, pending)
    session.commit()
    assert client.get(path).status_code == 404
    assert post(client, path, BOTH).status_code == 404
    assert pending.password_hash == ""


def test_a_made_up_link_is_over(client: FlaskClient) -> None:
    assert client.get("/account/activation/" + "A" * 43).status_code == 404
    assert client.get("/account/activation/short").status_code == 404


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "请填写新密码"),
        ({"password": "short", "repeated": "short"}, "现有 5 个"),
        ({"password": "Gz_Shenhe-2021", "repeated": "Gz_Shenhe-2021"}, "不能包含登录名"),
        ({"password": PASSWORD, "repeated": PASSWORD + " "}, "与上面的新密码不一致"),
    ],
)
def test_a_bad_password_is_refused_and_the_link_stays_good(
    client: FlaskClient, session: Session, pending: Account, typed: dict[str, Any], words: str
) -> None:
    path = link_to(session, pending)
    refused = post(client, path, typed)
    assert refused.status_code == 422
    assert words in page_of(refused).select_one(".card .msg").text
    assert all(not one.get("value") for one in page_of(refused).select("input[type=password]"))
    assert post(client, path, BOTH).status_code == 303


def test_of_two_at_once_one_wins(app: Flask, client: FlaskClient, session: Session, pending: Account) -> None:
    path = link_to(session, pending)
    token = page_of(client.get(path)).select_one("input[name=csrf_token]")["value"]
    client.get("/login")
    twins = [client, same_browser(app, client)]
    acts = [lambda twin=twin: twin.post(path, data=BOTH | {"csrf_token": token}) for twin in twins]
    assert sorted(all_at_once(acts)) == [303, 404]


def test_a_closed_account_is_out_at_once_and_may_come_back(
    client: FlaskClient, session: Session, pending: Account
) -> None:
    post(client, link_to(session, pending), BOTH)
    session.refresh(pending)
    sign_in(client, pending)
    assert client.get("/review").status_code == 200
    disable(session, pending, "借调", SYSTEM, NOW)
    session.commit()
    assert client.get("/review").status_code == 401
    with pytest.raises(IllegalMove):
        disable(session, pending, "借调", SYSTEM, NOW)
    enable(session, pending, SYSTEM, NOW)
    session.commit()
    assert client.get("/review").status_code == 401
    assert sign_in_as(client, "gz_shenhe", password=PASSWORD, account_type="staff").status_code == 303
    with pytest.raises(IllegalMove):
        invite(session, pending, "https://example.com", "系统管理员", SYSTEM, NOW)


def test_an_account_closed_before_it_had_a_password_waits_for_one_again(
    session: Session, pending: Account
) -> None:
    disable(session, pending, "误建", SYSTEM, NOW)
    assert pending.state == DISABLED
    enable(session, pending, SYSTEM, NOW)
    assert pending.state == "pending_activation"


def test_the_last_five_passwords_do_not_come_back(session: Session) -> None:
    account = build_account(session)
    words = [f"Zhu-hai-yu-nyu-202{number}" for number in range(6)]
    for minute, password in enumerate(words):
        replace_password(
            session, account, hash_password(password), datetime.now(UTC) + timedelta(minutes=minute), NOW
        )
        session.commit()
    assert [was_used_before(session, account, password, 5) for password in words] == [False] + [True] * 5

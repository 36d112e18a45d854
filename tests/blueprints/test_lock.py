"""Example C10 of the account platform: limits that hold without Redis."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints.account import attempt
from models.throttle import Throttle
from tests.blueprints.signing_in import all_at_once, message_of, sign_in_as, typed_form
from tests.build import build_account


def wait_in_vain(session: Session, minutes: int) -> None:
    """Let time pass: everything that counts tries becomes so much older."""
    for throttle in session.scalars(select(Throttle)):
        throttle.window_ends_at -= timedelta(minutes=minutes)
        if throttle.blocked_until:
            throttle.blocked_until -= timedelta(minutes=minutes)
    session.commit()


@pytest.mark.parametrize("exists", [True, False])
def test_five_wrong_passwords_lock_a_name_for_fifteen_minutes(
    client: FlaskClient, session: Session, exists: bool
) -> None:
    name = build_account(session).login_name if exists else "nobody_here"
    for _ in range(5):
        assert sign_in_as(client, name, password="wrong").status_code == 422
    locked = sign_in_as(client, name)
    assert (locked.status_code, message_of(locked)) == (429, "账号已锁定，请15分钟后再试")
    assert 0 < int(locked.headers["Retry-After"]) <= 15 * 60 + 1
    wait_in_vain(session, 14)
    assert message_of(sign_in_as(client, name)) == "账号已锁定，请1分钟后再试"
    wait_in_vain(session, 1)
    assert sign_in_as(client, name).status_code == (303 if exists else 422)


def test_a_success_starts_the_count_afresh(client: FlaskClient, session: Session) -> None:
    name = build_account(session).login_name
    for _ in range(2):
        for _ in range(4):
            sign_in_as(client, name, password="wrong")
        assert sign_in_as(client, name).status_code == 303


def test_failures_of_last_quarter_of_an_hour_do_not_count(client: FlaskClient, session: Session) -> None:
    name = build_account(session).login_name
    for _ in range(4):
        sign_in_as(client, name, password="wrong")
    wait_in_vain(session, 15)
    for _ in range(4):
        assert sign_in_as(client, name, password="wrong").status_code == 422
    assert sign_in_as(client, name).status_code == 303


def test_a_guesser_gets_no_more_than_a_hundred_tries_a_day(session: Session) -> None:
    """The lock alone would let five in every quarter of an hour."""
    from models.throttle import take_try

    now, verified = datetime(2021, 11, 10, tzinfo=UTC), 0
    for minute in range(24 * 60):
        moment = now + timedelta(minutes=minute)
        locked = take_try(session, "lock:x", attempt.LOCK, moment)
        if not locked and not take_try(session, "day:x", attempt.PER_DAY, moment):
            verified += 1
    session.commit()
    assert 75 < verified <= 100


def test_guesses_at_the_same_moment_do_not_slip_past_the_lock(app: Flask, session: Session) -> None:
    name = build_account(session).login_name
    clients = [FlaskClient(app, app.response_class) for _ in range(12)]
    forms = [typed_form(client, login_name=name, password="wrong") for client in clients]
    statuses = all_at_once(
        [lambda c=c, f=f: c.post("/login", data=f) for c, f in zip(clients, forms, strict=True)]
    )
    assert sorted(statuses) == [422] * 5 + [429] * 7


def test_one_address_is_slowed_down_whatever_names_it_tries(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt, "PER_ADDRESS_TRIES", 0.03)  # 3 tries: the demo widens a hundredfold
    for number in range(3):
        assert sign_in_as(client, f"name_{number}", password="x").status_code == 422
    refused = sign_in_as(client, "name_9", password="x")
    assert (refused.status_code, message_of(refused)) == (429, "尝试次数过多，请15分钟后再试")


def test_signing_in_well_does_not_use_up_the_tries_of_an_address(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt, "PER_ADDRESS_TRIES", 0.03)
    name = build_account(session).login_name
    assert {sign_in_as(client, name).status_code for _ in range(5)} == {303}


def test_counters_hold_no_name_and_no_password(client: FlaskClient, session: Session) -> None:
    sign_in_as(client, "My-Secret-Password", password="x")
    keys = session.scalars(select(Throttle.key)).all()
    assert len(keys) == 3
    assert not any("secret" in key.lower() for key in keys)

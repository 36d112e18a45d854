"""What nobody may read leaves no trace: passwords, codes, numbers of papers and mobiles, wherever they were typed."""

import logging
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions import db
from jobs import deliveries
from models.account import Account
from models.base import Base
from models.second_factor import SecondFactor
from models.throttle import Throttle
from tests.blueprints.factors import enrol
from tests.blueprints.registering import (
    GOOD_PASSWORD,
    MOBILE,
    PERSON,
    UNIT,
    UNIT_ACCOUNT,
    code_of,
    fill,
    go_to_account,
    search,
)
from tests.blueprints.signing_in import sign_in_as

WRONG_PASSWORD, NEXT_PASSWORD = "Canary-wrong-password-1", "Canary-next-password-22"


@pytest.fixture
def addresses(app: Flask) -> list[str]:
    """Every address that was asked for or led to."""
    seen: list[str] = []

    @app.after_request
    def note(response: Response) -> Response:
        seen.extend((request.full_path, response.headers.get("Location", "")))
        return response

    return seen


def everything_stored(session: Session) -> list[str]:
    """Read every text of every table as the database has it, without opening what is sealed."""
    connection = session.connection()
    quote = db.engine.dialect.identifier_preparer.quote
    cells: list[str] = []
    for name in set(Base.metadata.tables) - {"region", "office"}:  # six digits are also places
        rows = connection.exec_driver_sql(f"SELECT * FROM {quote(name)}").all()
        cells += [str(cell) for row in rows for cell in row if isinstance(cell, str | dict | list)]
    return [cell for cell in cells if not re.match(r"\d{4}-\d\d-\d\d ", cell)]  # moments end in six digits


def is_in(secret: str, text: str) -> bool:
    """Say whether the text says the secret; six digits within a digest are no code."""
    return re.search(rf"(?<![0-9A-Za-z]){re.escape(secret)}(?![0-9A-Za-z])", text) is not None


def test_nothing_secret_is_in_a_log_an_address_a_page_or_a_table(
    client: FlaskClient, session: Session, addresses: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    pages: list[str] = []
    go_to_account(client, session, UNIT)
    codes = [code_of(session)]
    pages.append(fill(client, "/register/account", UNIT_ACCOUNT | {"agreed": ""}).text)
    fill(client, "/register/account", UNIT_ACCOUNT)
    pages.append(client.get("/register/done").text)
    sign_in_as(client, "beijing_jia", password=WRONG_PASSWORD)
    sign_in_as(client, WRONG_PASSWORD, password=GOOD_PASSWORD)  # typed into the wrong box
    sign_in_as(client, "beijing_jia", password=GOOD_PASSWORD)
    present = {"present": GOOD_PASSWORD, "password": NEXT_PASSWORD, "repeated": NEXT_PASSWORD}
    pages.append(fill(client, "/account/password", present | {"present": WRONG_PASSWORD}).text)
    assert fill(client, "/account/password", present).status_code == 303
    pages += [client.get(path).text for path in ("/account/sessions", "/account/notifications", "/")]
    recovery_codes = enrol(client, session.scalars(select(Account)).one(), NEXT_PASSWORD)
    pages += [client.get(path).text for path in ("/account/second-factor", "/profile/security")]
    factor_secret = session.scalars(select(SecondFactor.secret)).one()
    other = client.application.test_client()
    _forget_pause(session)
    assert fill(other, "/login/reset", {"login_name": "beijing_jia"}).status_code == 303
    codes.append(code_of(session))
    pages.append(other.get("/login/reset/code").text)
    assert fill(other, "/login/reset/code", {"code": codes[1]}).status_code == 303
    assert fill(other, "/login/reset/second-factor", {"code": recovery_codes[0]}).status_code == 303
    fill(other, "/login/reset/password", {"password": GOOD_PASSWORD, "repeated": GOOD_PASSWORD})
    search(other, **PERSON)
    settings = client.application.config["SETTINGS"]
    session.rollback()
    deliveries.send_due(replace(settings, env="production"))

    secrets = [GOOD_PASSWORD, WRONG_PASSWORD, NEXT_PASSWORD, PERSON["id_number"], MOBILE, *codes]
    secrets += [factor_secret, *recovery_codes]
    places = {
        "log": caplog.text, "addresses": " ".join(addresses), "tables": "\n".join(everything_stored(session)),
    }  # fmt: skip
    assert UNIT["name"] in places["tables"]
    assert "/login/reset/code" in places["addresses"]
    found = [(place, secret) for place, text in places.items() for secret in secrets if is_in(secret, text)]
    assert found == []
    never_shown = [GOOD_PASSWORD, WRONG_PASSWORD, NEXT_PASSWORD, *codes, factor_secret, *recovery_codes]
    assert [secret for secret in never_shown for page in pages if is_in(secret, page)] == []
    if db.engine.dialect.name == "sqlite":
        file = db.engine.url.database or ""
        on_disk = b"".join(Path(name).read_bytes() for name in (file, f"{file}-wal"))
        assert [secret for secret in secrets if len(secret) > 6 and secret.encode() in on_disk] == []


def _forget_pause(session: Session) -> None:
    session.rollback()
    for throttle in session.scalars(select(Throttle).where(Throttle.key.startswith("sms:"))):
        session.delete(throttle)
    session.commit()

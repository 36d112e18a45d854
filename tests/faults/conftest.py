"""A clerk who gets the pages of failures that people get."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.browsing import Clerk
from tests.build import build_account, build_batch, build_carrier


@pytest.fixture
def clerk(app: Flask, client: FlaskClient, session: Session) -> Clerk:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    account = build_account(session)
    build_carrier(session, account.unit)
    build_batch(session)
    return Clerk(client, account)

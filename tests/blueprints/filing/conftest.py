import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models.account import Account
from tests.browsing import Clerk
from tests.build import build_account, build_batch, build_carrier


@pytest.fixture
def account(session: Session) -> Account:
    """A legal account whose unit runs one makerspace, while the batch is open."""
    account = build_account(session)
    build_batch(session)
    build_carrier(session, account.unit)
    return account


@pytest.fixture
def clerk(client: FlaskClient, account: Account) -> Clerk:
    return Clerk(client, account)


@pytest.fixture
def filing(clerk: Clerk) -> str:
    return clerk.open_filing()

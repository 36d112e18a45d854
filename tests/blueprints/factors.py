"""An authenticator, as a person holds one in his hand."""

import base64
from datetime import UTC, datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from models.account import Account
from models.second_factor import SecondFactor
from tests.blueprints.registering import fill
from tests.blueprints.signing_in import page_of
from tests.build import PASSWORD, sign_in

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PAGE = "/account/second-factor"


def code_now(secret: str = SECRET, steps: int = 0) -> str:
    """Return what an authenticator shows now, or some steps of 30 seconds later."""
    moment = int(datetime.now(UTC).timestamp()) + 30 * steps
    return TOTP(base64.b32decode(secret), 6, SHA1(), 30).generate(moment).decode()


def give_factor(session: Session, account: Account, secret: str = SECRET) -> None:
    """Let the account have a second factor whose codes were never used."""
    session.add(SecondFactor(account_id=account.id, secret=secret, confirmed_at=account.created_at))
    session.commit()


def forget_used_codes(session: Session) -> None:
    """Let the code of this moment count again, as if half a minute had gone by."""
    session.rollback()
    session.execute(update(SecondFactor).values(last_step=None))
    session.commit()


def shown_secret(client: FlaskClient, page: str = f"{PAGE}/enrolment") -> str:
    output = page_of(client.get(page)).select_one("output[data-name=secret]")
    assert output is not None
    return str(output["data-value"])


def enrol(client: FlaskClient, account: Account, password: str = PASSWORD) -> list[str]:
    """Sign in and set a second factor up through the pages; return the recovery codes."""
    sign_in(client, account)
    assert fill(client, PAGE, {"present": password}, f"{PAGE}/enrolment").status_code == 303
    answer = fill(client, f"{PAGE}/enrolment", {"code": code_now(shown_secret(client))}, PAGE)
    assert answer.status_code == 200, answer.text
    return [item.text for item in page_of(answer).select(".codes li")]

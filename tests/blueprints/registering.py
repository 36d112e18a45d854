"""Going through the registration as a person does, reading the codes from the outbox."""

import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.delivery import Delivery
from tests.blueprints.signing_in import page_of

PERSON = {"name": "王小明", "id_type": "resident_id", "id_number": "110108199003074519"}
UNIT = {"name": "测试甲科技有限公司", "uscc": "91110108MA01ABC25F", "province_code": "110000"}
MOBILE = "13912345678"
GOOD_PASSWORD = "Green-Kettle-47-river"
ACCOUNT = {"login_name": "wang_xm", "password": GOOD_PASSWORD, "repeated": GOOD_PASSWORD, "agreed": "yes"}
UNIT_ACCOUNT = ACCOUNT | {
    "login_name": "beijing_jia", "region_code": "110108", "legal_representative": "赵一鸣", "person_name": "王小明",
    "id_type": "resident_id", "id_number": "110108199003074519",
}  # fmt: skip


def fill(client: FlaskClient, path: str, answers: dict[str, str], action: str = "") -> TestResponse:
    """Open a page and send its form with these answers; what stood in it is sent along."""
    form = page_of(client.get(path)).select_one(f"form[action='{action or path}']")
    assert form is not None, path
    given: dict[str, Any] = {
        str(one["name"]): str(one.get("value", "")) for one in form.select("input[name]:not([type=checkbox])")
    }
    return client.post(action or path, data=given | answers)


def code_of(session: Session) -> str:
    """Read the newest code that was sent."""
    session.rollback()
    newest = select(Delivery).where(Delivery.name == "code").order_by(Delivery.forget_at.desc())
    found = re.search(r"\d{6}", session.scalars(newest).first().words)  # type: ignore[union-attr]
    assert found
    return found[0]


def search(client: FlaskClient, **answers: str) -> TestResponse:
    """Search for a person, or with `uscc` for a unit."""
    account_type = "legal" if "uscc" in answers else "natural"
    return fill(client, f"/register/{account_type}", answers)


def prove_mobile(client: FlaskClient, session: Session, mobile: str = MOBILE) -> TestResponse:
    sent = fill(client, "/register/mobile", {"mobile": mobile})
    assert sent.status_code == 303, sent.text
    return fill(client, "/register/mobile", {"code": code_of(session)}, "/register/mobile/code")


def go_to_account(client: FlaskClient, session: Session, who: dict[str, str], mobile: str = MOBILE) -> None:
    """Come as far as the last form."""
    assert search(client, **who).status_code == 303
    assert prove_mobile(client, session, mobile).location == "/register/account"

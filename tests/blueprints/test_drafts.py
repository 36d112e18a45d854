"""What a browser may keep until the server has it: whose, with which key, and on which computer at all."""

import base64

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from filings.kinds import KINDS
from tests.blueprints.signing_in import page_of, sign_in_as, typed_form
from tests.build import build_account

NEVER_LOCAL = ("contact_name", "contact_mobile", "contact_email", "manager_name", "wechat_account", "age")
PERSONAL = ("联系人", "手机", "电话", "邮箱", "证件", "身份证", "银行", "账号")


def drafts_of(client: FlaskClient) -> tuple[list[str], bool]:
    """Return owner and key that pages carry, and whether the browser may keep anything."""
    meta = page_of(client.get("/account/sessions")).select_one("meta[name=drafts]")
    assert meta is not None
    return str(meta["content"]).split(), meta.has_attr("data-keep")


def test_a_computer_is_a_public_one_unless_somebody_says_otherwise(
    client: FlaskClient, session: Session
) -> None:
    account = build_account(session)
    box = page_of(client.get("/login")).select_one("input[type=checkbox][name=computer]")
    assert box is not None
    assert box.has_attr("checked")
    sign_in_as(client, account.login_name)
    assert drafts_of(client)[1] is False
    client.post("/logout")
    sign_in_as(client, account.login_name, computer="private")
    assert drafts_of(client)[1] is True


def test_signing_in_again_on_the_spot_asks_nothing_anew(client: FlaskClient, session: Session) -> None:
    account, other = build_account(session), build_account(session)
    sign_in_as(client, account.login_name, computer="private")
    for login_name, is_kept in ((account.login_name, True), (other.login_name, False)):
        form = {
            name: text
            for name, text in typed_form(client, login_name=login_name).items()
            if name != "computer"
        }
        assert client.post("/login", data=form).status_code == 303
        assert drafts_of(client)[1] is is_kept


def test_a_refused_sign_in_remembers_what_was_ticked(client: FlaskClient, session: Session) -> None:
    account = build_account(session)
    answer = sign_in_as(client, account.login_name, computer="private", password="wrong")
    box = page_of(answer).select_one("input[type=checkbox][name=computer]")
    assert box is not None
    assert not box.has_attr("checked")


def test_the_key_is_of_the_account_and_the_same_at_every_sign_in(
    client: FlaskClient, session: Session
) -> None:
    first, second = build_account(session), build_account(session)
    keys = []
    for account in (first, second, first):
        sign_in_as(client, account.login_name)
        keys.append(drafts_of(client)[0])
        client.post("/logout")
    assert keys[0] == keys[2]
    assert keys[0][0] != keys[1][0]
    assert keys[0][1] != keys[1][1]
    assert len(base64.b64decode(keys[0][1])) == 32


def test_what_waits_is_told_whose_session_this_is(client: FlaskClient, session: Session) -> None:
    assert client.get("/account/drafts", headers={"HX-Request": "true"}).status_code == 401
    sign_in_as(client, build_account(session).login_name)
    owner, token, state = client.get("/account/drafts").get_data(as_text=True).split()
    assert state == "open"
    assert owner == drafts_of(client)[0][0]
    assert client.post("/account/sessions/removal", data={"csrf_token": token}).status_code == 303


def test_nobody_else_gets_a_key(client: FlaskClient) -> None:
    assert page_of(client.get("/login")).select_one("meta[name=drafts]") is None
    assert page_of(client.get("/offline")).select_one("meta[name=drafts]") is None


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_contacts_never_stay_in_a_browser(kind) -> None:  # type: ignore[no-untyped-def]
    forms = [part.form for part in (*kind.tabs, *kind.tables) if part.form is not None]
    fields = [field for form in forms for field in form()]
    kept = {field.name: field.label.text for field in fields if field.is_local}
    assert not kept.keys() & set(NEVER_LOCAL)
    assert not [label for label in kept.values() if any(word in label for word in PERSONAL)]
    assert {"area_total", "introduction", "enterprise_name", "team_status"} <= kept.keys()

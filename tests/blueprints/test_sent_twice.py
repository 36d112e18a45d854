"""Forms that arrive twice, as when somebody presses twice on a slow line: they act once and answer alike."""

import hashlib
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.account import Account
from models.activation import invite
from models.appeal import Appeal
from models.delivery import Delivery
from models.event import Event
from models.idempotency_key import IdempotencyKey
from models.second_factor import SecondFactor
from models.throttle import Throttle
from tests.blueprints.factors import code_now, enrol, forget_used_codes
from tests.blueprints.registering import ACCOUNT, GOOD_PASSWORD, MOBILE, PERSON, code_of, fill, go_to_account
from tests.blueprints.signing_in import message_of, page_of, post
from tests.blueprints.test_appealing import PERSON as APPLICANT
from tests.blueprints.test_appealing import build_person, prove_mobile, send
from tests.build import NOW, PASSWORD, SYSTEM, build_account, build_reviewer, sign_in

KEY = {"idempotency_key": "of one page"}
NEW = {"password": GOOD_PASSWORD, "repeated": GOOD_PASSWORD}


def hasten(client: FlaskClient) -> None:
    """Let the browser send every form twice: the answer to the first got lost, and its cookies with it."""
    once = client.post

    def twice(path: str, *, data: dict[str, Any], **options: Any) -> TestResponse:
        before = cookies_of(client)
        first = once(path, data=copied(data), **options)
        if first.status_code >= 400:
            return first
        put_back(client, before)
        again = once(path, data=copied(data), **options)
        assert (path, again.status_code) == (path, first.status_code)
        return again

    client.post = twice  # type: ignore[method-assign,assignment]


def cookies_of(client: FlaskClient) -> dict[str, str | None]:
    config = client.application.config
    names = [config[name] for name in ("SESSION_COOKIE_NAME", "CAPTCHA_COOKIE", "SIGN_IN_COOKIE")]
    found = {name: client.get_cookie(name) for name in names}
    return {name: cookie.value if cookie else None for name, cookie in found.items()}


def put_back(client: FlaskClient, cookies: dict[str, str | None]) -> None:
    for name, value in cookies.items():
        client.delete_cookie(name)
        if value is not None:
            client.set_cookie(name, value)


def copied(data: dict[str, Any]) -> dict[str, Any]:
    """Return the fields with files that were not read yet."""
    return {
        name: (BytesIO(value[0].getvalue()), value[1]) if isinstance(value, tuple) else value
        for name, value in data.items()
    }


def with_mobile(session: Session, kind: str = "natural", **changes: str) -> Account:
    account = build_account(session, kind, **changes)
    account.set_mobile(MOBILE, NOW)
    session.commit()
    return account


def acts(session: Session, account: Account) -> list[str]:
    session.rollback()
    events = select(Event.act).where(Event.stream_id == account.id).order_by(Event.number)
    return list(session.scalars(events))


def codes_sent(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).where(Delivery.name == "code")) or 0


def test_a_mobile_and_a_login_name_change_once(client: FlaskClient, session: Session) -> None:
    account = with_mobile(session)
    sign_in(client, account)
    hasten(client)
    page, new = "/account/mobile", "/account/mobile/new"
    assert fill(client, page, {}, f"{page}/old/code").location == f"{page}?sent=1"
    assert codes_sent(session) == 1
    assert fill(client, f"{page}?sent=1", {"code": code_of(session)}, f"{page}/old").location == new
    assert fill(client, new, {"mobile": "13900001111"}).location == f"{new}?sent=1"
    assert codes_sent(session) == 2
    assert fill(client, new, {"code": code_of(session)}, page).location == f"{page}?changed=1"
    renamed = fill(client, "/account/login-name", {"login_name": "another_name", "present": PASSWORD})
    assert renamed.location == "/account/login-name?changed=1"
    assert acts(session, account) == ["change_mobile", "change_login_name"]
    session.refresh(account)
    assert (account.mobile, account.login_name) == ("13900001111", "another_name")


def test_what_is_kept_of_a_form_betrays_no_password(client: FlaskClient, session: Session) -> None:
    sign_in(client, build_account(session, "natural"))
    typed = {"login_name": "another_name", "present": PASSWORD}
    assert fill(client, "/account/login-name", typed).status_code == 303
    session.rollback()
    digest = session.scalars(select(IdempotencyKey.digest)).one()
    assert digest != hashlib.sha256(repr((sorted(typed.items()), [])).encode()).hexdigest()


def test_another_code_is_sent_when_a_minute_is_over(client: FlaskClient, session: Session) -> None:
    sign_in(client, with_mobile(session))
    for sent in (1, 1):
        assert post(client, "/account/mobile/old/code", KEY).status_code == 303
        assert codes_sent(session) == sent
    session.execute(update(IdempotencyKey).values(created_at=datetime.now(UTC) - timedelta(seconds=61)))
    session.execute(delete(Throttle))
    assert post(client, "/account/mobile/old/code", KEY).status_code == 303
    assert codes_sent(session) == 2


def test_a_registration_and_a_reset_go_through(client: FlaskClient, session: Session) -> None:
    hasten(client)
    go_to_account(client, session, PERSON)
    assert fill(client, "/register/account", ACCOUNT).location == "/register/done"
    assert codes_sent(session) == 1
    account = session.scalars(select(Account)).one()
    session.execute(delete(Throttle))
    session.commit()
    assert fill(client, "/login/reset", {"login_name": account.login_name}).location == "/login/reset/code"
    proved = fill(client, "/login/reset/code", {"code": code_of(session)})
    assert proved.location == "/login/reset/password"
    done = fill(client, "/login/reset/password", {name: f"{text}-new" for name, text in NEW.items()})
    assert done.location == "/login?account_type=natural&done=password"
    assert acts(session, account) == ["register", "ask_reset", "reset_password"]


def test_an_appeal_is_made_once(client: FlaskClient, session: Session) -> None:
    build_person(session)
    hasten(client)
    prove_mobile(client, session, "natural")
    assert send(client, "natural", APPLICANT | KEY).location == "/account/appeal/status?received=1"
    made = session.scalars(select(Appeal)).one()
    assert made.case_no in client.get("/account/appeal/status").text
    session.execute(delete(Throttle))
    session.commit()
    asked = {"case_no": made.case_no, "mobile": MOBILE}
    assert fill(client, "/account/appeal/query", asked).location == "/account/appeal/status"
    fill(client, "/account/appeal/status", {"code": code_of(session)})
    assert made.case_no in client.get("/account/appeal/status").text


def test_a_proof_sent_again_proves_no_other_mobile(client: FlaskClient, session: Session) -> None:
    path = "/account/appeal/natural"
    assert fill(client, path, {"mobile": MOBILE}).status_code == 303
    proof = KEY | {"code": code_of(session)}
    assert post(client, f"{path}/code", proof).location == f"{path}/papers"
    assert fill(client, path, {"mobile": "13900001111"}).status_code == 303
    assert post(client, f"{path}/code", proof).status_code == 422


def test_a_key_is_that_of_one_browser(client: FlaskClient) -> None:
    path = "/account/appeal/natural"
    form = page_of(client.get(path)).select_one(f"form[action='{path}']")
    said = {str(one["name"]): str(one["value"]) for one in form.select("input[value]")}  # type: ignore[union-attr]
    said |= {"mobile": MOBILE} | KEY
    for _ in range(2):
        assert client.post(path, data=said).status_code == 303
    del said["csrf_token"]
    assert post(client.application.test_client(), path, said).status_code == 422, "its captcha is another one"


def test_the_link_of_a_new_account_may_be_sent_twice(client: FlaskClient, session: Session) -> None:
    account = build_reviewer(session, password_hash="", state="pending_activation")
    account.set_mobile(MOBILE, None)
    (delivery,) = invite(session, account, "", "系统管理员", SYSTEM, NOW)
    session.commit()
    path = next(word for word in delivery.words.split() if "/account/activation/" in word)
    hasten(client)
    done = fill(client, path[path.index("/account") :], NEW)
    assert done.location == "/login?account_type=staff&done=password"
    assert acts(session, account) == ["invite", "activate"]


def test_what_ends_the_session_says_that_it_is_done(client: FlaskClient, session: Session) -> None:
    account = build_account(session)
    sign_in(client, account)
    hasten(client)
    answer = fill(client, "/account/password", NEW | {"present": PASSWORD})
    assert answer.location == "/login?done=repeat"
    assert message_of(client.get(answer.location)) == "刚才的操作已经完成，请重新登录。"
    sign_in(client, account)
    assert fill(client, "/account/sessions", {}, "/account/sessions/removal").location == "/login?done=repeat"
    assert acts(session, account) == ["change_password", "end_sessions"]


def test_an_account_is_closed_once(client: FlaskClient, session: Session) -> None:
    account = with_mobile(session)
    sign_in(client, account)
    hasten(client)
    page = "/account/closure"
    assert fill(client, page, {}, f"{page}/code").location == f"{page}?sent=1"
    proof = {"present": PASSWORD, "code": code_of(session), "agreed": "yes"}
    closing = fill(client, f"{page}?sent=1", proof, page)
    assert closing.location == "/login?done=repeat"
    assert len(acts(session, account)) == 1


def test_leaving_twice_is_no_mistake(client: FlaskClient, session: Session) -> None:
    sign_in(client, build_account(session))
    page = page_of(client.get("/logout"))
    token = {"csrf_token": str(page.select_one("[name=csrf_token]")["value"])}  # type: ignore[index]
    for _ in range(2):  # the second one without the cookies that the first took away
        left = client.post("/logout", data=token)
        assert left.location == "/login"
    assert "Clear-Site-Data" not in left.headers, "another site may have sent it"
    sign_in(client, build_account(session))
    assert client.post("/logout", data=token).status_code == 400, "who is signed in is asked for a token"


def test_a_second_factor_is_turned_off_once(client: FlaskClient, session: Session) -> None:
    account = build_account(session)
    enrol(client, account)
    forget_used_codes(session)
    secret = session.scalars(select(SecondFactor)).one().secret or ""
    hasten(client)
    proof = {"present": PASSWORD, "code": code_now(secret)} | KEY
    assert post(client, "/account/second-factor/removal", proof).location == "/account/second-factor?off=1"
    assert acts(session, account)[-1] == "turn_off_factor"

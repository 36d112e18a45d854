"""二维码登录: confirmed by somebody signed in elsewhere, once, and only for the browser that showed the code."""

from datetime import UTC, datetime, timedelta
from functools import partial

import itsdangerous.timed
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models.account import Account
from models.event import Event
from models.login_session import LoginSession
from models.qr_answer import QrAnswer
from tests.blueprints.factors import code_now, give_factor
from tests.blueprints.registering import fill
from tests.blueprints.signing_in import all_at_once, page_of, post, same_browser, sign_in_as
from tests.build import build_account, sign_in

PAGE, STATE = "/login/qr", "/login/qr/state"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36"


@pytest.fixture
def account(session: Session) -> Account:
    return build_account(session, "natural")


@pytest.fixture
def telephone(app: Flask, client: FlaskClient, account: Account) -> FlaskClient:
    """A browser in which the person is signed in."""
    browser = app.test_client()
    sign_in(browser, account)
    return browser


def link_of(client: FlaskClient, page: str = PAGE) -> str:
    """Show the code and return what a telephone reads from it."""
    link = page_of(client.get(page, headers={"User-Agent": WINDOWS})).select_one("#qr-link")
    assert link is not None
    return str(link["href"]).removeprefix("http://localhost")


def acts(session: Session, account: Account) -> list[str]:
    session.rollback()
    events = select(Event.act).where(Event.stream_id == account.id).order_by(Event.number)
    return list(session.scalars(events))


def enter(client: FlaskClient, **fields: str) -> object:
    return fill(client, PAGE, fields).location


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account/sessions").status_code == 200


def test_a_telephone_lets_the_browser_in_that_shows_the_code(
    client: FlaskClient, session: Session, telephone: FlaskClient, account: Account
) -> None:
    assert client.get("/login?account_type=qr&next=/filings").location == f"{PAGE}?next=/filings"
    link = link_of(client)
    assert link_of(client) == link, "a reload shows the same code"
    assert link_of(client, f"{PAGE}?fresh=1") != link
    link = link_of(client)
    state = client.get(STATE, headers={"HX-Request": "true"})
    assert ("等待手机确认" in state.text, "every 2s" in state.text) == (True, True)
    early = fill(client, PAGE, {})
    assert (early.status_code, "手机上还没有确认" in early.text) == (409, True)
    assert client.get(link).status_code == 401, "only somebody signed in may answer"
    asked = telephone.get(link).text
    assert all(
        word in asked for word in (account.login_name, "Chrome 120 · Windows", "127.0.0.1，与本机相同")
    )
    assert "等待手机确认" in client.get(STATE).text, "looking confirms nothing"
    confirmed = fill(telephone, link, {}, f"{link}/confirmation")
    assert "已确认登录" in telephone.get(confirmed.location).text
    state = client.get(STATE)
    assert ('hx-trigger="load"' in state.text, "every 2s" in state.text) == (True, False)
    assert not is_signed_in(client)
    assert enter(client, computer="private", next="/filings") == "/filings"
    newest = session.scalars(select(LoginSession).order_by(LoginSession.created_at.desc())).first()
    assert newest is not None
    assert (newest.account_id, newest.is_public_computer, newest.browser) == (account.id, False, "未知浏览器")
    assert is_signed_in(client)
    assert is_signed_in(telephone)
    assert acts(session, account) == ["confirm_qr", "sign_in"]
    assert telephone.get(link).status_code == 404, "a code is answered once"


def test_with_javascript_the_page_goes_on_by_itself(client: FlaskClient, telephone: FlaskClient) -> None:
    link = link_of(client)
    fill(telephone, link, {}, f"{link}/confirmation")
    token = page_of(client.get(PAGE)).select_one("meta[name=csrf]")["content"]  # type: ignore[index]
    done = client.post(PAGE, headers={"HX-Request": "true", "X-CSRFToken": str(token)})
    assert (done.status_code, done.headers["HX-Redirect"]) == (204, "/")
    assert is_signed_in(client)


def test_a_refusal_lets_nobody_in_and_stays(
    client: FlaskClient, session: Session, telephone: FlaskClient, account: Account
) -> None:
    link = link_of(client)
    assert "已拒绝登录" in telephone.get(post(telephone, f"{link}/refusal").location).text
    assert post(telephone, f"{link}/confirmation").status_code == 404
    state = client.get(STATE).text
    assert ("手机上拒绝了这次登录" in state, "every 2s" in state) == (True, False)
    assert post(client, PAGE).status_code == 409
    assert not is_signed_in(client)
    assert acts(session, account) == ["refuse_qr"]
    assert link_of(client) != link, "the next look shows a fresh code"


def test_a_confirmation_is_for_the_browser_that_asked(
    app: Flask, client: FlaskClient, telephone: FlaskClient
) -> None:
    link = link_of(client)
    thief = app.test_client()
    assert link_of(thief) != link
    fill(telephone, link, {}, f"{link}/confirmation")
    assert post(thief, PAGE).status_code == 409
    with thief.session_transaction() as cookie:
        shown = cookie["qr"]
    assert post(app.test_client(), PAGE, {"token": shown, "code": link}).status_code == 409
    assert not is_signed_in(thief)


def test_two_telephones_and_two_windows_at_once(
    app: Flask, client: FlaskClient, session: Session, telephone: FlaskClient, account: Account
) -> None:
    link = link_of(client)
    other = app.test_client()
    sign_in(other, build_account(session))
    tokens = [page_of(one.get(link)).select_one("meta[name=csrf]")["content"] for one in (telephone, other)]  # type: ignore[index]
    session.commit()
    answers = [
        partial(one.post, f"{link}/confirmation", data={"csrf_token": token})
        for one, token in zip((same_browser(app, telephone), same_browser(app, other)), tokens, strict=True)
    ]
    assert sorted(all_at_once(answers)) == [303, 404]
    token = page_of(client.get(PAGE)).select_one("meta[name=csrf]")["content"]  # type: ignore[index]
    session.rollback()
    before = session.scalar(select(func.count()).select_from(LoginSession)) or 0
    session.commit()
    windows = [same_browser(app, client) for _ in range(3)]
    statuses = all_at_once([partial(one.post, PAGE, data={"csrf_token": token}) for one in windows])
    assert sorted(statuses) == [303, 409, 409]
    session.rollback()
    assert session.scalar(select(func.count()).select_from(LoginSession)) == before + 1


def test_a_code_is_good_for_two_minutes(
    app: Flask, client: FlaskClient, session: Session, telephone: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer = itsdangerous.timed.TimestampSigner
    now = signer.get_timestamp
    link = link_of(client)
    with monkeypatch.context() as later:
        later.setattr(signer, "get_timestamp", lambda self: now(self) + 121)
        assert telephone.get(link).status_code == 404
        assert "二维码已失效" in client.get(STATE).text
    token = page_of(telephone.get(link)).select_one("meta[name=csrf]")["content"]  # type: ignore[index]
    with monkeypatch.context() as later:
        later.setattr(signer, "get_timestamp", lambda self: now(self) + 121)
        assert telephone.post(f"{link}/confirmation", data={"csrf_token": token}).status_code == 404
    assert telephone.get(f"{link}x").status_code == 404
    assert telephone.get("/qr/made-up").status_code == 404
    fill(telephone, link, {}, f"{link}/confirmation")
    session.execute(update(QrAnswer).values(answered_at=datetime.now(UTC) - timedelta(seconds=121)))
    assert post(client, PAGE).status_code == 409, "nor is its confirmation"
    assert not is_signed_in(client)


def test_staff_confirm_only_with_their_second_factor(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    staff = build_account(session, "staff", staff_role="helpdesk")
    telephone = app.test_client()
    sign_in(telephone, staff)
    link = link_of(client)
    assert "须先启用二次验证" in telephone.get(link).text
    assert post(telephone, f"{link}/confirmation").status_code == 403
    give_factor(session, staff)
    assert post(telephone, f"{link}/confirmation").status_code == 403, "this session did not use it"
    sign_in_as(telephone, staff.login_name, account_type="staff")
    assert fill(telephone, "/login/second-factor", {"code": code_now()}).status_code == 303
    assert post(telephone, f"{link}/confirmation").status_code == 303
    assert enter(client) == "/"
    session.rollback()
    newest = session.scalars(select(LoginSession).order_by(LoginSession.created_at.desc())).first()
    assert newest is not None
    assert (newest.account_id, newest.has_second_factor) == (staff.id, True)


def test_an_account_that_must_not_come_in_does_not(
    client: FlaskClient, session: Session, telephone: FlaskClient, account: Account
) -> None:
    link = link_of(client)
    fill(telephone, link, {}, f"{link}/confirmation")
    account.must_change_password = True
    assert enter(client) == "/login/expired"
    assert not is_signed_in(client)
    account.must_change_password = False
    link = link_of(client, f"{PAGE}?fresh=1")
    fill(telephone, link, {}, f"{link}/confirmation")
    account.state = "disabled"
    assert post(client, PAGE).status_code == 409
    assert not is_signed_in(client)


def test_answers_are_counted(client: FlaskClient, session: Session, telephone: FlaskClient) -> None:
    statuses = []
    token = page_of(telephone.get("/login")).select_one("meta[name=csrf]")["content"]  # type: ignore[index]
    for _ in range(31):
        statuses.append(telephone.post("/qr/made-up/confirmation", data={"csrf_token": token}).status_code)
    assert statuses == [404] * 30 + [429]

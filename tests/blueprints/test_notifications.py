from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from config import Settings
from models.notification import notify
from tests.blueprints.signing_in import page_of, post
from tests.build import NOW, build_account, sign_in


def test_a_clerk_sees_what_happened_and_goes_there(client: FlaskClient, session: Session) -> None:
    account = build_account(session)
    notice = notify(session, [account], "return", {"孵化机构": "启航"}, "/filings", NOW)[0]
    sign_in(client, account)
    page = client.get("/account/notifications")
    assert "申报被退回，请修改" in page.text
    assert page_of(page).select_one("a.unread b").text == "1"
    answer = post(client, f"/account/notifications/{notice.id}/read")
    assert (answer.status_code, answer.location) == (303, "/filings")
    assert page_of(client.get("/account/notifications")).select_one("a.unread") is None


def test_all_are_read_at_once(client: FlaskClient, session: Session) -> None:
    account = build_account(session)
    for _ in range(3):
        notify(session, [account], "pass", {}, "", NOW)
    sign_in(client, account)
    post(client, "/account/notifications/read")
    assert "未读" not in client.get("/account/notifications").text


def test_nobody_reads_anothers_notices(client: FlaskClient, session: Session) -> None:
    notice = notify(session, [build_account(session)], "pass", {}, "", NOW)[0]
    sign_in(client, build_account(session))
    assert post(client, f"/account/notifications/{notice.id}/read").status_code == 404
    assert "审核通过" not in client.get("/account/notifications").text


def test_the_outbox_is_the_demos_only(client: FlaskClient, session: Session, settings: Settings) -> None:
    account = build_account(session)
    account.set_mobile("13812345678", NOW)
    notify(session, [account], "return", {"孵化机构": "启航"}, "", NOW)
    page = client.get("/demo/outbox")
    assert "138****5678" in page.text
    assert "13812345678" not in page.text
    client.application.config["SETTINGS"] = type(settings)(**{**settings.__dict__, "env": "production"})
    assert client.get("/demo/outbox").status_code == 404

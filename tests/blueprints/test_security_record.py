"""安全记录: everything that happened to one's account, with where from, and nothing of anybody else's."""

from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.event import Actor, Event, record_event
from tests.blueprints.factors import code_now, give_factor
from tests.blueprints.registering import GOOD_PASSWORD, fill
from tests.blueprints.signing_in import page_of, post, sign_in_as, typed_form
from tests.build import NOW, PASSWORD, build_account, build_unit, sign_in

PAGE = "/profile/security"
WINDOWS = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0.0.0 Safari/537.36"}


def lines(client: FlaskClient, address: str = PAGE) -> list[list[str]]:
    rows = page_of(client.get(address)).select("tbody tr")
    return [[cell.get_text(strip=True) for cell in row.select("td")] for row in rows]


def test_the_owner_reads_what_happened_and_from_where(client: FlaskClient, session: Session) -> None:
    account = build_account(session, "natural")
    for password in ("wrong", PASSWORD):
        typed = typed_form(client, login_name=account.login_name, account_type="natural", password=password)
        client.post("/login", data=typed, headers=WINDOWS)
    elsewhere = client.application.test_client()
    sign_in(elsewhere, account)
    row = next(
        row for row in page_of(client.get("/account/sessions")).select("tbody tr") if "本机" not in row.text
    )
    post(client, str(row.select_one("form")["action"]))  # type: ignore[index]
    new = {"present": PASSWORD, "password": GOOD_PASSWORD, "repeated": GOOD_PASSWORD}
    assert fill(client, "/account/password", new).status_code == 303
    found = lines(client)
    assert [line[1] for line in found] == ["修改密码", "退出一处登录", "登录", "密码错误"]
    assert [line[2:4] for line in found[2:]] == [["Chrome 120 · Windows", "127.0.0.1"]] * 2
    assert "网络地址 127.0.0.1" in found[1][4]
    assert [line[1] for line in lines(client, f"{PAGE}?kind=failed")] == ["密码错误"]
    assert len(lines(client, f"{PAGE}?kind=made-up&before=no-id")) == 4
    page = page_of(client.get(PAGE))
    assert {"/account/password", "/account/sessions"} <= {link["href"] for link in page.select(".notice a")}
    stranger = build_account(session)
    sign_in(client, stranger)
    assert lines(client) == []
    assert "没有这类记录" in client.get(PAGE).text
    record_event(session, stranger.id, "sign_in", Actor(stranger.id, "x", "legal"), NOW + timedelta(days=9))
    older = session.scalars(select(Event.id).where(Event.stream_id == account.id, Event.number == 1)).one()
    session.commit()
    assert len(lines(client, f"{PAGE}?before={older}")) == 1, "what is not in the record counts for nothing"


def test_the_second_step_and_its_failures_are_told(client: FlaskClient, session: Session) -> None:
    account = build_account(session, "staff", staff_role="helpdesk")
    give_factor(session, account)
    sign_in_as(client, account.login_name, account_type="staff")
    fill(client, "/login/second-factor", {"code": "123456x"})
    fill(client, "/login/second-factor", {"code": code_now()})
    found = lines(client)
    assert [line[1] for line in found] == ["登录", "二次验证失败", "密码正确，等待二次验证"]
    assert found[0][4] == "二次验证：动态验证码"


def test_what_others_did_is_told_without_their_address(client: FlaskClient, session: Session) -> None:
    unit = build_unit(session)
    person, legal = build_account(session, "natural"), build_account(session, unit=unit)
    admin = build_account(session, "staff", staff_role="system_admin")
    details = {"person": person.login_name, "unit": unit.name, "changes": ["授予 事项办理员"]}
    granter = Actor(legal.id, legal.login_name, "legal", address="203.0.113.7")
    for stream in (unit.id, person.id):
        record_event(session, stream, "grant", granter, NOW, details=details)
    record_event(session, unit.id, "change_profile", granter, NOW)
    staff = Actor(admin.id, admin.login_name, "system_admin", address="203.0.113.8")
    record_event(session, person.id, "clear_factor", staff, NOW + timedelta(hours=1), note="手机丢失")
    record_event(session, person.id, "verify", staff, NOW)
    session.commit()
    sign_in(client, person)
    page = client.get(PAGE).text
    assert [line[1:] for line in lines(client)] == [
        ["清除二次验证", "—", "—", "由工作人员办理，手机丢失"],
        ["授权变更", "—", "—", f"{unit.name}，{person.login_name}：授予 事项办理员"],
    ]
    assert not any(secret in page for secret in ("203.0.113", admin.login_name, legal.login_name))
    sign_in(client, legal)
    assert [line[1:4] for line in lines(client)] == [["授权变更", "—", "203.0.113.7"]]


def test_older_entries_follow_on_pages_of_their_own(client: FlaskClient, session: Session) -> None:
    account = build_account(session, "natural")
    for number in range(65):  # some at the same moment
        own = Actor(account.id, account.login_name, "natural", address=f"198.51.100.{number}")
        record_event(session, account.id, "sign_in", own, NOW + timedelta(minutes=number // 3))
        session.flush()
    session.commit()
    sign_in(client, account)
    seen, address = [], PAGE
    for _ in range(3):
        seen += [line[3] for line in lines(client, address)]
        links = {link.text: link["href"] for link in page_of(client.get(address)).select(".pager a")}
        address = str(links.get("更早的记录", ""))
    assert seen == [f"198.51.100.{number}" for number in range(64, -1, -1)]
    assert address == ""
    assert links["回到最新"] == PAGE

"""Deciding about appeals (examples C16, C18 and C19): four eyes, and what an approval comes to."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from extensions import clock
from files.storage import FolderStorage
from jobs.appeals import hand_over_due
from models.account import Account
from models.appeal import Appeal
from models.delivery import Delivery
from models.event import Event, first_broken_link
from models.former_name import note_former_name
from models.former_password import FormerPassword
from models.linked_identity import LinkedIdentity
from models.login_session import LoginSession
from models.notification import Notification
from models.one_time_link import OneTimeLink
from models.person import Person
from models.second_factor import SecondFactor
from models.verification import Verification
from tests.appealing import MOBILE, PERSON, UNIT, build_appeal
from tests.blueprints.registering import GOOD_PASSWORD, fill
from tests.blueprints.signing_in import all_at_once, page_of, sign_in_as
from tests.browsing import Clerk, soup
from tests.build import NOW, PASSWORD, PASSWORD_HASH, build_account, build_unit

OLD_MOBILE = "13800001111"


@pytest.fixture
def staff(app: Flask, client: FlaskClient, session: Session) -> list[Clerk]:
    accounts = [
        build_account(session, "staff", staff_role="helpdesk", person_name=name)
        for name in ("李晓雯", "周子涵")
    ]
    return [Clerk(app.test_client(), account) for account in accounts]


@pytest.fixture
def account(session: Session) -> Account:
    """The unit's account, whose mobile nobody has any more."""
    unit = build_unit(session, name=UNIT["unit_name"], uscc=UNIT["uscc"])
    account = build_account(session, unit=unit, login_name="beijing_jia", person_name="赵一鸣")
    account.set_id_number("resident_id", "330106197811051015")
    account.set_mobile(OLD_MOBILE, None)
    session.add(
        Person(account_id=account.id, real_name_state="auto_passed", gender="male", phone="010-12345678")
    )
    session.commit()
    return account


@pytest.fixture
def appeal(session: Session, storage: FolderStorage, account: Account) -> Appeal:
    return build_appeal(session, storage, UNIT)


def send(clerk: Clerk, appeal: Appeal, act: str = "", **answers: Any) -> TestResponse:
    """Send a form of the page as it is now, or as `version` says it was."""
    page = clerk.page(f"/appeals/{appeal.id}")
    seen = page.select_one("[name=version]")
    answers.setdefault("version", seen["value"] if seen else "")
    return clerk.post(f"/appeals/{appeal.id}{'/' if act else ''}{act}", answers)


def take(clerk: Clerk, appeal: Appeal) -> None:
    assert send(clerk, appeal, "taking").status_code == 303


def approve(staff: list[Clerk], appeal: Appeal, account: Account) -> None:
    take(staff[0], appeal)
    for clerk in staff:
        assert send(clerk, appeal, verdict=f"approve:{account.id}").status_code == 303


def words_to(session: Session, name: str) -> str:
    session.rollback()
    return session.scalars(
        select(Delivery.words).where(Delivery.name == name, Delivery.channel == "sms")
    ).one()


def stage(clerk: Clerk, appeal: Appeal) -> str:
    row = next(row for row in clerk.page("/appeals").select("tbody tr") if appeal.case_no in row.text)
    return row.select("td")[-2].get_text(strip=True)


def refusal(answer: TestResponse) -> tuple[int, str]:
    notice = soup(answer).select_one("[data-error=E_VERDICT]")
    return answer.status_code, notice.get_text(strip=True) if notice else ""


def test_c18_two_people_look_and_each_opening_is_written_down(
    session: Session, staff: list[Clerk], appeal: Appeal, account: Account
) -> None:
    first, second = staff
    page = first.page(f"/appeals/{appeal.id}")
    assert not page.select("a[href$='.pdf']"), "nothing to see before it is taken"
    assert first.post(f"/appeals/{appeal.id}/number").status_code == 404
    take(first, appeal)
    assert (stage(first, appeal), stage(second, appeal)) == ("您正在初审", "李晓雯正在初审")
    page = first.page(f"/appeals/{appeal.id}")
    text = page.get_text(" ", strip=True)
    assert "beijing_jia" in text
    assert "统一社会信用代码" in text
    assert all(secret not in page.decode() for secret in (PERSON["id_number"], MOBILE, OLD_MOBILE))
    paper = str(page.select("a[href$='.pdf']")[0]["href"])
    assert first.get(paper).data.startswith(b"%PDF")
    assert second.get(paper).status_code == 404, "somebody else looks at it now"
    assert PERSON["id_number"] in first.post(f"/appeals/{appeal.id}/number").text
    session.rollback()
    opened = session.scalars(
        select(Event).where(Event.stream_id == appeal.id, Event.act == "open_paper")
    ).one()
    assert (opened.account_id, opened.details["paper"]) == (account_of(session, "李晓雯").id, "id_front")
    assert send(first, appeal, verdict="reject").status_code == 422, "a reason is asked for"
    assert send(first, appeal, verdict=f"approve:{account.id}").status_code == 303
    version = session.scalar(select(Appeal.version).where(Appeal.id == appeal.id))
    again = send(first, appeal, verdict=f"approve:{account.id}", version=version)
    assert refusal(again) == (422, "复核人不能与初审人相同")
    assert stage(second, appeal) == "等待复核"
    assert second.get(paper).status_code == 200
    assert send(second, appeal, verdict=f"approve:{account.id}").status_code == 303
    assert stage(second, appeal) == "已通过"
    assert second.get(paper).status_code == 404, "closed"
    assert first_broken_link(session, appeal.id) is None


def account_of(session: Session, person_name: str) -> Account:
    return session.scalars(select(Account).where(Account.person_name == person_name)).one()


def test_c19_an_approval_replaces_mobile_and_agent_and_sends_a_link(
    client: FlaskClient, session: Session, staff: list[Clerk], appeal: Appeal, account: Account
) -> None:
    signed_in = Clerk(client.application.test_client(), account)
    case = Verification(
        subject="agent", account_id=account.id, unit_id=account.unit_id, opened_at=NOW, state="pending"
    )
    linked = LinkedIdentity(
        provider="https://example.com", external_id="someone", external_id_digest="0" * 64, account_id=account.id,
        assurance=3, linked_at=NOW,
    )  # fmt: skip
    session.add_all([case, linked, SecondFactor(account_id=account.id, secret="A" * 32, confirmed_at=NOW)])
    approve(staff, appeal, account)
    session.rollback()
    assert (account.mobile, account.mobile_verified_at is not None) == (MOBILE, True)
    assert (account.person_name, account.id_number) == (PERSON["person_name"], PERSON["id_number"])
    person = session.get_one(Person, account.id)
    assert (person.real_name_state, person.gender, person.phone) == ("stale", None, None)
    assert case.state == "ended"
    assert session.scalars(select(LinkedIdentity)).first() is None, "it was the former agent's"
    assert session.get(SecondFactor, account.id) is None, "it was on the telephone that is lost"
    assert signed_in.get("/filings").status_code == 401
    assert (
        session.scalar(select(LoginSession.ended_at).where(LoginSession.account_id == account.id)) is not None
    )
    words = words_to(session, "appeal_approved")
    link = re.search(r"https?://[^/]+(/account/recovery/\S+)", words)
    assert link
    assert "beijing_jia" in words
    assert (
        session.scalars(select(Delivery).where(Delivery.name == "appeal_warning", Delivery.channel == "sms"))
        .one()
        .address
        == OLD_MOBILE
    )
    token = link[1].rsplit("/", 1)[1]
    assert session.scalars(select(OneTimeLink.id).where(OneTimeLink.token_hash == token)).first() is None
    assert "password" not in str([one.details for one in session.scalars(select(Event))])

    old = sign_in_as(client, "beijing_jia", password=PASSWORD)
    assert "登录名或密码错误" in old.text
    assert fill(client, link[1], {"password": "short", "repeated": "short"}).status_code == 422
    done = fill(client, link[1], {"password": GOOD_PASSWORD, "repeated": GOOD_PASSWORD})
    assert (done.status_code, done.location) == (303, "/login?account_type=legal&done=password")
    assert client.get(link[1]).status_code == 404, "once"
    assert sign_in_as(client, "beijing_jia", password=GOOD_PASSWORD).status_code == 303
    acts = session.scalars(select(Event.act).where(Event.stream_id == account.id)).all()
    assert {"recover_account", "recover_password"} <= set(acts)
    assert PASSWORD_HASH in session.scalars(select(FormerPassword.password_hash)).all()
    assert first_broken_link(session, account.id) is None


def test_a_proven_old_mobile_has_a_day_to_object(
    app: Flask, session: Session, staff: list[Clerk], appeal: Appeal, account: Account
) -> None:
    settings = app.config["SETTINGS"]
    account.set_mobile(OLD_MOBILE, NOW)
    approve(staff, appeal, account)
    assert "11月11日 10:" in words_to(session, "appeal_held")
    assert "11月11日 10:" in words_to(session, "appeal_warning")
    session.rollback()
    assert (account.mobile, appeal.state) == (OLD_MOBILE, "approved")
    assert hand_over_due(settings) == 0
    clock.move_to(NOW + timedelta(hours=25))
    assert hand_over_due(settings) == 1
    assert hand_over_due(settings) == 0
    session.rollback()
    assert account.mobile == MOBILE
    assert words_to(session, "appeal_approved")
    assert (
        session.scalars(select(Notification.account_id).where(Notification.name == "appeal_warning")).one()
        == account.id
    )


def test_what_is_held_can_be_stopped_by_one(
    app: Flask, session: Session, staff: list[Clerk], appeal: Appeal, account: Account
) -> None:
    account.set_mobile(OLD_MOBILE, NOW)
    approve(staff, appeal, account)
    assert send(staff[0], appeal, "halt").status_code == 422, "a reason is asked for"
    assert send(staff[0], appeal, "halt", reason="原持有人提出异议").status_code == 303
    clock.move_to(NOW + timedelta(hours=25))
    assert hand_over_due(app.config["SETTINGS"]) == 0
    session.rollback()
    assert (account.mobile, appeal.state) == (OLD_MOBILE, "rejected")
    assert "原持有人提出异议" in words_to(session, "appeal_rejected")
    assert refusal(send(staff[1], appeal, "halt", reason="再停一次", version=appeal.version))[0] == 409


@pytest.mark.parametrize(("verdict", "reason"), [("reject", "授权书没有盖公章"), ("no_match", "")])
def test_the_applicant_reads_why_it_was_not_approved(
    client: FlaskClient,
    session: Session,
    staff: list[Clerk],
    appeal: Appeal,
    account: Account,
    verdict: str,
    reason: str,
) -> None:
    take(staff[0], appeal)
    for clerk in staff:
        send(clerk, appeal, verdict=verdict, reason=reason)
    said = words_to(session, f"appeal_{appeal_state(session, appeal)}")
    assert (reason or "没有找到与证件匹配的账号") in said
    with client.session_transaction() as kept:
        kept["appeal_query"] = {"appeal": appeal.id.hex, "has_proved": True, "mobile": "", "until": 9**11}
    assert (reason or "没有找到与证件匹配的账号") in client.get("/account/appeal/status").text
    session.rollback()
    assert account.mobile == OLD_MOBILE


def appeal_state(session: Session, appeal: Appeal) -> str:
    session.rollback()
    return session.scalars(select(Appeal.state).where(Appeal.id == appeal.id)).one()


def test_verdicts_that_differ_start_anew(
    session: Session, staff: list[Clerk], appeal: Appeal, account: Account
) -> None:
    take(staff[0], appeal)
    send(staff[0], appeal, verdict=f"approve:{account.id}")
    send(staff[1], appeal, verdict="reject", reason="证件不清晰")
    assert stage(staff[0], appeal) == "等待初审"
    take(staff[1], appeal)
    assert "此前两人意见不一致 1 次" in staff[1].page(f"/appeals/{appeal.id}").text
    send(staff[1], appeal, verdict="reject", reason="证件不清晰")
    send(staff[0], appeal, verdict="reject", reason="反面缺页")
    session.rollback()
    assert (appeal.state, appeal.reason) == ("rejected", "反面缺页")


def test_of_two_at_once_exactly_one_takes_it(app: Flask, session: Session, appeal: Appeal) -> None:
    people = [build_account(session, "staff", staff_role="helpdesk") for _ in range(2)]
    # Browsers that do not share the session of the test between their threads.
    staff = [Clerk(FlaskClient(app, app.response_class), one) for one in people]
    form, address = {"version": "1"}, f"/appeals/{appeal.id}/taking"
    statuses = all_at_once([lambda one=one: one.post(address, form) for one in staff])
    assert sorted(statuses) == [303, 409]
    session.rollback()
    acts = session.scalars(select(Event.act).where(Event.stream_id == appeal.id)).all()
    assert acts.count("take_appeal") == 1
    winner = 0 if "您正在初审" in staff[0].get("/appeals").text else 1
    first, second = staff[winner], staff[1 - winner]
    late = send(first, appeal, verdict="no_match", version=1)
    assert refusal(late) == (409, "这件刚刚有人处理过，请刷新页面查看最新状态")
    assert send(first, appeal, verdict="no_match", version="9" * 20).status_code == 409, "no such version"
    assert send(second, appeal, verdict="no_match", version=2).status_code == 409, "has not taken it"
    assert send(first, appeal, "release").status_code == 303
    take(second, appeal)
    clock.move_to(NOW + timedelta(days=2))
    take(first, appeal)  # whoever forgets a case loses it
    assert send(second, appeal, verdict="no_match", version=appeal.version).status_code == 409


def test_nobody_decides_about_himself(
    session: Session, app: Flask, staff: list[Clerk], appeal: Appeal, account: Account
) -> None:
    involved = build_account(session, "staff", staff_role="helpdesk")
    involved.set_mobile(MOBILE, NOW)
    session.commit()
    clerk = Clerk(app.test_client(), involved)
    assert refusal(send(clerk, appeal, "taking")) == (422, "不能审核与自己有关的申诉")
    take(staff[0], appeal)
    send(staff[0], appeal, verdict=f"approve:{account.id}")
    assert refusal(send(clerk, appeal, verdict=f"approve:{account.id}")) == (422, "不能审核与自己有关的申诉")


def test_a_unit_is_found_by_a_name_it_gave_up(
    session: Session, storage: FolderStorage, staff: list[Clerk], account: Account
) -> None:
    unit = account.unit
    before, unit.name, unit.uscc = unit.name, "测试甲集团有限公司", "91310115MA1K3D5E5J"
    note_former_name(session, unit, before, NOW)
    session.commit()
    appeal = build_appeal(session, storage, UNIT)
    assert appeal.account_id == account.id
    take(staff[0], appeal)
    assert "单位名称（曾用名）" in staff[0].page(f"/appeals/{appeal.id}").text
    other = build_account(session)
    assert send(staff[0], appeal, verdict=f"approve:{other.id}").status_code == 422, (
        "not one of those that match"
    )


def test_what_waits_too_long_says_so(session: Session, staff: list[Clerk], appeal: Appeal) -> None:
    assert "已超期" not in staff[0].page("/appeals").text
    clock.move_to(datetime.fromisoformat("2021-11-15T09:00+08:00"))  # three working days and a weekend
    assert "3 个工作日，已超期" in staff[0].page("/appeals").text


def test_only_the_helpdesk_decides(session: Session, client: FlaskClient, appeal: Appeal) -> None:
    people = [
        build_account(session, "staff", staff_role=name) for name in ("reviewer", "system_admin", "operator")
    ]
    for account in [*people, build_account(session), build_account(session, "natural")]:
        clerk = Clerk(client, account)
        assert clerk.get("/appeals").status_code == 403
        for address in ("", "/taking", "/release", "/halt", "/number"):
            assert clerk.post(f"/appeals/{appeal.id}{address}", {"version": "1"}).status_code == 403
    assert page_of(client.get("/account/recovery/" + "A" * 43)).select_one("h1").text == "链接已失效"
    assert appeal_state(session, appeal) == "submitted"

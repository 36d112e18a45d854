"""实名认证 (examples D01 to D03, D07 and D10): by the registry, by papers, after an outage, after a change."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from adapters.registry import NoRegistry
from extensions import clock
from jobs.verifications import verify_due
from models.account import Account
from models.delivery import Delivery
from models.event import Event, first_broken_link
from models.notification import Notification
from models.person import Person
from models.unit_profile import UnitProfile
from models.verification import RETRIES, Verification
from tests.blueprints.test_profile import NUMBER, PERSON, unit_answers
from tests.browsing import Clerk, soup
from tests.build import NOW, build_account, build_grant, build_unit
from tests.completing import small_pdf


@pytest.fixture
def person(client: FlaskClient, session: Session) -> Clerk:
    account = build_account(session, "natural")
    account.set_mobile("13812345678", NOW)
    return Clerk(client, account)


@pytest.fixture
def staff(app: Flask, person: Clerk, session: Session) -> list[Clerk]:
    accounts = [build_account(session, "staff", staff_role="helpdesk") for _ in range(2)]
    return [Clerk(app.test_client(), account) for account in accounts]


def status(clerk: Clerk, sheet: str = "person") -> str:
    tag = clerk.page(f"/profile/{sheet}").select_one("[aria-labelledby=real-name] .tag")
    return tag.get_text(strip=True)


def save(clerk: Clerk, **changes: str) -> None:
    assert clerk.post("/profile/person", PERSON | changes).status_code == 303


def hand_in(clerk: Clerk, sheet: str = "person", slots: tuple[str, ...] = ("id_front", "id_back")) -> None:
    for slot in slots:
        answer = clerk.upload(f"/profile/{sheet}/papers/{slot}", small_pdf(slot))
        assert answer.status_code == 303, answer.text
    assert clerk.post(f"/profile/{sheet}/papers/hand-in").status_code == 303


def waiting(clerk: Clerk) -> list[str]:
    return [str(link["href"]) for link in clerk.page("/verifications").select("[aria-labelledby=waiting] a")]


def judge(clerk: Clerk, address: str, verdict: str, reason: str = "") -> Any:
    return clerk.post(address, {"verdict": verdict, "reason": reason})


def one_case(session: Session) -> Verification:
    session.rollback()
    return session.scalars(select(Verification).order_by(Verification.opened_at.desc())).first()


def test_the_registry_knows_the_person(session: Session, person: Clerk) -> None:
    """D01; nothing of the reply is kept but what it came to."""
    save(person)
    assert status(person) == "国家平台实名认证通过"
    case = one_case(session)
    assert (case.state, case.request_id[:8], case.checked_at is not None) == ("passed", "fixture-", True)
    assert first_broken_link(session, case.account_id) is None
    assert NUMBER not in str([one.details for one in session.scalars(select(Event))])
    assert person.get("/profile/person/papers").status_code == 409


def test_two_people_decide_where_the_registry_says_no(
    session: Session, person: Clerk, staff: list[Clerk]
) -> None:
    """D02 and D03, the four eyes, and what each of them sees."""
    save(person, person_name="李失败")
    assert status(person) == "实名认证失败"
    assert "上传自然人信息" in person.page("/profile/person").text
    incomplete = person.post("/profile/person/papers/hand-in")
    assert (incomplete.status_code, "还缺：证件正面、证件反面" in incomplete.text) == (422, True)
    torn = person.upload("/profile/person/papers/id_front", b"%PDF-1.7 torn")
    assert torn.status_code == 422
    assert soup(torn).select_one("[data-error=E_FILE]")
    hand_in(person)
    assert status(person) == "实名认证审核中"
    assert person.upload("/profile/person/papers/id_front", small_pdf()).status_code == 409
    first, second = staff
    (address,) = waiting(first)
    assert "0 个工作日" in first.page("/verifications").text
    clock.move_to(NOW + timedelta(days=7))
    assert "5 个工作日，已超期" in first.page("/verifications").text
    shown = first.get(address).text
    assert NUMBER not in shown
    assert NUMBER in first.post(f"{address}/number").text
    session.rollback()
    assert session.scalars(select(Event).where(Event.act == "show_id_number")).one()
    paper = soup(first.get(address)).select_one("a[href$='.pdf']")["href"]
    assert first.get(str(paper)).data.startswith(b"%PDF")
    assert person.get(str(paper)).status_code == 403
    assert judge(first, address, "fail").status_code == 422  # a reason is asked for
    assert judge(first, address, "pass").status_code == 303
    assert status(person) == "实名认证审核中"
    assert waiting(first) == []
    again = judge(first, address, "pass")
    assert (again.status_code, "复核人不能与初审人相同" in again.text) == (422, True)
    assert waiting(second) == [address]
    for _ in range(2):
        verdict = {"verdict": "pass", "reason": "", "idempotency_key": "k"}
        assert second.post(address, verdict).status_code == 303
    assert status(person) == "科技部平台人工审核通过"
    session.rollback()
    assert (
        "科技部平台人工审核通过"
        in session.scalars(select(Delivery.words).where(Delivery.channel == "sms")).one()
    )
    assert second.get(address).status_code == 404
    assert second.get(str(paper)).status_code == 404


def test_nobody_of_the_staff_judges_himself_or_his_unit(
    app: Flask, session: Session, person: Clerk, staff: list[Clerk]
) -> None:
    """Whoever of the staff also has an account of his own is known by mobile and identity paper."""
    save(person, person_name="李失败")
    hand_in(person)
    partner = build_account(session, "natural")
    unit = build_unit(session, real_name_state="manual_pending")
    build_grant(session, unit, partner)
    of_unit = Verification(subject="unit", unit_id=unit.id, state="pending", opened_at=NOW, handed_in_at=NOW)
    session.add_all([of_unit, UnitProfile(unit_id=unit.id, rep_id_number="510104200001010014")])
    session.commit()
    own, theirs = f"/verifications/{one_case(session).id}", f"/verifications/{of_unit.id}"

    def refused(address: str, *, mobile: str = "", number: str = "") -> bool:
        helper = build_account(session, "staff", staff_role="helpdesk")
        helper.set_mobile(mobile or None, NOW)
        if number:
            helper.set_id_number("resident_id", number)
        session.commit()
        answer = judge(Clerk(app.test_client(), helper), address, "pass")
        assert answer.status_code in (303, 422)
        return "不能审核自己的认证" in answer.text

    partner.set_mobile("13700000000", NOW)
    assert refused(own, mobile="13812345678")
    assert refused(own, number=NUMBER)
    assert refused(theirs, mobile="13700000000")
    assert refused(theirs, number="510104200001010014")
    assert not refused(own, mobile="13700000000")
    assert not refused(theirs, mobile="13812345678")


def test_verdicts_that_differ_cancel_each_other_and_a_failure_is_tried_again(
    session: Session, person: Clerk, staff: list[Clerk]
) -> None:
    save(person, person_name="李失败")
    hand_in(person)
    first, second = staff
    (address,) = waiting(first)
    judge(first, address, "pass")
    judge(second, address, "fail", "照片不清晰")
    assert status(person) == "实名认证审核中"
    assert waiting(first) == waiting(second) == [address]
    judge(second, address, "fail", "照片不清晰")
    judge(first, address, "fail", "")
    judge(first, address, "fail", "反面缺页")
    page = person.page("/profile/person").text
    assert "实名认证失败" in page
    assert "未通过的原因：反面缺页" in page
    hand_in(person)
    assert status(person) == "实名认证审核中"
    save(
        person, person_name="李晓明"
    )  # what staff look at is another name now: it ends, the registry is asked
    assert status(person) == "国家平台实名认证通过"
    assert waiting(first) == []


def test_an_outage_is_no_failure(session: Session, app: Flask, person: Clerk) -> None:
    settings = app.config["SETTINGS"]
    save(person, person_name="李超时")
    assert status(person) == "未实名认证"
    assert "认证服务暂不可用，系统将自动重试" in person.page("/profile/person").text
    assert verify_due(settings) == 0  # a minute has not gone by
    for number, wait in enumerate(RETRIES):
        case = one_case(session)
        assert case.attempts == number + 1
        assert timedelta() < case.next_at - datetime.now(UTC) <= wait
        assert case.state == "checking"
        assert person.get("/profile/person/papers").status_code == 409
        session.execute(update(Verification).values(next_at=datetime.now(UTC)))
        session.commit()
        assert verify_due(settings) == 1
    assert one_case(session).state == "wants_papers"
    assert status(person) == "未实名认证"
    assert person.get("/profile/person/papers").status_code == 200
    assert session.scalars(select(Notification)).one().name == "real_name_result"


def test_a_case_whose_process_died_is_taken_up_by_the_worker(
    session: Session, app: Flask, person: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blueprints.profile.sheets._ask", lambda question: None)
    save(person)
    session.execute(update(Verification).values(next_at=datetime.now(UTC)))
    session.commit()
    assert verify_due(app.config["SETTINGS"]) == 1
    assert status(person) == "国家平台实名认证通过"


def test_what_no_registry_knows_goes_straight_to_papers(
    session: Session, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D10: the registry is not even asked."""
    monkeypatch.setattr("adapters.registry.FixtureRegistry.verify_legal", None)
    unit = build_unit(session, real_name_state="none")
    legal = Clerk(client, build_account(session, unit=unit))
    for changes in ({"area_type": "abroad"}, {"area_type": "hk_macao_taiwan"}, {"legal_type": "other"}):
        assert legal.post("/profile/unit", unit_answers(unit, **changes)).status_code == 303
        assert status(legal, "unit") == "未实名认证"
        assert "上传法人信息" in legal.page("/profile/unit").text


def test_a_unit_and_its_agent_are_cases_of_their_own(
    session: Session, client: FlaskClient, app: Flask
) -> None:
    unit = build_unit(session, real_name_state="none", name="广州测试失败")
    legal = Clerk(client, build_account(session, unit=unit))
    legal.post("/profile/unit", unit_answers(unit))
    assert status(legal, "unit") == "实名认证失败"
    legal.post("/profile/agent", PERSON | {"person_name": "陈主办"})
    assert status(legal, "agent") == "国家平台实名认证通过"
    hand_in(legal, "unit", ("licence", "letter", "rep_id"))
    staff = [
        Clerk(app.test_client(), build_account(session, "staff", staff_role="helpdesk")) for _ in range(2)
    ]
    (address,) = waiting(staff[0])
    for one in staff:
        judge(one, address, "pass")
    session.expire_all()
    assert unit.real_name_state == "manual_passed"


def test_a_change_after_passing_waits_for_the_person(session: Session, person: Clerk) -> None:
    """D07: stale until somebody presses 重新认证."""
    save(person)
    save(person, person_name="李小明")
    assert status(person) == "信息已变更，请重新认证"
    assert person.post("/profile/person/verification").status_code == 303
    assert status(person) == "国家平台实名认证通过"


def test_only_the_helpdesk_judges(session: Session, client: FlaskClient, person: Clerk) -> None:
    case = Verification(
        subject="person",
        account_id=session.scalars(select(Account.id)).first(),
        opened_at=NOW,
        state="pending",
    )
    session.add_all([case, Person(account_id=case.account_id, real_name_state="manual_pending")])
    session.commit()
    for role_name in ("reviewer", "system_admin", "operator"):
        other = Clerk(client, build_account(session, "staff", staff_role=role_name))
        assert other.get("/verifications").status_code == 403
        assert judge(other, f"/verifications/{case.id}", "pass").status_code == 403


def test_without_a_registry_people_look_at_papers() -> None:
    nobody = NoRegistry()
    assert nobody.verify_person("李晓明", "resident_id", NUMBER).outcome == "not_supported"
    assert nobody.verify_legal("甲", "91350100M000100Y43", "李晓明", NUMBER).outcome == "not_supported"

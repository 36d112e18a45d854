"""交接 of filings (example E18): refused before review, two people, both sides told, the history kept."""

from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from extensions import clock
from filings.submission import filing_no
from models.account import Account
from models.delivery import Delivery
from models.event import Event, first_broken_link
from models.former_name import FormerName
from models.handover import Handover
from models.makerspace_filing import MakerspaceFiling
from models.notification import Notification
from models.person import Person
from models.unit import Unit
from tests.blueprints.signing_in import all_at_once
from tests.browsing import Clerk, codes, soup
from tests.build import build_account, build_filing, build_grant, build_person, build_unit
from tests.completing import small_pdf


@pytest.fixture
def unit(session: Session) -> Unit:
    return build_unit(session)


@pytest.fixture
def legal(client: FlaskClient, session: Session, unit: Unit) -> Clerk:
    return Clerk(client, build_account(session, unit=unit))


@pytest.fixture
def leaver(session: Session, unit: Unit) -> Account:
    return build_person(session, person_name="李离职", login_name="li_lizhi")


@pytest.fixture
def receiver(session: Session, unit: Unit) -> Account:
    person = build_person(session, person_name="王接收", login_name="wang_jieshou")
    build_grant(session, unit, person)
    return person


@pytest.fixture
def filings(session: Session, unit: Unit, leaver: Account) -> list[MakerspaceFiling]:
    return [build_filing(session, unit, handler_id=leaver.id) for _ in range(3)]


@pytest.fixture
def staff(app: Flask, legal: Clerk, session: Session) -> list[Clerk]:
    accounts = [build_account(session, "staff", staff_role="helpdesk") for _ in range(2)]
    return [Clerk(app.test_client(), account) for account in accounts]


def ask(legal: Clerk, leaver: Account, filings: list[MakerspaceFiling], **changes: Any) -> TestResponse:
    answers = {
        "leaver": leaver.id, "filing": [str(one.id) for one in filings], "receiver": "wang_jieshou",
        "statement": (BytesIO(small_pdf("声明")), "声明.pdf"),
    }  # fmt: skip
    return legal.post("/handovers/transfer", answers | changes)


def asked(session: Session, answer: TestResponse) -> Handover:
    assert answer.status_code == 303, answer.text
    session.rollback()
    return session.scalars(select(Handover)).one()


def send(clerk: Clerk, case: Handover, act: str = "", **answers: Any) -> TestResponse:
    page = clerk.page(f"/handovers/cases/{case.id}")
    seen = page.select_one("[name=version]")
    answers.setdefault("version", seen["value"] if seen else "")
    return clerk.post(f"/handovers/cases/{case.id}{'/' if act else ''}{act}", answers)


def approve(staff: list[Clerk], case: Handover) -> TestResponse:
    assert send(staff[0], case, "taking").status_code == 303
    assert send(staff[0], case, verdict="approve").status_code == 303
    return send(staff[1], case, verdict="approve")


def told(session: Session, name: str = "handover_result") -> set[str]:
    session.rollback()
    query = select(Account.login_name).join(Notification, Notification.account_id == Account.id)
    return set(session.scalars(query.where(Notification.name == name)))


def steps(legal: Clerk, case: Handover) -> list[str]:
    lines = legal.page(f"/handovers/{case.id}").select(".timeline li")
    return [f"{(line.get('class') or ['future'])[0]} {line.find(string=True).strip()}" for line in lines]


def test_filings_of_a_leaver_go_to_a_colleague(
    session: Session, legal: Clerk, staff: list[Clerk], leaver: Account, receiver: Account,
    filings: list[MakerspaceFiling],
) -> None:  # fmt: skip
    page = legal.page(f"/handovers/transfer?leaver={leaver.id}")
    assert [filing_no(one) in page.text for one in filings] == [True] * 3
    case = asked(session, ask(legal, leaver, filings[:2]))
    assert steps(legal, case) == ["past 提交申请", "now 等待初审", "future 复核", "future 办结"]
    first, second = staff
    assert case.case_no in first.page("/handovers/cases").text
    statement = f"/handovers/cases/{case.id}/statement.pdf"
    assert first.get(statement).status_code == 404, "not taken yet"
    send(first, case, "taking")
    assert first.get(statement).data.startswith(b"%PDF")
    session.rollback()
    assert session.scalars(select(Event).where(Event.act == "open_paper", Event.stream_id == case.id)).one()
    assert legal.get(f"/handovers/{case.id}/statement.pdf").data.startswith(b"%PDF")
    send(first, case, verdict="approve")
    assert steps(legal, case) == ["past 提交申请", "past 初审", "now 复核", "future 办结"]
    version = session.scalar(select(Handover.version).where(Handover.id == case.id))
    again = send(first, case, verdict="approve", version=version)
    assert (again.status_code, "复核人不能与初审人相同" in again.text) == (422, True)
    assert send(second, case, verdict="approve").status_code == 303
    session.rollback()
    assert [one.handler_id for one in filings] == [receiver.id, receiver.id, leaver.id]
    event = session.scalars(
        select(Event).where(Event.stream_id == filings[0].id, Event.act == "hand_over")
    ).one()
    assert event.note == "李离职（li_lizhi）→ 王接收（wang_jieshou）"
    assert first_broken_link(session, filings[0].id) is None
    assert told(session) == {"li_lizhi", "wang_jieshou", case.applicant.login_name}
    assert "办理人 王接收" in legal.page("/filings").text
    assert steps(legal, case) == ["past 提交申请", "past 已办结，申报已更换"]


REFUSED = [
    ({"valid_to": date(2021, 11, 9)}, "auto_passed", "没有本单位有效的“事项办理员”授权"),
    ({"role": "unit_admin"}, "auto_passed", "没有本单位有效的“事项办理员”授权"),
    ({}, "stale", "还没有完成个人实名认证"),
]


@pytest.mark.parametrize(("grant", "state", "words"), REFUSED)
def test_e18_without_a_valid_grant_nobody_receives(
    session: Session, legal: Clerk, unit: Unit, leaver: Account, filings: list[MakerspaceFiling],
    grant: dict[str, Any], state: str, words: str,
) -> None:  # fmt: skip
    person = build_person(session, login_name="wang_jieshou")
    session.get_one(Person, person.id).real_name_state = state
    build_grant(session, unit, person, **grant)
    answer = ask(legal, leaver, filings[:2])
    assert (answer.status_code, codes(soup(answer))) == (422, ["E_RECEIVER"])
    assert words in soup(answer).select_one("[data-error=E_RECEIVER]").text
    assert soup(answer).select_one("#receiver")["value"] == "wang_jieshou", "what was typed is still there"
    assert len(soup(answer).select("[name=filing][checked]")) == 2
    assert session.scalars(select(Handover)).first() is None


def test_what_is_missing_is_said_at_its_place(
    session: Session, legal: Clerk, leaver: Account, receiver: Account, filings: list[MakerspaceFiling]
) -> None:
    assert codes(soup(ask(legal, leaver, filings, receiver="li_lizhi"))) == ["E_RECEIVER"]
    assert codes(soup(ask(legal, leaver, filings, receiver="nobody_at_all"))) == ["E_RECEIVER"]
    assert codes(soup(ask(legal, leaver, filings, receiver="", statement=""))) == ["E_REQUIRED", "E_FILE"]
    assert codes(soup(ask(legal, leaver, [], receiver="wang_jieshou"))) == ["E_FILINGS"]
    foreign = build_filing(session)
    assert codes(soup(ask(legal, leaver, [foreign]))) == ["E_FILINGS"], "not theirs"
    assert codes(soup(ask(legal, leaver, filings, statement=(BytesIO(b"no pdf"), "a.pdf")))) == ["E_FILE"]
    stranger = build_person(session)
    assert ask(legal, stranger, filings).status_code == 404
    assert session.scalars(select(Handover)).first() is None
    asked(session, ask(legal, leaver, filings[:1]))
    twice = ask(legal, leaver, filings[:2])
    assert (twice.status_code, "已在交接申请 JJ-2021-000001 中" in twice.text) == (422, True)


def test_it_can_be_taken_back_until_it_is_decided(
    session: Session, legal: Clerk, staff: list[Clerk], leaver: Account, receiver: Account,
    filings: list[MakerspaceFiling],
) -> None:  # fmt: skip
    case = asked(session, ask(legal, leaver, filings))
    send(staff[0], case, "taking")
    stale = legal.post(f"/handovers/{case.id}/withdrawal", {"version": "1"})
    assert stale.status_code == 409
    assert legal.post(f"/handovers/{case.id}/withdrawal", {"version": "2"}).status_code == 303
    assert send(staff[0], case, verdict="approve", version=3).status_code == 409
    assert steps(legal, case)[-1] == "past 已撤回"
    assert legal.post(f"/handovers/{case.id}/withdrawal", {"version": "3"}).status_code == 409
    again = ask(legal, leaver, filings)
    assert again.status_code == 303, "what was taken back is free again"


def test_what_changed_meanwhile_is_not_carried_out(
    session: Session,
    legal: Clerk,
    staff: list[Clerk],
    unit: Unit,
    leaver: Account,
    filings: list[MakerspaceFiling],
) -> None:
    person = build_person(session, login_name="wang_jieshou")
    grant = build_grant(session, unit, person)
    case = asked(session, ask(legal, leaver, filings))
    send(staff[0], case, "taking")
    send(staff[0], case, verdict="approve")
    grant.state = "disabled"
    answer = send(staff[1], case, verdict="approve")
    assert (answer.status_code, "现在不能执行：接收人没有本单位有效的" in answer.text) == (422, True)
    assert send(staff[1], case, verdict="reject", reason="接收人没有授权").status_code == 303
    assert "此前两人意见不一致 1 次" not in staff[0].page(f"/handovers/cases/{case.id}").text, (
        "before it is taken"
    )
    send(staff[1], case, "taking")
    send(staff[1], case, verdict="reject", reason="接收人没有授权")
    send(staff[0], case, verdict="reject", reason="接收人没有授权")
    session.rollback()
    assert {one.handler_id for one in filings} == {leaver.id}
    assert "原因：接收人没有授权" in legal.page(f"/handovers/{case.id}").text
    words = session.scalars(select(Notification.text).where(Notification.name == "handover_result")).one()
    assert "未通过" in words


def test_the_first_case_of_a_year_has_its_number(
    session: Session, legal: Clerk, leaver: Account, receiver: Account, filings: list[MakerspaceFiling]
) -> None:
    clock.move_to(datetime.fromisoformat("2022-01-01T00:30+08:00"))
    assert asked(session, ask(legal, leaver, filings)).case_no == "JJ-2022-000001"


@pytest.fixture
def renamed(app: Flask, session: Session) -> Clerk:
    """The unit that a renamed one registered as."""
    unit = build_unit(session, name="广州新名科技有限公司")
    return Clerk(app.test_client(), build_account(session, unit=unit, login_name="xinming"))


def test_a_renamed_unit_gets_its_filings_back(
    session: Session,
    legal: Clerk,
    staff: list[Clerk],
    renamed: Clerk,
    unit: Unit,
    filings: list[MakerspaceFiling],
) -> None:
    numbers = "\n".join(filing_no(one) for one in filings[:2])

    def relink(**changes: Any) -> TestResponse:
        statement = (BytesIO(small_pdf("声明")), "声明.pdf")
        answers = {
            "former_name": unit.name,
            "login_names": "laoming",
            "numbers": numbers,
            "statement": statement,
        }
        return renamed.post("/handovers/relink", answers | changes)

    for wrong, words in [
        ({"numbers": "12345"}, "不是申报编号或版本号"),
        ({"numbers": "，"}, "请填写申报编号，例如 ZCKJ-2021-000001，每行一个"),
        ({"numbers": " ,\n、；"}, "请填写申报编号，例如 ZCKJ-2021-000001，每行一个"),
        ({"numbers": "ZCKJ-2021-999999"}, "没有在"),
        ({"former_name": "别的单位"}, "没有在「别的单位」名下找到"),
        ({"numbers": numbers.replace("ZCKJ-2021", "ZCKJ-2020")}, "没有在"),
        ({"statement": ""}, "请上传盖章声明"),
    ]:
        answer = relink(**wrong)
        assert (answer.status_code, words in answer.text) == (422, True), wrong
    own = build_filing(session, renamed_unit(session))
    assert "已在本单位的申报列表中" in relink(numbers=filing_no(own)).text
    case = asked(session, relink(numbers=numbers.replace("0", "０").replace("-", "－")))
    assert (case.kind, case.from_unit_id) == ("project_relink", unit.id)
    assert approve(staff, case).status_code == 303
    session.rollback()
    target = renamed_unit(session)
    assert [one.unit_id for one in filings] == [target.id, target.id, unit.id]
    assert [one.carrier.operator_id for one in filings] == [target.id, target.id, unit.id]
    assert session.scalars(select(FormerName.name).where(FormerName.unit_id == target.id)).all() == [
        unit.name
    ]
    assert told(session) == {"xinming", login_of(session, unit)}
    assert filings[0].name in renamed.page("/filings").text
    assert legal.get(f"/filings/{filings[0].id}/preview").status_code == 404
    assert (
        session.scalars(select(Event.note).where(Event.act == "relink")).first()
        == f"{unit.name} → 广州新名科技有限公司"
    )


def renamed_unit(session: Session) -> Unit:
    return session.scalars(select(Unit).where(Unit.name == "广州新名科技有限公司")).one()


def login_of(session: Session, unit: Unit) -> str:
    return session.scalars(select(Account.login_name).where(Account.unit_id == unit.id)).one()


def test_of_two_second_reviews_one_carries_it_out(
    app: Flask, session: Session, legal: Clerk, staff: list[Clerk], leaver: Account, receiver: Account,
    filings: list[MakerspaceFiling],
) -> None:  # fmt: skip
    case = asked(session, ask(legal, leaver, filings))
    send(staff[0], case, "taking")
    send(staff[0], case, verdict="approve")
    others = [build_account(session, "staff", staff_role="helpdesk") for _ in range(2)]
    clerks = [Clerk(FlaskClient(app, app.response_class), one) for one in others]
    address, form = f"/handovers/cases/{case.id}", {"version": "3", "verdict": "approve"}
    assert sorted(all_at_once([lambda one=one: one.post(address, form) for one in clerks])) == [303, 409]
    session.rollback()
    acts = session.scalars(select(Event.act).where(Event.stream_id == filings[0].id)).all()
    assert acts.count("hand_over") == 1
    assert len(session.scalars(select(Delivery).where(Delivery.name == "handover_result")).all()) == 0, (
        "no addresses"
    )


def test_who_may_ask_and_who_may_decide(
    app: Flask, session: Session, client: FlaskClient, legal: Clerk, unit: Unit, leaver: Account, receiver: Account,
    filings: list[MakerspaceFiling],
) -> None:  # fmt: skip
    case = asked(session, ask(legal, leaver, filings))
    foreign = Clerk(app.test_client(), build_account(session))
    assert foreign.get(f"/handovers/{case.id}").status_code == 404
    assert foreign.get(f"/handovers/{case.id}/statement.pdf").status_code == 404
    assert foreign.post(f"/handovers/{case.id}/withdrawal", {"version": "1"}).status_code == 404
    handler = Clerk(app.test_client(), receiver)
    assert handler.get("/handovers").status_code == 403, "manages no people"
    for role in ("reviewer", "system_admin", "operator"):
        other = Clerk(app.test_client(), build_account(session, "staff", staff_role=role))
        assert other.get("/handovers/cases").status_code == 403
        assert other.post(f"/handovers/cases/{case.id}/taking", {"version": "1"}).status_code == 403
    assert legal.get(f"/handovers/cases/{case.id}").status_code == 403
    involved = build_account(session, "staff", staff_role="helpdesk")
    involved.set_mobile("13800002222", None)
    receiver.set_mobile("13800002222", None)
    answer = send(Clerk(app.test_client(), involved), case, "taking")
    assert (answer.status_code, "不能审核与自己有关的交接" in answer.text) == (422, True)

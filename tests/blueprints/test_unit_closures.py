"""注销 of a unit's account: a sealed statement, two people of the staff, a fortnight, then nobody acts for it."""

from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from config import Settings
from extensions import clock
from jobs.closures import close_due
from models.account import Account
from models.closure_request import ClosureRequest
from models.event import Event, first_broken_link
from models.grant import Grant
from models.moves import Status
from models.unit import Unit
from models.unit_profile import UnitProfile
from tests.blueprints.registering import UNIT, search
from tests.blueprints.signing_in import all_at_once
from tests.blueprints.test_closures import later
from tests.browsing import Clerk, codes, soup
from tests.build import PASSWORD, build_account, build_filing, build_grant, build_person, build_unit
from tests.completing import small_pdf

PATH = "/account/closure"


@pytest.fixture
def unit(session: Session) -> Unit:
    return build_unit(session, name=UNIT["name"], uscc=UNIT["uscc"])


@pytest.fixture
def account(session: Session, unit: Unit) -> Account:
    account = build_account(session, unit=unit, person_name="赵一鸣")
    account.set_mobile("13912345678", None)
    session.commit()
    return account


@pytest.fixture
def legal(client: FlaskClient, account: Account) -> Clerk:
    return Clerk(client, account)


@pytest.fixture
def staff(app: Flask, session: Session) -> list[Clerk]:
    names = ("李晓雯", "周子涵")
    accounts = [build_account(session, "staff", staff_role="helpdesk", person_name=name) for name in names]
    return [Clerk(app.test_client(), one) for one in accounts]


def ask(legal: Clerk, **changes: Any) -> TestResponse:
    answers = {"why": "单位注销", "present": PASSWORD, "statement": (BytesIO(small_pdf()), "声明.pdf")}
    return legal.post(f"{PATH}/request", answers | changes)


def newest(session: Session) -> ClosureRequest:
    session.rollback()
    return session.scalars(select(ClosureRequest).order_by(ClosureRequest.case_no.desc())).first()  # type: ignore[return-value]


def send(clerk: Clerk, case: ClosureRequest, act: str = "", **answers: str) -> TestResponse:
    page = clerk.page(f"/closures/cases/{case.id}")
    version = page.select_one("[name=version]")
    answers.setdefault("version", str(version["value"]) if version else "")
    return clerk.post(f"/closures/cases/{case.id}{'/' if act else ''}{act}", answers)


def decide(staff: list[Clerk], case: ClosureRequest, **verdict: str) -> None:
    assert send(staff[0], case, "taking").status_code == 303
    for clerk in staff:
        assert send(clerk, case, **verdict).status_code == 303


def test_the_first_case_of_a_year_has_its_number(session: Session, legal: Clerk) -> None:
    clock.move_to(datetime.fromisoformat("2022-01-01T00:30+08:00"))
    assert ask(legal).status_code == 303
    assert newest(session).case_no == "ZX-2022-000001"


def test_a_unit_is_closed_and_its_grants_fall(
    app: Flask,
    session: Session,
    settings: Settings,
    unit: Unit,
    account: Account,
    legal: Clerk,
    staff: list[Clerk],
) -> None:
    handler = build_person(session)
    build_grant(session, unit, handler)
    session.add(UnitProfile(unit_id=unit.id, rep_id_number="510104200001010014", authorised_person="吴小芳"))
    session.commit()
    window = Clerk(app.test_client(), handler)
    assert window.get("/filings").status_code == 200
    assert ask(legal).location == f"{PATH}?asked=1"
    case = newest(session)
    assert case.case_no in legal.page(PATH).text
    assert case.case_no in staff[0].page("/closures/cases").text
    decide(staff, case, verdict="approve")
    assert legal.get("/filings").status_code == 401, "signed out"
    again = Clerk(app.test_client(), account)
    assert [again.get(path).location for path in ("/", "/filings", "/grants")] == [PATH] * 3
    assert close_due() == 0
    later()
    assert close_due() == 1
    session.rollback()
    closed = session.get_one(Account, account.id, populate_existing=True)
    assert (closed.state, closed.person_name, closed.mobile) == ("closed", "已注销用户", None)
    assert session.get_one(Unit, unit.id).is_active is False
    profile = session.get_one(UnitProfile, unit.id)
    assert (profile.rep_id_number, profile.authorised_person) == (None, None)
    assert [one.reason for one in session.scalars(select(Grant))] == ["账号注销"]
    assert window.get("/filings").status_code in (303, 403)
    assert "的账号已注销" in window.page("/account/notifications").text
    assert first_broken_link(session, unit.id) is None
    assert "账号已注销，再次使用请致电" in search(app.test_client(), **UNIT).text


def test_one_person_alone_decides_nothing_and_the_statement_is_shown_to_the_reader(
    session: Session, legal: Clerk, staff: list[Clerk]
) -> None:
    ask(legal)
    case = newest(session)
    statement = f"/closures/cases/{case.id}/statement.pdf"
    assert staff[0].get(statement).status_code == 404
    send(staff[0], case, "taking")
    assert staff[0].get(statement).status_code == 200
    assert staff[1].get(statement).status_code == 404
    send(staff[0], case, verdict="approve")
    same = staff[0].post(
        f"/closures/cases/{case.id}", {"verdict": "approve", "version": newest(session).version}
    )
    assert (same.status_code, "复核人不能与初审人相同" in same.text) == (422, True)
    assert newest(session).state == "second_review"
    opened = select(Event).where(Event.stream_id == case.id, Event.act == "open_paper")
    assert len(session.scalars(opened).all()) == 1


def test_a_rejection_says_why_and_the_unit_may_ask_again(
    session: Session, account: Account, legal: Clerk, staff: list[Clerk]
) -> None:
    ask(legal)
    decide(staff, newest(session), verdict="reject", reason="声明没有盖公章")
    page = legal.page(PATH).text
    assert "未通过，原因：声明没有盖公章" in page
    assert "声明没有盖公章" in legal.page("/account/notifications").text
    assert ask(legal).status_code == 303
    assert legal.post(f"{PATH}/request/withdrawal", {"version": newest(session).version}).status_code == 303
    assert newest(session).state == "withdrawn"
    assert legal.post(f"{PATH}/request/withdrawal", {"version": 2}).status_code == 409
    assert session.get_one(Account, account.id).closes_at is None


def test_a_unit_with_a_filing_at_an_office_is_refused_at_every_step(
    session: Session, unit: Unit, legal: Clerk, staff: list[Clerk]
) -> None:
    filing = build_filing(session, unit)
    ask(legal)
    case = newest(session)
    send(staff[0], case, "taking")
    filing.status, filing.current_level = Status.UNDER_REVIEW, "city"
    session.commit()
    refused = send(staff[0], case, verdict="approve")
    assert (refused.status_code, "现在不能通过" in refused.text) == (422, True)
    session.delete(newest(session))
    session.commit()
    assert filing.name in legal.page(PATH).text
    assert ask(legal).status_code == 422
    assert newest(session) is None


def test_what_is_missing_is_said_at_its_place(session: Session, legal: Clerk) -> None:
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"why": ""}, "E_REQUIRED"), ({"present": "wrong"}, "E_PASSWORD_PRESENT"), ({"statement": ""}, "E_FILE"),
        ({"statement": (BytesIO(b"no pdf"), "声明.pdf")}, "E_FILE"),
    )  # fmt: skip
    for changes, code in wrong:
        answer = ask(legal, **changes)
        assert (answer.status_code, codes(soup(answer))) == (422, [code]), code
    assert newest(session) is None


def test_two_requests_at_the_same_moment_make_one(
    app: Flask, session: Session, account: Account, legal: Clerk
) -> None:
    twin = Clerk(app.test_client(), account)
    session.rollback()
    assert sorted(all_at_once([lambda one=one: ask(one) for one in (legal, twin)])) == [303, 422]  # type: ignore[misc]
    session.rollback()
    assert len(session.scalars(select(ClosureRequest)).all()) == 1


def test_only_the_unit_itself_asks_and_only_the_helpdesk_decides(
    app: Flask, session: Session, unit: Unit, legal: Clerk
) -> None:
    admin = build_person(session)
    build_grant(session, unit, admin, role="unit_admin")
    assert ask(Clerk(app.test_client(), admin)).status_code == 404
    assert legal.get("/closures/cases").status_code == 403
    assert legal.post(f"{PATH}/code").status_code == 404

"""报备 (example E16 and FAQ 二.5): lists kept by the staff, read by the gate of the services."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.approving import approval_items
from accounts.erasing import anonymise
from accounts.granting import Grantor, grantable_rights
from models.account import Account
from models.event import Event
from models.notification import Notification
from models.service_approval import ServiceApproval
from models.service_permission import acquire
from models.unit import Unit
from tests.blueprints.signing_in import all_at_once
from tests.blueprints.test_services import stop
from tests.browsing import Clerk, codes, soup
from tests.build import NOW, SYSTEM, build_account, build_person, build_unit

NUMBER, OTHER = "330106197811051015", "110108199003074519"
TRAINING, GENETICS = "/approvals/overseas_training", "/approvals/human_genetics"


@pytest.fixture
def staff(client: FlaskClient, session: Session) -> Clerk:
    return Clerk(client, build_account(session, "staff", staff_role="helpdesk"))


@pytest.fixture
def person(app: Flask, staff: Clerk, session: Session) -> Clerk:
    account = build_person(session, person_name="王小明")
    account.set_id_number("resident_id", NUMBER)
    return Clerk(app.test_client(), account)


def report(staff: Clerk, name: str = "王小明", **changes: str) -> TestResponse:
    answers = {"name": name, "id_type": "resident_id", "id_number": NUMBER, "stage": "approved"}
    return staff.post(TRAINING, answers | changes)


def report_list(staff: Clerk, lines: str, address: str = TRAINING, stage: str = "approved") -> TestResponse:
    return staff.post(f"{address}/list", {"lines": lines, "stage": stage})


def count(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(ServiceApproval)) or 0


def the_report(session: Session) -> ServiceApproval:
    session.rollback()
    return session.scalars(select(ServiceApproval)).one()


def test_a_person_is_let_in_once_reported_and_not_after(
    session: Session, staff: Clerk, person: Clerk
) -> None:
    """E16, by the number of the identity paper, whether there is an account or not."""
    assert stop(person, "overseas_training")[1] == "没有权限，请联系引智司报备"
    assert report(staff).status_code == 303
    assert stop(person, "overseas_training") == ("", "")
    page = staff.page(TRAINING)
    assert "330************015" in page.text
    assert NUMBER not in staff.get(TRAINING).text
    session.rollback()
    table = session.connection().exec_driver_sql("SELECT * FROM service_approval").all()
    assert NUMBER not in str(table)
    assert (
        session.scalars(select(Notification.text).where(Notification.name == "service_approval"))
        .one()
        .endswith("已开通，可以办理。")
    )
    found = the_report(session)
    address = f"{TRAINING}/{found.id}/revocation"
    assert staff.post(address).status_code == 422, "a reason is asked for"
    assert staff.get(address).status_code == 200
    assert staff.post(address, {"reason": "主办单位撤回"}).status_code == 303
    assert staff.post(address, {"reason": "再来一次"}).status_code == 409
    assert stop(person, "overseas_training")[0] == "E_NOT_APPROVED"
    assert "主办单位撤回" in staff.page(TRAINING).text
    assert report(staff).status_code == 303, "can be reported anew"
    assert stop(person, "overseas_training") == ("", "")
    acts = session.scalars(select(Event.act).where(Event.stream_id == found.id).order_by(Event.number)).all()
    assert acts == ["report_service", "revoke_service"]


def test_papers_come_first_and_the_opening_later(app: Flask, session: Session, staff: Clerk) -> None:
    """FAQ 二.5: whoever waits reads another sentence than whoever sent nothing."""
    unit = build_unit(session)
    legal = Clerk(app.test_client(), build_account(session, unit=unit))
    assert stop(legal, "human_genetics")[1].startswith("未开通")
    answers = {"name": unit.name, "uscc": unit.uscc.lower(), "stage": "received"}
    assert staff.post(GENETICS, answers).status_code == 303
    assert stop(legal, "human_genetics")[1].startswith("已登记，尚未开通")
    found = the_report(session)
    assert found.papers_received_at is not None
    for value, has_come in (("no", False), ("yes", True)):
        assert staff.post(f"{GENETICS}/{found.id}/papers", {"received": value}).status_code == 303
        assert (the_report(session).papers_received_at is not None) is has_come
    assert staff.post(f"{GENETICS}/{found.id}/opening").status_code == 303
    assert staff.post(f"{GENETICS}/{found.id}/opening").status_code == 409
    assert stop(legal, "human_genetics") == ("", "")
    assert staff.post(f"{TRAINING}/{found.id}/opening").status_code == 404, "of another service"


def test_a_list_is_taken_whole_or_not_at_all(session: Session, staff: Clerk) -> None:
    good = f"姓名\t证件号码\n王小明\t{NUMBER}\n\n李晓明，{OTHER}\nSmith John,E12345678,护照\n王小明,{NUMBER}"
    answer = report_list(staff, good.replace(OTHER, "110108199003074518"))
    assert answer.status_code == 422
    assert "第 4 行：证件号码校验码错误" in answer.text
    assert "李晓明" in answer.text, "what was typed is still there"
    assert count(session) == 0
    done = report_list(staff, good)
    assert done.location == f"{TRAINING}?added=3&known=1"
    assert "已登记 3 人，另有 1 行已在名单中" in staff.page(done.location).text
    assert "E1***" not in str(done.location)
    assert report_list(staff, good).location == f"{TRAINING}?added=0&known=4"
    assert [codes(soup(report_list(staff, lines)))[0] for lines in ("", "姓名,证件号码", f"王,{OTHER}\n" * 501)] == [
        "E_REQUIRED", "E_LINES", "E_TOO_MANY",
    ]  # fmt: skip
    units = "单位名称,统一社会信用代码\n甲,91350100M000100Y43\n乙,91110108MA01ABC25F"
    assert report_list(staff, units, GENETICS, "received").location == f"{GENETICS}?added=2&known=0"


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"id_number": "1101081990"}, "E_ID_NUMBER"), ({"name": ""}, "E_REQUIRED"), ({"stage": ""}, "E_REQUIRED"),
     ({"stage": "nonsense"}, "E_CHOICE")],
)  # fmt: skip
def test_wrong_input_is_said_at_its_place(
    session: Session, staff: Clerk, changes: dict[str, Any], code: str
) -> None:
    answer = report(staff, **changes)
    assert (answer.status_code, codes(soup(answer))) == (422, [code])
    assert count(session) == 0


def test_nobody_stands_twice_in_a_list(app: Flask, session: Session, staff: Clerk) -> None:
    report(staff)
    assert codes(soup(report(staff, name="王小明二"))) == ["E_KNOWN"]
    people = [build_account(session, "staff", staff_role="helpdesk") for _ in range(2)]
    clerks = [Clerk(FlaskClient(app, app.response_class), one) for one in people]
    form = {"name": "李晓明", "id_type": "resident_id", "id_number": OTHER, "stage": "approved"}
    statuses = all_at_once([lambda one=one: one.post(TRAINING, form) for one in clerks])
    assert statuses.count(303) == 1
    assert set(statuses) <= {303, 409, 422}
    assert count(session) == 2


def test_what_was_revoked_is_granted_no_more(session: Session, staff: Clerk) -> None:
    unit: Unit = build_unit(session)
    acquire(session, unit.id, "foreign_experts", None, NOW)
    session.commit()
    grantor = Grantor(unit, SYSTEM)

    def is_offered() -> bool:
        session.rollback()
        return "foreign_experts" in {right.item for right in grantable_rights(session, grantor)}

    assert not is_offered()
    staff.post("/approvals/foreign_experts", {"name": unit.name, "uscc": unit.uscc, "stage": "approved"})
    assert is_offered()
    staff.post(f"/approvals/foreign_experts/{the_report(session).id}/revocation", {"reason": "归口单位撤回"})
    assert not is_offered()


def test_whoever_closes_his_account_leaves_no_number_in_a_list(
    session: Session, staff: Clerk, person: Clerk
) -> None:
    report(staff)
    account = session.scalars(select(Account).where(Account.person_name == "王小明")).one()
    anonymise(session, account, SYSTEM, NOW)
    session.commit()
    assert count(session) == 0


def test_only_the_helpdesk_keeps_the_lists(session: Session, client: FlaskClient, staff: Clerk) -> None:
    report(staff)
    found = the_report(session)
    assert set(approval_items()) == {"human_genetics", "overseas_training", "foreign_experts"}
    assert staff.get("/approvals/high_tech").status_code == 404
    roles = [
        build_account(session, "staff", staff_role=name) for name in ("reviewer", "system_admin", "operator")
    ]
    for account in (*roles, build_account(session), build_person(session)):
        other = Clerk(client, account)
        assert other.get("/approvals").status_code == other.get(TRAINING).status_code == 403
        assert report(other).status_code == report_list(other, "x").status_code == 403
        for act in ("papers", "opening", "revocation"):
            assert other.post(f"{TRAINING}/{found.id}/{act}").status_code == 403
    assert the_report(session).counts

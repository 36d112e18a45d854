"""Accounts of staff as pages: opened without a password, closed at once, every change on record."""

import re
import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import Account
from models.delivery import Delivery
from models.event import Event, first_broken_link
from tests.blueprints.signing_in import page_of, post, sign_in_as
from tests.build import build_account, build_reviewer, reference_office, sign_in

PASSWORD = "Zhu-hai-yu-nyu-2021"
PATH = "/admin/staff-accounts"
PERSON = {
    "person_name": "黄晓彤",
    "login_name": "Gz_Shenhe",
    "mobile": "138 0000 1234",
    "email": "",
    "idempotency_key": "k",
}


@pytest.fixture
def admin(client: FlaskClient, session: Session) -> Account:
    account = build_account(session, "staff", staff_role="system_admin", person_name="系统管理员")
    sign_in(client, account)
    return account


def opened(client: FlaskClient, session: Session, **changes: Any) -> Account:
    """Open an account of the office of 广州 through the page."""
    answer = post(client, PATH, PERSON | {"office": str(reference_office(session).id)} | changes)
    assert answer.status_code == 303, answer.text
    session.expire_all()
    return session.get_one(Account, uuid.UUID(answer.location.rsplit("/", 1)[1]))


def acts(session: Session, account: Account) -> list[str]:
    session.rollback()
    assert first_broken_link(session, account.id) is None
    return list(
        session.scalars(select(Event.act).where(Event.stream_id == account.id).order_by(Event.number))
    )


def test_a_reviewer_is_opened_and_sets_the_password_himself(
    client: FlaskClient, session: Session, admin: Account
) -> None:
    office = reference_office(session)
    assert "新建审核人员" in client.get(f"/admin/offices/{office.id}").text
    assert 'type="password"' not in client.get(f"{PATH}/new?office={office.id}").text
    account = opened(client, session)
    assert opened(client, session).id == account.id  # pressed twice
    assert (account.staff_role, account.office_id, account.state, account.password_hash) == (
        "reviewer", office.id, "pending_activation", "",
    )  # fmt: skip
    page = client.get(f"{PATH}/{account.id}").text
    assert "待设置密码" in page
    assert "138****1234" in page
    assert "13800001234" not in page
    (delivery,) = session.scalars(select(Delivery)).all()
    assert delivery.words not in page
    link = re.search(r"https?://[^/]+(/account/activation/\S+)", delivery.words)
    assert link is not None
    both = {"password": PASSWORD, "repeated": PASSWORD}
    assert post(client, link[1], both).status_code == 303
    assert sign_in_as(client, "gz_shenhe", password=PASSWORD, account_type="staff").status_code == 303
    assert client.get("/review").status_code == 200
    assert acts(session, account) == ["create_account", "invite", "activate", "sign_in"]


def test_somebody_without_an_office_gets_a_role(
    client: FlaskClient, session: Session, admin: Account
) -> None:
    assert post(client, PATH, PERSON | {"staff_role": "reviewer"}).status_code == 422
    account = opened(client, session, office="", staff_role="helpdesk")
    assert (account.staff_role, account.office_id) == ("helpdesk", None)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"person_name": ""}, "E_REQUIRED"),
        ({"mobile": "12345"}, "E_MOBILE"),
        ({"email": "somewhere"}, "E_EMAIL"),
        ({"login_name": "审核"}, "E_LOGIN_NAME"),
        ({"login_name": "TAKEN_name"}, "E_LOGIN_NAME_TAKEN"),
    ],
)
def test_a_bad_account_is_refused_with_everything_typed(
    client: FlaskClient, session: Session, admin: Account, changes: dict[str, str], code: str
) -> None:
    build_account(session, login_name="taken_NAME")
    before = len(session.scalars(select(Account)).all())
    page = post(client, PATH, PERSON | {"office": str(reference_office(session).id)} | changes)
    assert page.status_code == 422
    assert [one["data-error"] for one in page_of(page).select("[data-error]")] == [code]
    assert f'value="{(PERSON | changes)["mobile"]}"' in page.text
    assert len(session.scalars(select(Account)).all()) == before


def test_an_account_is_closed_at_once_and_opened_again(
    client: FlaskClient, session: Session, admin: Account
) -> None:
    reviewer = build_reviewer(session)
    his = client.application.test_client()
    sign_in(his, reviewer)
    assert his.get("/review").status_code == 200
    assert post(client, f"{PATH}/{reviewer.id}/disabling", {}).status_code == 422
    assert post(client, f"{PATH}/{reviewer.id}/disabling", {"reason": "调离"}).status_code == 303
    assert his.get("/review").status_code == 401
    assert post(client, f"{PATH}/{reviewer.id}/disabling", {"reason": "再来"}).status_code == 409
    page = client.get(f"{PATH}/{reviewer.id}").text
    assert "已停用" in page
    assert "调离" in page
    assert post(client, f"{PATH}/{reviewer.id}/invitation").status_code == 409
    assert post(client, f"{PATH}/{reviewer.id}/enabling").status_code == 303
    assert post(client, f"{PATH}/{reviewer.id}/enabling").status_code == 409
    assert his.get("/review").status_code == 401  # what ended stays ended
    assert acts(session, reviewer) == ["disable", "enable"]


def test_nobody_closes_the_account_he_uses(client: FlaskClient, session: Session, admin: Account) -> None:
    assert post(client, f"{PATH}/{admin.id}/disabling", {"reason": "试试"}).status_code == 409
    assert client.get("/admin").status_code == 200


def test_a_new_mobile_is_on_record_masked_and_gets_the_next_link(
    client: FlaskClient, session: Session, admin: Account
) -> None:
    account = opened(client, session)
    changed = {"person_name": "黄晓", "mobile": "13900005678", "email": ""}
    assert post(client, f"{PATH}/{account.id}", changed).status_code == 303
    assert post(client, f"{PATH}/{account.id}/invitation").status_code == 303
    session.expire_all()
    assert (account.person_name, account.mobile) == ("黄晓", "13900005678")
    event = session.scalars(select(Event).where(Event.act == "change_account")).one()
    assert event.details == {"姓名": ["黄晓彤", "黄晓"], "手机号码": ["138****1234", "139****5678"]}
    sent = session.scalars(
        select(Delivery.masked_address).order_by(Delivery.created_at, Delivery.state)
    ).all()
    assert sorted(sent) == ["138****1234", "139****5678"]


def test_the_list_finds_people_and_only_staff(client: FlaskClient, session: Session, admin: Account) -> None:
    reviewer, unit = build_reviewer(session, person_name="欧阳文"), build_account(session)
    page = client.get(f"{PATH}?q=欧阳").text
    assert reviewer.login_name in page
    assert admin.login_name not in page_of(client.get(f"{PATH}?q=欧阳")).select_one("main").text
    assert reviewer.login_name in client.get(f"{PATH}?office={reviewer.office_id}").text
    assert client.get(f"{PATH}?q=%25&office=x&page=0").status_code == 200
    assert client.get(f"{PATH}/{unit.id}").status_code == 404
    assert client.get(f"{PATH}/new?office=x").status_code == 404


def test_reviewers_have_no_business_here(client: FlaskClient, session: Session) -> None:
    reviewer = build_reviewer(session)
    sign_in(client, reviewer)
    for path in (PATH, f"{PATH}/new", f"{PATH}/{reviewer.id}"):
        assert client.get(path).status_code == 403
    assert post(client, PATH, PERSON).status_code == 403


def test_who_forgot_a_password_gets_a_link_to_set_another(
    client: FlaskClient, session: Session, admin: Account
) -> None:
    account = build_reviewer(session, mobile="13800001234")
    browser = client.application.test_client()
    sign_in(browser, account)
    path = f"{PATH}/{account.id}"
    assert "要求重新设置密码" in client.get(path).text
    assert "要求重新设置密码" not in client.get(f"{PATH}/{admin.id}").text
    assert post(client, f"{path}/password-demand").status_code == 303
    assert browser.get("/account/sessions").status_code == 401
    assert sign_in_as(browser, account.login_name, account_type="staff").status_code == 422
    link = session.scalars(select(Delivery).where(Delivery.name == "activation")).one().words
    token = re.search(r"/account/activation/\S+", link)
    assert token
    assert post(browser, token[0], {"password": PASSWORD, "repeated": PASSWORD}).status_code == 303
    assert sign_in_as(browser, account.login_name, account_type="staff", password=PASSWORD).status_code == 303
    assert acts(session, account) == ["demand_password", "invite", "sign_in_failed", "activate", "sign_in"]
    assert post(client, f"{PATH}/{admin.id}/password-demand").status_code == 409
    account.state = "disabled"
    assert post(client, f"{path}/password-demand", {"idempotency_key": "again"}).status_code == 409

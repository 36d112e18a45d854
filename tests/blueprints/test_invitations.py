"""创建用户: a unit invites somebody, he alone sets login name and password, then he can be authorised."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accounts.inviting import KEPT, forget_old_invitations
from models.account import Account
from models.delivery import Delivery
from models.event import Event, first_broken_link
from models.invitation import Invitation
from models.person import Person
from models.throttle import Throttle
from models.unit import Unit
from tests.blueprints.registering import (
    ACCOUNT,
    GOOD_PASSWORD,
    MOBILE,
    PERSON,
    fill,
    go_to_account,
    prove_mobile,
)
from tests.blueprints.signing_in import all_at_once, page_of, post, sign_in_as
from tests.browsing import Clerk, codes, soup
from tests.build import NOW, build_account, build_grant, build_person, build_unit

HIM = {
    "person_name": PERSON["name"],
    "id_type": PERSON["id_type"],
    "id_number": PERSON["id_number"],
    "mobile": MOBILE,
}
PATH = "/grants/invitations"


@pytest.fixture
def unit(session: Session) -> Unit:
    return build_unit(session)


@pytest.fixture
def legal(client: FlaskClient, session: Session, unit: Unit) -> Clerk:
    return Clerk(client, build_account(session, unit=unit))


def link(session: Session) -> str:
    """Return the path of the newest link that was sent."""
    session.rollback()
    sent = session.scalars(
        select(Delivery).where(Delivery.name == "user_invited").order_by(Delivery.forget_at)
    ).all()
    found = re.search(r"/register/invitation/\S+", sent[-1].words)
    assert found
    return found[0]


def refusal(clerk: Clerk, **changes: str) -> str:
    answer = clerk.post(PATH, HIM | changes)
    assert answer.status_code in (422, 429), answer.location
    return soup(answer).select_one("[data-error]").get_text(strip=True)  # type: ignore[union-attr]


def invitations(session: Session) -> list[Invitation]:
    session.rollback()
    return list(session.scalars(select(Invitation).order_by(Invitation.expires_at)))


def test_the_invited_makes_his_account_and_is_authorised(
    app: Flask, session: Session, unit: Unit, legal: Clerk
) -> None:
    assert legal.post(PATH, HIM).location == f"{PATH}?sent=1"
    row = legal.page(PATH).select_one("tbody tr").get_text(" ", strip=True)  # type: ignore[union-attr]
    assert all(words in row for words in ("王小明", "110************519", "139****5678", "等待激活"))
    person, path = app.test_client(), link(session)
    page = page_of(person.get(path)).text
    assert unit.name in page
    assert PERSON["id_number"] not in page
    assert post(person, path).location == "/register/mobile"
    assert prove_mobile(person, session, "13800001111").location == "/register/account"
    assert fill(person, "/register/account", ACCOUNT).status_code == 303
    (made,) = invitations(session)
    assert (made.state, made.id_number, made.mobile) == ("accepted", None, None)
    account = session.get_one(Account, made.account_id)
    assert (account.person_name, account.login_name, account.masked_mobile) == (
        "王小明",
        "wang_xm",
        "138****1111",
    )
    assert post(person, path).status_code == 404, "the link is used up"
    assert "王小明（登录名 wang_xm）已激活" in legal.page("/account/notifications").text
    assert "待其实名认证" in legal.page(PATH).text
    assert sign_in_as(person, "wang_xm", password=GOOD_PASSWORD, account_type="natural").status_code == 303
    session.add(Person(account_id=account.id, real_name_state="auto_passed"))
    session.commit()
    address = legal.page(PATH).select_one("td.act a")["href"]  # type: ignore[index]
    assert legal.page(str(address)).select("input[name=right]")
    acts = [
        one.act
        for one in session.scalars(select(Event).where(Event.stream_id == unit.id).order_by(Event.number))
    ]
    assert acts == ["invite_user", "accept_invitation"]
    assert first_broken_link(session, unit.id) is None


def test_who_has_an_account_is_offered_for_authorisation_to_who_knows_him(
    session: Session, legal: Clerk
) -> None:
    account = build_person(session, person_name="王小明", login_name="wang")
    account.set_id_number(PERSON["id_type"], PERSON["id_number"])
    session.commit()
    answer = legal.post(PATH, HIM)
    assert codes(soup(answer)) == ["E_HAS_ACCOUNT"]
    offered = soup(answer).select_one(".notice a")
    assert legal.get(str(offered["href"])).status_code == 200  # type: ignore[index]
    session.get_one(Person, account.id).real_name_state = "none"
    session.commit()
    assert "还没有完成个人实名认证" in refusal(legal)
    assert invitations(session) == []
    # Who knows only the number learns nothing; the person himself does, after he proved his mobile.
    assert legal.post(PATH, HIM | {"person_name": "王大明"}).status_code == 303
    person = legal.client.application.test_client()
    assert post(person, link(session)).location == "/register/mobile"
    prove_mobile(person, session)
    assert "证件号码已被注册" in fill(person, "/register/account", ACCOUNT).text


def test_a_registration_of_his_own_ends_the_way_of_the_link(session: Session, legal: Clerk) -> None:
    assert legal.post(PATH, HIM).status_code == 303
    person, path = legal.client.application.test_client(), link(session)
    go_to_account(person, session, PERSON)
    assert fill(person, "/register/account", ACCOUNT).status_code == 303
    answer = post(person, path)
    assert answer.status_code == 422
    assert "证件号码已被注册" in answer.text
    assert "还没有完成个人实名认证" in refusal(legal)


def test_a_link_can_be_sent_again_and_taken_back(session: Session, legal: Clerk) -> None:
    legal.post(PATH, HIM)
    first = link(session)
    assert "已经为这位用户创建过" in refusal(legal)
    (made,) = invitations(session)
    assert legal.post(f"{PATH}/{made.id}/resend").status_code == 303
    second, person = link(session), legal.client.application.test_client()
    assert (person.get(first).status_code, person.get(second).status_code) == (404, 200)
    assert legal.post(f"{PATH}/{made.id}/removal").status_code == 303
    assert (person.get(second).status_code, post(person, second).status_code) == (404, 404)
    assert "王小明" not in legal.page(PATH).text
    for act in ("resend", "removal"):
        assert "请刷新查看" in legal.post(f"{PATH}/{made.id}/{act}").text
    assert invitations(session)[0].id_number_digest is None


def test_an_invitation_ends_after_a_week_and_is_forgotten_after_a_month(
    session: Session, legal: Clerk
) -> None:
    legal.post(PATH, HIM)
    old = link(session)
    session.execute(update(Invitation).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    session.commit()
    assert legal.client.application.test_client().get(old).status_code == 404
    assert "链接已过期" in legal.page(PATH).text
    assert legal.post(PATH, HIM).status_code == 303, "another one takes its place"
    assert sorted(one.state for one in invitations(session)) == ["cancelled", "pending"]
    assert forget_old_invitations(session, NOW) == 0
    session.execute(update(Invitation).values(expires_at=datetime.now(UTC) - KEPT - timedelta(days=1)))
    assert forget_old_invitations(session, NOW) == 1


def test_messages_are_limited_for_a_mobile_and_for_a_unit(session: Session, legal: Clerk) -> None:
    legal.post(PATH, HIM)
    (made,) = invitations(session)
    for _ in range(2):
        assert legal.post(f"{PATH}/{made.id}/resend").status_code == 303
    answer = legal.post(f"{PATH}/{made.id}/resend")
    assert (answer.status_code, "邀请过多" in answer.text) == (429, True)
    assert invitations(session)[0].sent_count == 3
    session.execute(update(Throttle).where(Throttle.key.startswith("invite-unit:")).values(
        blocked_until=datetime.now(UTC) + timedelta(hours=1)))  # fmt: skip
    session.commit()
    assert "邀请过多" in refusal(legal, id_number="330106197811051015", mobile="13700000000")


WRONG: tuple[tuple[dict[str, str], str], ...] = (
    ({"person_name": ""}, "请填写姓名"),
    ({"id_number": "110108199003074518"}, "证件号码校验码错误"),
    ({"id_number": "110108900307451"}, "请使用18位身份证号码"),
    ({"id_type": "passport", "id_number": "?"}, "护照号码"),
    ({"id_type": "made_up"}, "请从列表中选择"),
    ({"mobile": "123"}, "手机"),
)


def test_what_is_typed_wrong_is_said_at_its_place(session: Session, legal: Clerk) -> None:
    for changes, message in WRONG:
        answer = legal.post(PATH, HIM | changes)
        assert answer.status_code == 422
        assert message in " ".join(one.text for one in soup(answer).select(".field [data-error]"))
        assert (HIM | changes)["mobile"] == soup(answer).select_one("[name=mobile]")["value"]  # type: ignore[index]
    assert invitations(session) == []


def test_only_who_grants_for_the_unit_invites(app: Flask, session: Session, unit: Unit, legal: Clerk) -> None:
    legal.post(PATH, HIM)
    (made,) = invitations(session)
    other = Clerk(app.test_client(), build_account(session))
    for act in ("resend", "removal"):
        assert other.post(f"{PATH}/{made.id}/{act}").status_code == 404
    handler = build_person(session)
    build_grant(session, unit, handler)
    assert Clerk(app.test_client(), handler).get(PATH).status_code == 403
    admin = build_person(session)
    build_grant(session, unit, admin, role="unit_admin")
    assert "王小明" in Clerk(app.test_client(), admin).page(PATH).text
    unit.real_name_state = "stale"
    session.commit()
    assert "实名认证后，才能创建用户" in refusal(legal, id_number="330106197811051015")


def test_two_colleagues_at_the_same_moment_invite_once(
    app: Flask, session: Session, unit: Unit, legal: Clerk
) -> None:
    twin = Clerk(app.test_client(), session.scalars(select(Account).where(Account.unit_id == unit.id)).one())
    session.rollback()
    statuses = all_at_once([lambda one=one: one.post(PATH, HIM) for one in (legal, twin)])  # type: ignore[misc]
    assert sorted(statuses) == [303, 422]
    assert len(invitations(session)) == 1

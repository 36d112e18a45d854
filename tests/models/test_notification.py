from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import Account
from models.delivery import RETRIES, Delivery
from models.event import record_event
from models.notice_text import NoticeText, Wording, released_wordings
from models.notification import Notification, accounts_for, announce, count_unread, mark_read, notify
from tests.build import NOW, SYSTEM, build_account, build_filing, build_grant, build_unit


@pytest.fixture
def account(session: Session) -> Account:
    account = build_account(session)
    account.set_mobile("13812345678", NOW)
    account.email = "clerk@example.com"
    session.commit()
    return account


def told(session: Session, account: Account) -> list[str]:
    query = select(Notification.title).where(Notification.account_id == account.id)
    return list(session.scalars(query))


def test_a_notice_stands_on_the_site_and_waits_to_be_sent(session: Session, account: Account) -> None:
    values = {"孵化机构": "启航众创空间", "理由": "面积不符。", "截止日": "2021年11月30日"}
    notify(session, [account], "return", values, "/filings", NOW)
    session.commit()
    assert told(session, account) == ["申报被退回，请修改"]
    waiting = session.scalars(select(Delivery).order_by(Delivery.channel)).all()
    assert [(one.channel, one.address, one.masked_address, one.state) for one in waiting] == [
        ("mail", "clerk@example.com", "c***@example.com", "queued"),
        ("sms", "13812345678", "138****5678", "queued"),
    ]
    assert "面积不符。" in waiting[0].words


def test_without_an_address_the_site_alone_tells(session: Session) -> None:
    account = build_account(session)
    notify(session, [account], "return", {}, "", NOW)
    session.commit()
    assert len(told(session, account)) == 1
    assert session.scalars(select(Delivery)).all() == []


def test_an_administrators_wording_goes_first(session: Session, account: Account) -> None:
    session.add(NoticeText(name="return", title="请修改 {孵化机构}", text="{nobody}", sms=False, mail=False))
    notices = notify(session, [account], "return", {"孵化机构": "启航"}, "", NOW)
    session.commit()
    assert (notices[0].title, notices[0].text) == ("请修改 启航", "—")
    assert session.scalars(select(Delivery)).all() == []


def test_an_act_nobody_worded_tells_nobody(session: Session, account: Account) -> None:
    assert notify(session, [account], "open", {}, "", NOW) == []


@pytest.mark.parametrize("name", released_wordings())
def test_every_wording_can_be_filled(name: str) -> None:
    filled = released_wordings()[name].filled({})
    assert isinstance(filled, Wording)
    assert "{" not in filled.title + filled.text


def test_the_unit_and_its_valid_handlers_are_told(session: Session) -> None:
    unit = build_unit(session)
    legal = build_account(session, unit=unit)
    handler, expired, admin = (build_account(session, "natural") for _ in range(3))
    build_grant(session, unit, handler)
    build_grant(session, unit, expired, valid_to=date(2021, 11, 9))
    build_grant(session, unit, admin, role="unit_admin")
    assert set(accounts_for(session, unit, NOW)) == {legal, handler}


def test_a_right_counts_by_the_day_it_is_here(session: Session) -> None:
    """Half past midnight of the 10th; in UTC it is the 9th."""
    unit = build_unit(session)
    ended, begun = (build_account(session, "natural") for _ in range(2))
    build_grant(session, unit, ended, valid_to=date(2021, 11, 9))
    build_grant(session, unit, begun, valid_from=date(2021, 11, 10))
    assert accounts_for(session, unit, datetime(2021, 11, 9, 16, 30, tzinfo=UTC)) == [begun]


def test_what_happens_to_a_filing_is_announced(session: Session) -> None:
    unit = build_unit(session)
    legal = build_account(session, unit=unit)
    filing = build_filing(session, unit)
    announce(session, filing, record_event(session, filing.id, "return", SYSTEM, NOW, note="材料不全"))
    session.commit()
    notice = session.scalars(select(Notification)).one()
    assert notice.account_id == legal.id
    assert filing.name in notice.text
    assert "材料不全" in notice.text


def test_reading_one_or_all(session: Session, account: Account) -> None:
    first, _second, _third = (notify(session, [account], "pass", {}, "", NOW)[0] for _ in range(3))
    session.commit()
    mark_read(session, account.id, NOW, only=first.id)
    assert count_unread(session, account.id) == 2
    mark_read(session, account.id, NOW)
    assert count_unread(session, account.id) == 0


def test_a_message_that_fails_waits_longer_each_time_and_then_has_failed(
    session: Session, account: Account
) -> None:
    delivery = Delivery.to(account, "sms", "标题", "内容", "return", NOW)
    session.add(delivery)
    session.commit()
    at = NOW
    for wait in RETRIES:
        assert delivery.claim(session, at)
        assert not delivery.claim(session, at)
        delivery.note_failed("短信网关没有应答", at)
        assert delivery.next_at == at + wait
        at += wait
    assert delivery.claim(session, at)
    delivery.note_failed("短信网关没有应答", at)
    session.commit()
    assert delivery.state == "failed"
    assert not delivery.claim(session, at + timedelta(days=1))

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Text, select, type_coerce, update
from sqlalchemy.orm import Session

from adapters import sms
from adapters.errors import NotSent
from config import Settings
from jobs import deliveries
from models.delivery import KEPT, Delivery, forget_old_deliveries
from tests.build import NOW, build_account


@pytest.fixture
def waiting(session: Session) -> Delivery:
    account = build_account(session)
    account.set_mobile("13812345678", NOW)
    delivery = Delivery.to(account, "sms", "标题", "内容", "return", NOW)
    session.add(delivery)
    session.commit()
    return delivery


@pytest.fixture(autouse=True)
def _fresh_senders() -> None:
    deliveries._sms.cache_clear()
    deliveries._mail.cache_clear()


def state(session: Session) -> tuple[str, int, str]:
    session.rollback()
    found = session.scalars(select(Delivery).execution_options(populate_existing=True)).one()
    return found.state, found.attempts, found.error


def test_what_waits_is_sent_once(session: Session, settings: Settings, waiting: Delivery) -> None:
    assert deliveries.send_due(settings) == 1
    assert deliveries.send_due(settings) == 0
    assert state(session) == ("sent", 1, "")


def test_what_the_gateway_refuses_waits_for_its_next_turn(
    session: Session, settings: Settings, waiting: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object) -> str:
        raise NotSent("短信网关答复 503")

    monkeypatch.setattr(sms.OutboxSms, "send", refuse)
    assert deliveries.send_due(settings) == 0
    assert deliveries.send_due(settings) == 0  # not before its time
    assert state(session) == ("queued", 1, "短信网关答复 503")


def test_a_message_that_breaks_does_not_hold_up_the_next_one(
    session: Session, settings: Settings, waiting: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = build_account(session)
    other.set_mobile("13912345678", NOW)
    session.add(Delivery.to(other, "sms", "标题", "内容", "return", NOW + timedelta(minutes=1)))
    session.commit()

    def send(_self: object, mobile: str, *_rest: str) -> str:
        if mobile == "13812345678":
            raise AttributeError("a library at its wits' end")
        return "1"

    monkeypatch.setattr(sms.OutboxSms, "send", send)
    assert deliveries.send_due(settings) == 1
    session.rollback()
    states = select(Delivery.state, Delivery.error).order_by(Delivery.created_at)
    assert session.execute(states).all() == [("queued", "系统出错（AttributeError）"), ("sent", "")]


def test_a_message_whose_key_is_gone_does_not_hold_up_the_next_one(
    session: Session, settings: Settings, waiting: Delivery
) -> None:
    """Neither when it is due nor when its words are to be forgotten."""
    past = datetime.now(UTC) - timedelta(minutes=1)
    session.add(
        Delivery.to(build_account(session), "sms", "标题", "内容", "return", NOW + timedelta(minutes=1))
    )
    session.add(Delivery.secret("13912345678", "标题", "验证码", "code", NOW, past))
    session.commit()
    sealed_elsewhere = type_coerce("gone.AAAA", Text)
    older = update(Delivery).where(Delivery.created_at == NOW)
    session.execute(older.values(words=sealed_elsewhere, address=sealed_elsewhere))
    session.commit()
    assert deliveries.send_due(settings) == 1
    session.rollback()
    states = select(Delivery.name, Delivery.state, Delivery.error).order_by(
        Delivery.created_at, Delivery.name
    )
    assert session.execute(states).all() == [
        ("code", "failed", "已过有效时间，没有发出"), ("return", "queued", "系统出错（CannotOpen）"), ("return", "sent", ""),
    ]  # fmt: skip


def test_without_a_gateway_nothing_is_tried_again(
    session: Session, settings: Settings, waiting: Delivery
) -> None:
    production = replace(settings, env="production")
    assert deliveries.send_due(production) == 0
    assert state(session) == ("failed", 1, "没有设置短信网关")


def test_the_log_of_messages_ends_after_half_a_year(
    session: Session, settings: Settings, waiting: Delivery
) -> None:
    later = NOW + KEPT + timedelta(days=1)
    assert forget_old_deliveries(session, later) == 0, "it still waits"
    session.rollback()
    deliveries.send_due(settings)
    assert forget_old_deliveries(session, NOW + KEPT) == 0
    assert forget_old_deliveries(session, later) == 1
    session.rollback()

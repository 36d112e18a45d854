from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
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

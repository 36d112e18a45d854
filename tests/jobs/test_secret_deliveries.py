"""Words that let their reader act leave the table with the message, or when their time is over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.errors import NotSent
from config import Settings
from jobs import deliveries
from models.delivery import FORGOTTEN, Delivery
from models.verification_code import send_code
from tests.build import NOW


class Telephone:
    """Takes every message and keeps what it says."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.is_busy = False

    def send(self, mobile: str, words: str, name: str, idempotency_key: str) -> str:
        if self.is_busy:
            raise NotSent("短信网关没有应答")
        self.heard.append(words)
        return "1"


@pytest.fixture
def telephone(monkeypatch: pytest.MonkeyPatch) -> Telephone:
    telephone = Telephone()
    monkeypatch.setattr(deliveries, "_sms", lambda settings: telephone)
    return telephone


@pytest.fixture
def delivery(session: Session) -> Delivery:
    send_code(session, "register", "13912345678", datetime.now(UTC), NOW)
    session.commit()
    return session.scalars(select(Delivery)).one()


def raw_words(session: Session) -> str:
    return str(session.connection().exec_driver_sql("SELECT words FROM delivery").scalar_one())


def with_gateway(settings: Settings) -> Settings:
    return replace(settings, sms_url="https://sms.example.com", sms_secret="x" * 32)


def test_a_code_is_sealed_until_the_gateway_has_it_and_gone_then(
    session: Session, settings: Settings, delivery: Delivery, telephone: Telephone
) -> None:
    said = delivery.words
    assert said not in raw_words(session)
    session.rollback()
    assert deliveries.send_due(with_gateway(settings)) == 1
    assert telephone.heard == [said]
    session.refresh(delivery)
    assert (delivery.state, delivery.words, delivery.forget_at) == ("sent", FORGOTTEN, None)


def test_a_demo_shows_the_code_as_long_as_it_works(
    session: Session, settings: Settings, delivery: Delivery, telephone: Telephone
) -> None:
    said = delivery.words
    session.rollback()
    deliveries.send_due(settings)
    session.refresh(delivery)
    assert (delivery.state, delivery.words) == ("sent", said)
    delivery.forget_at = datetime.now(UTC)
    session.commit()
    deliveries.send_due(settings)
    session.refresh(delivery)
    assert (delivery.state, delivery.words) == ("sent", FORGOTTEN)


def test_a_code_that_could_not_leave_in_time_is_not_sent_late(
    session: Session, settings: Settings, delivery: Delivery, telephone: Telephone
) -> None:
    telephone.is_busy = True
    session.rollback()
    deliveries.send_due(with_gateway(settings))
    session.refresh(delivery)
    assert (delivery.state, delivery.words) != ("failed", FORGOTTEN)
    delivery.forget_at, delivery.next_at = datetime.now(UTC), None
    session.commit()
    telephone.is_busy = False
    assert deliveries.send_due(with_gateway(settings)) == 0
    session.refresh(delivery)
    assert (delivery.state, delivery.words, telephone.heard) == ("failed", FORGOTTEN, [])


def test_other_messages_are_kept(session: Session, settings: Settings, telephone: Telephone) -> None:
    session.add(Delivery(channel="sms", name="pass", address="13912345678", masked_address="139****5678",
                         title="审核通过", words="审核通过", created_at=NOW - timedelta(days=9)))  # fmt: skip
    session.commit()
    deliveries.send_due(with_gateway(settings))
    session.expire_all()
    assert session.scalars(select(Delivery.words)).one() == "审核通过"

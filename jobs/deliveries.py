"""Sends what stands in the table `delivery`: a few at a time, each attempt noted before and after."""

import logging
import uuid
from datetime import UTC, datetime
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import defer

from adapters.errors import NotSent, NoWay
from adapters.mail import mailer
from adapters.sms import sms_sender
from config import Settings
from extensions import db
from models.delivery import Delivery, forget_secrets

log = logging.getLogger(__name__)

AT_ONCE = 20


def send_due(settings: Settings) -> int:
    """Send the messages that are due and return how many left; what fails waits for its next turn."""
    _forget_secrets(datetime.now(UTC))
    return sum(_send(settings, delivery_id) for delivery_id in _due())


def _forget_secrets(now: datetime) -> None:
    """Remove codes whose time is over, so that no copy of the database holds them longer than they work."""
    over = select(Delivery.id).where(Delivery.forget_at <= now).limit(1)
    try:
        if db.session.scalar(over) is None:
            return
        db.start_writing()
        forget_secrets(db.session(), now)
        db.session.commit()
    finally:
        db.close()


def _due() -> list[uuid.UUID]:
    now = datetime.now(UTC)
    try:
        due = (Delivery.next_at.is_(None)) | (Delivery.next_at <= now)
        query = select(Delivery.id).where(Delivery.state == "queued", due).order_by(Delivery.created_at)
        return list(db.session.scalars(query.limit(AT_ONCE)))
    finally:
        db.close()


def _send(settings: Settings, delivery_id: uuid.UUID) -> bool:
    """Claim, send outside of any transaction, note the result. A crash in between sends it again later."""
    try:
        if not _claim(delivery_id):
            return False
        outcome = _hand_over(settings, delivery_id)
        db.start_writing()
        delivery = _unread(delivery_id)
        if delivery is not None:  # its account was closed meanwhile
            _note(delivery, outcome, is_read_here=_is_read_here(settings))
        db.session.commit()
        return isinstance(outcome, str)
    finally:
        db.close()


def _is_read_here(settings: Settings) -> bool:
    """Say whether the outbox of the demo is the telephone on which people read their codes."""
    return settings.is_demo and not settings.sms_url


def _note(delivery: Delivery, outcome: str | NotSent, *, is_read_here: bool) -> None:
    now = datetime.now(UTC)
    if isinstance(outcome, str):
        delivery.note_sent(outcome, now)
    else:
        delivery.note_failed(str(outcome), now, is_final=isinstance(outcome, NoWay))
        log.warning("Delivery %s was not sent: %s", delivery.id, outcome)
    if delivery.forget_at and delivery.state != "queued" and not is_read_here:
        delivery.forget()


def _claim(delivery_id: uuid.UUID) -> bool:
    db.start_writing()
    delivery = _unread(delivery_id)
    claimed = delivery is not None and delivery.claim(db.session(), datetime.now(UTC))
    db.session.commit()
    return claimed


def _unread(delivery_id: uuid.UUID) -> Delivery | None:
    """Load what is not sealed: that a message cannot be opened must be noted, too."""
    sealed = [defer(Delivery.address), defer(Delivery.words)]
    return db.session.get(Delivery, delivery_id, options=sealed, populate_existing=True)


def _hand_over(settings: Settings, delivery_id: uuid.UUID) -> str | NotSent:
    """Return what the gateway calls the message, or why it did not leave; nothing holds the next one up."""
    try:
        return _give_to_gateway(settings, _read(delivery_id))
    except NotSent as refusal:
        return refusal
    except Exception as error:
        log.exception("Delivery %s broke on its way", delivery_id)
        return NotSent(f"系统出错（{type(error).__name__}）")


def _read(delivery_id: uuid.UUID) -> Delivery:
    delivery = db.session.get_one(Delivery, delivery_id, populate_existing=True)
    db.session.expunge(delivery)
    db.start_reading()
    return delivery


def _give_to_gateway(settings: Settings, delivery: Delivery) -> str:
    key = str(delivery.id)
    if delivery.channel == "sms":
        return _sms(settings).send(delivery.address, delivery.words, delivery.name, key)
    return _mail(settings).send(delivery.address, delivery.title, delivery.words, key)


_sms = cache(sms_sender)
_mail = cache(mailer)

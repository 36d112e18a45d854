"""Hands accounts over whose appeals were approved a day ago, when nobody with the old mobile objected."""

import logging
import uuid

from sqlalchemy import select

from accounts.recovering import hand_over
from config import Settings
from extensions import clock, db
from models.appeal import Appeal
from models.event import SYSTEM
from models.two_reviews import WrongMove

log = logging.getLogger(__name__)

AT_ONCE = 10


def hand_over_due(settings: Settings) -> int:
    """Hand over what is due, each in its own transaction; returns how many were."""
    return sum(_hand_over(settings, appeal_id) for appeal_id in _due())


def _due() -> list[uuid.UUID]:
    try:
        due = select(Appeal.id).where(
            Appeal.state == "approved", Appeal.recovered_at.is_(None), Appeal.hold_until <= clock.now()
        )
        return list(db.session.scalars(due.order_by(Appeal.hold_until).limit(AT_ONCE)))
    finally:
        db.close()


def _hand_over(settings: Settings, appeal_id: uuid.UUID) -> bool:
    db.start_writing()
    try:
        hand_over(
            db.session(), db.session.get_one(Appeal, appeal_id), settings.public_url, SYSTEM, clock.now()
        )
        db.session.commit()
    except WrongMove:  # halted or handed over a moment ago
        log.info("Appeal %s is settled already", appeal_id)
        return False
    except Exception:  # the others are handed over nevertheless; this one is tried again
        log.exception("Appeal %s could not be handed over", appeal_id)
        return False
    else:
        return True
    finally:
        db.close()

"""Asks the registry about cases whose time has come: after an outage, or when a web process died on its way."""

import logging
import uuid
from datetime import UTC, datetime

from sqlalchemy import select

from accounts.verifying import note_answer, question_about
from adapters.registry import RealNameRegistry, registry
from config import Settings
from extensions import clock, db
from models.event import SYSTEM
from models.verification import Verification

log = logging.getLogger(__name__)

AT_ONCE = 10


def verify_due(settings: Settings) -> int:
    """Ask about the cases that are due; returns how many answers were noted. One that breaks waits for its lease."""
    asked = registry(settings)
    return sum(_verify(asked, case_id) for case_id in _due())


def _due() -> list[uuid.UUID]:
    try:
        due = select(Verification.id).where(
            Verification.state == "checking", Verification.next_at <= datetime.now(UTC)
        )
        return list(db.session.scalars(due.order_by(Verification.next_at).limit(AT_ONCE)))
    finally:
        db.close()


def _verify(asked: RealNameRegistry, case_id: uuid.UUID) -> bool:
    """Claim, ask outside of any transaction, note the answer."""
    try:
        db.start_writing()
        case = db.session.get(Verification, case_id)
        if case is None or not case.claim(db.session(), datetime.now(UTC)):
            return False
        db.session.commit()
        question = question_about(db.session(), case)
        db.start_reading()
        answer = question.put(asked)
        db.start_writing()
        note_answer(db.session(), db.session.get_one(Verification, case_id), answer, SYSTEM, clock.now())
        db.session.commit()
    except Exception:  # the others are asked about nevertheless
        log.exception("Verification %s could not be checked", case_id)
        return False
    else:
        return True
    finally:
        db.close()

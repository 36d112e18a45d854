"""The chain of events tells when somebody changed or removed one."""

import uuid

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from models.event import Event, first_broken_link, record_event
from tests.build import NOW, SYSTEM


@pytest.fixture
def stream(session: Session) -> uuid.UUID:
    stream = uuid.uuid4()
    for act in ("open", "submit", "withdraw"):
        record_event(session, stream, act, SYSTEM, NOW, note="广州市科学技术局", details={"version_no": "x"})
        session.flush()
    session.commit()
    return stream


def test_an_untouched_chain_holds(session: Session, stream: uuid.UUID) -> None:
    session.expire_all()
    assert first_broken_link(session, stream) is None


def test_a_changed_event_is_found(session: Session, stream: uuid.UUID) -> None:
    session.execute(update(Event).where(Event.stream_id == stream, Event.number == 2).values(note="改"))
    session.commit()
    broken = first_broken_link(session, stream)
    assert broken is not None
    assert broken.number == 2


def test_a_removed_event_is_found(session: Session, stream: uuid.UUID) -> None:
    session.execute(delete(Event).where(Event.stream_id == stream, Event.number == 2))
    session.commit()
    broken = first_broken_link(session, stream)
    assert broken is not None
    assert broken.number == 3

"""Storing what an administrator changed, with an event that says what was and what is."""

import uuid
from typing import Any

from blueprints.access import actor
from extensions import clock, db
from forms.admin import AdminForm
from models.event import record_event

# Things that are known by a text and not by an id get the stream of their name.
_named = uuid.UUID("5d0b6c1e-31f4-4a6e-9d0c-6a4f6b6f2e11")


def stream_of(name: str) -> uuid.UUID:
    """Return the stream of events of a thing known by `name`, for example region/440100."""
    return uuid.uuid5(_named, name)


def store(form: AdminForm, thing: Any) -> dict[str, Any]:
    """Put the answers of the form into `thing` and return what changed: name → before and after, as shown."""
    changes = {}
    for field in form:
        before = getattr(thing, field.name)
        after = field.data if field.data is not None else _empty(before)
        if before != after:
            changes[field.name] = [field.show(before), field.show(after)]
            setattr(thing, field.name, after)
    return changes


def record_change(stream_id: uuid.UUID, act: str, name: str, changes: dict[str, Any]) -> None:
    """Append an event about a change to `name`, unless nothing changed."""
    if changes:
        record_event(db.session(), stream_id, act, actor(), clock.now(), note=name[:1000], details=changes)


def _empty(before: Any) -> Any:
    """Return what no answer means for a column: texts are empty, days and choices are not there."""
    return "" if isinstance(before, str) else None

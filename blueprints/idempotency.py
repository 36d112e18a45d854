"""A request that arrives twice acts once: the key in our forms names the request."""

import uuid
from datetime import UTC, datetime

from flask import request
from sqlalchemy import func, select

from blueprints.access import me
from extensions import db
from models.idempotency_key import IdempotencyKey


def made_before() -> uuid.UUID | None:
    """Return what an earlier request with the same key and address made; None when this is the first.

    A parallel request with the same key waits here until the first is committed.
    """
    key = _key()
    if not key:
        return None
    if db.engine.dialect.name == "postgresql":  # SQLite has one writer anyway
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    earlier = db.session.get(IdempotencyKey, (me().account_id, key))
    return earlier.made_id if earlier and earlier.path == request.path else None


def remember(made_id: uuid.UUID) -> None:
    """Note what this request made."""
    if key := _key():
        db.session.add(
            IdempotencyKey(account_id=me().account_id, key=key, path=request.path, made_id=made_id,
                           created_at=datetime.now(UTC))
        )  # fmt: skip


def _key() -> str:
    return request.form.get("idempotency_key", "")[:64]

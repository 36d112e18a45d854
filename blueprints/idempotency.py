"""A request that arrives twice acts once: the key in our forms names the request."""

import uuid
from datetime import UTC, datetime

from flask import request

from blueprints.access import me
from extensions import db
from models.idempotency_key import IdempotencyKey


def made_before() -> uuid.UUID | None:
    """Return what an earlier request with the same key and address made; None when this is the first."""
    key = request.form.get("idempotency_key", "")
    earlier = db.session.get(IdempotencyKey, (me().account_id, key)) if key else None
    return earlier.made_id if earlier and earlier.path == request.path else None


def remember(made_id: uuid.UUID) -> None:
    """Note what this request made; a parallel one with the same key fails on the primary key."""
    key = request.form.get("idempotency_key", "")
    if key:
        db.session.add(
            IdempotencyKey(account_id=me().account_id, key=key[:64], path=request.path, made_id=made_id,
                           created_at=datetime.now(UTC))
        )  # fmt: skip

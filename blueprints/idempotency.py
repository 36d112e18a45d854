"""A request that arrives twice acts once: the key in our forms names the request.

One key serves all forms of a page, as it counts together with the address a form is sent to.
"""

import hashlib
import uuid
from datetime import UTC, datetime

from flask import g, request
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from blueprints.access import me
from extensions import db
from models.idempotency_key import IdempotencyKey

# What differs between two attempts at the same thing.
NOT_CONTENT = ("csrf_token", "idempotency_key", "refused_before")


def new_key() -> str:
    """Return the key of the forms of this page, another one for every page.

    A form that comes back refused keeps its key: mended, it is still the same act, perhaps one that waits in
    a browser and is settled by it.
    """
    if "form_key" not in g:
        posted = "" if "key_is_spent" in g else request.form.get("idempotency_key", "")
        g.form_key = posted or uuid.uuid4().hex
    key: str = g.form_key
    return key


def was_done() -> bool:
    """Say whether this very request, same key, address and content, was carried out already.

    What a browser keeps gets a new key when it is refused, and says so: whatever was carried out with that
    key since is the mended form, which settles it.
    A parallel request with the same key waits here until the first is committed.
    """
    earlier = earlier_attempt()
    if earlier is None or (earlier.digest != _digest() and "refused_before" not in request.form):
        return False
    g.key_is_spent = True
    return True


def made_before() -> uuid.UUID | None:
    """Return what an earlier attempt at this very request made; None when this is the first."""
    earlier = earlier_attempt()
    return earlier.made_id if earlier is not None and was_done() else None


def earlier_attempt() -> IdempotencyKey | None:
    """Return the request with this key and address that was carried out last, whatever it carried.

    Its answer may have been lost, and the person typed on: then the content is another one now.
    """
    key = _key()
    if not key:
        return None
    _digest()  # now, as the view closes the files it has read
    if db.engine.dialect.name == "postgresql":  # SQLite has one writer anyway
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    return db.session.get(IdempotencyKey, (me().account_id, key))


def remember(made_id: uuid.UUID | None = None, version: int | None = None) -> None:
    """Note that this request was carried out, what it made, and the version of the row or tab it left."""
    if key := _key():
        g.key_is_spent = True
        db.session.merge(
            IdempotencyKey(account_id=me().account_id, key=key, path=request.path[:200], digest=_digest(),
                           made_id=made_id, made_version=version, created_at=datetime.now(UTC))
        )  # fmt: skip


def was_carried_out(path: str, posted: str) -> bool:
    """Say whether a request of this person to this address with this key was carried out."""
    key = _kept(path, posted)
    return bool(key) and db.session.get(IdempotencyKey, (me().account_id, key)) is not None


def _key() -> str:
    return _kept(request.path, request.form.get("idempotency_key", ""))


def _kept(path: str, posted: str) -> str:
    """Return what the table keeps of a posted key and its address, empty when none was posted."""
    return hashlib.sha256(f"{path} {posted[:64]}".encode()).hexdigest() if posted else ""


def _digest() -> str:
    """Return a fingerprint of what was posted, files included."""
    if "content_digest" not in g:
        fields = sorted(pair for pair in request.form.items(multi=True) if pair[0] not in NOT_CONTENT)
        files = [(name, file.filename, _file_digest(file)) for name, file in request.files.items(multi=True)]
        g.content_digest = hashlib.sha256(repr((fields, files)).encode("utf-8", "replace")).hexdigest()
    digest: str = g.content_digest
    return digest


def _file_digest(file: FileStorage) -> str:
    digest = hashlib.file_digest(file.stream, "sha256").hexdigest()  # type: ignore[arg-type]
    file.stream.seek(0)
    return digest

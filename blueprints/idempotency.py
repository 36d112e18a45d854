"""A request that arrives twice acts once: the key in our forms names the request.

One key serves all forms of a page, as it counts together with the address a form is sent to.
"""

import hashlib
import uuid
from datetime import UTC, datetime, timedelta

from flask import g, request, session
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from blueprints.access import me
from blueprints.identity import who
from extensions import db, keyring
from models.idempotency_key import CarriedOut, IdempotencyKey, VisitorKey

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


def was_done(about: str = "", *, within: timedelta | None = None) -> bool:
    """Say whether this very request, same key, address and content, was carried out already.

    What a browser keeps gets a new key when it is refused, and says so: whatever was carried out with that
    key since is the mended form, which settles it.
    A parallel request with the same key waits here until the first is committed. A view that `streams` asks
    once more when it has begun to write.
    `about` names what the act depends on besides the form, for example the mobile that a code proves; `within`
    is for what may be wanted again a while later, like another code.
    """
    earlier = earlier_attempt(about)
    if earlier is None or (within is not None and earlier.created_at < datetime.now(UTC) - within):
        return False
    if earlier.digest != _digest() and "refused_before" not in request.form:
        return False
    g.key_is_spent = True
    return True


def made_before(*, within: timedelta | None = None) -> uuid.UUID | None:
    """Return what an earlier attempt at this very request made; None when this is the first."""
    earlier = earlier_attempt()
    return earlier.made_id if earlier is not None and was_done(within=within) else None


def earlier_attempt(about: str = "") -> CarriedOut | None:
    """Return the request with this key and address that was carried out last, whatever it carried.

    Its answer may have been lost, and the person typed on: then the content is another one now.
    """
    key = _key(about)
    if not key:
        return None
    _digest()  # now, as the view closes the files it has read
    if db.engine.dialect.name == "postgresql":  # SQLite has one writer anyway
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    person = who()
    if person is None:
        return db.session.get(VisitorKey, {"key": key, "visitor": _visitor()})
    return _of_account(key, person.account_id)


def remember(made_id: uuid.UUID | None = None, version: int | None = None, about: str = "") -> None:
    """Note that this request was carried out, what it made, and the version of the row or tab it left."""
    key, person = _key(about), who()
    if not key:
        return
    g.key_is_spent = True
    facts = {"key": key, "path": request.path[:200], "digest": _digest(), "made_id": made_id,
             "made_version": version, "created_at": datetime.now(UTC)}  # fmt: skip
    owned = (
        IdempotencyKey(account_id=person.account_id, **facts)
        if person is not None
        else VisitorKey(visitor=_visitor(), **facts)
    )
    db.session.merge(owned)


def was_carried_out(path: str, posted: str) -> bool:
    """Say whether a request of this person to this address with this key was carried out."""
    key = _kept(path, posted)
    return bool(key) and _of_account(key, me().account_id) is not None


def was_done_by(account_id: uuid.UUID) -> bool:
    """Say whether this very request was carried out for an account that is signed in no more.

    What ends the session, like a new password, finds nobody when it is sent again.
    """
    key = _key()
    earlier = _of_account(key, account_id) if key else None
    return earlier is not None and earlier.digest == _digest()


def _of_account(key: str, account_id: uuid.UUID) -> IdempotencyKey | None:
    return db.session.get(IdempotencyKey, {"key": key, "account_id": account_id})


def _key(about: str = "") -> str:
    if who() is None and not _visitor():
        return ""
    return _kept(request.path, request.form.get("idempotency_key", ""), about)


def _kept(path: str, posted: str, about: str = "") -> str:
    """Return what the table keeps of a posted key and its address, empty when none was posted."""
    text = f"{path} {posted[:64]} {about}".rstrip()
    return hashlib.sha256(text.encode()).hexdigest() if posted else ""


def _visitor() -> str:
    """Return what a browser is known by in which nobody is signed in; empty for one that opened no page."""
    token = session.get("csrf_token", "")
    return hashlib.sha256(f"visitor {token}".encode()).hexdigest() if token else ""


def _digest() -> str:
    """Return a fingerprint of what was posted, files included; a keyed one, as passwords are among it."""
    if "content_digest" not in g:
        fields = sorted(pair for pair in request.form.items(multi=True) if pair[0] not in NOT_CONTENT)
        files = [(name, file.filename, _file_digest(file)) for name, file in request.files.items(multi=True)]
        content = hashlib.sha256(repr((fields, files)).encode("utf-8", "replace")).hexdigest()
        g.content_digest = keyring.digest(content, "posted form")
    digest: str = g.content_digest
    return digest


def _file_digest(file: FileStorage) -> str:
    digest = hashlib.file_digest(file.stream, "sha256").hexdigest()  # type: ignore[arg-type]
    file.stream.seek(0)
    return digest

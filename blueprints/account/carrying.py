"""What was sent when the session was over already, carried through the sign-in page for the same person.

Nothing of it is stored: the sign-in page carries it as one sealed text, and after signing in its owner confirms
it with one button. Whoever signs in instead of him gets nothing of it.
"""

import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app, request
from flask_wtf.csrf import validate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import select
from wtforms.validators import ValidationError

from blueprints.account.safe_next import safe_next
from extensions import db
from models.account import Account
from models.login_session import LoginSession, hash_token

LARGEST = 200_000  # characters; a tab with all its long texts has 30,000
SECONDS = 3600


@dataclass(frozen=True)
class Carried:
    """A form on its way: where it goes, the page it was typed on, its fields in order."""

    path: str
    page: str
    fields: list[tuple[str, str]]

    @property
    def texts(self) -> list[str]:
        """What a person typed or chose, as far as it can be shown."""
        return [
            text for name, text in self.fields if text and name not in ("version", "idempotency_key", "op")
        ]


def seal() -> str:
    """Seal what this request brought for the person whose session this was; empty when that may not be.

    Files are not carried, nor is what comes without the token of a page of ours.
    """
    owner = former_account_id()
    if request.method != "POST" or owner is None or request.files or not _has_token():
        return ""
    fields = [pair for pair in request.form.items(multi=True) if pair[0] != "csrf_token"]
    if sum(len(name) + len(text) for name, text in fields) > LARGEST:
        return ""
    page = urlsplit(request.referrer or "").path
    return str(_serializer().dumps([str(owner), request.path, safe_next(page) or "/", fields]))


def former_account_id() -> uuid.UUID | None:
    """Return whose session this browser's cookie names, also when it is over; None for no session of ours."""
    token = request.cookies.get(current_app.config["SIGN_IN_COOKIE"], "")
    query = select(LoginSession.account_id).where(LoginSession.token_hash == hash_token(token))
    return db.session.scalar(query)


def _has_token() -> bool:
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True


def unseal(sealed: str, account: Account) -> Carried | None:
    """Return what was carried if it is this person's and not older than an hour."""
    try:
        owner, path, page, fields = _serializer().loads(sealed, max_age=SECONDS)
    except BadData:
        return None
    if owner != str(account.id):
        return None
    return Carried(path, page, [(name, text) for name, text in fields])


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="carried through sign-in")

"""The code of 二维码登录: signed, it says who asks; showing one stores nothing, as with the captcha."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import segno
from flask import current_app, request, session, url_for
from itsdangerous import BadData, URLSafeTimedSerializer

from blueprints.account.devices import device_name
from models.qr_answer import LIFETIME

SHOWN = "qr"  # in the signed cookie: which code this browser was shown
# base64 of the signed parts; a name of a browser and an IPv6 address fit in.
LONGEST = 400


@dataclass(frozen=True)
class QrCode:
    """One code: the browser that shows it, and when it began to."""

    id: uuid.UUID
    token: str
    address: str
    device: str
    shown_at: datetime

    @property
    def expires_at(self) -> datetime:
        return self.shown_at + LIFETIME

    @property
    def seconds_left(self) -> int:
        """How long it may still be confirmed, at least 0."""
        return max(0, int((self.expires_at - datetime.now(UTC)) / timedelta(seconds=1)))

    @property
    def link(self) -> str:
        """The address that a telephone opens."""
        site: str = current_app.config["SETTINGS"].public_url
        return site + url_for("account.qr_question", token=self.token)

    def picture(self) -> str:
        """Draw the link as the address of an image."""
        code = segno.make(self.link, error="m", micro=False)
        return str(code.svg_data_uri(scale=4, border=2, light="white"))


def read_code(token: str) -> QrCode | None:
    """Return the code of a token; None when it is made up or too old."""
    try:
        (code_id, address, device), shown_at = _serializer().loads(
            token, max_age=int(LIFETIME.total_seconds()), return_timestamp=True
        )
    except BadData:
        return None
    return QrCode(uuid.UUID(hex=code_id), token, address, device, shown_at)


def show_new_code() -> QrCode:
    """Make a code and note in the browser's signed cookie that it is the one to sign in with."""
    parts = [secrets.token_hex(16), (request.remote_addr or "")[:45], device_name()[:60]]
    token = str(_serializer().dumps(parts))
    session[SHOWN] = token
    code = read_code(token)
    assert code is not None  # noqa: S101 (just signed)
    return code


def shown_code() -> QrCode | None:
    """Return the code that this browser was shown; None when there is none that counts."""
    return read_code(str(session.get(SHOWN, "")))


def shown_id() -> uuid.UUID | None:
    """Return the id of the code this browser was shown, also when it is too old to be confirmed by now."""
    try:
        return uuid.UUID(hex=_serializer().loads(str(session.get(SHOWN, "")))[0])
    except BadData:
        return None


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="qr sign-in")

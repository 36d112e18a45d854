"""The captcha: a picture, or a sum in words for those who cannot see it. Showing one stores nothing.

The cookie holds a signed id; the answer follows from the id and the secret key, so only the server knows
it, and the database remembers only which ids are spent.
"""

import hashlib
import hmac
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from captcha.image import ImageCaptcha
from flask import after_this_request, current_app, request
from flask.wrappers import Response
from itsdangerous import BadData, URLSafeTimedSerializer

from extensions import db
from models.captcha import spend_captcha

LIFETIME = timedelta(minutes=5)
ALPHABET = "ABCDEFGHJKMNPQRTUVWXY346789"  # without pairs that look alike in the picture
LENGTH = 5
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True)
class Challenge:
    """One captcha: `kind` is picture or sum."""

    id: uuid.UUID
    kind: str
    expires_at: datetime

    @property
    def _secret(self) -> bytes:
        key = current_app.config["SECRET_KEY"].encode()
        return hmac.digest(key, b"captcha:" + self.id.bytes, hashlib.sha256)

    @property
    def _summands(self) -> tuple[int, int]:
        return 10 + self._secret[0] % 30, 1 + self._secret[1] % 9

    @property
    def answer(self) -> str:
        if self.kind == "sum":
            return str(sum(self._summands))
        return "".join(ALPHABET[byte % len(ALPHABET)] for byte in self._secret[:LENGTH])

    @property
    def question(self) -> str:
        """The sum in words: 二十三加五等于几？"""
        first, second = self._summands
        tens = "" if first < 20 else _DIGITS[first // 10]
        return f"{tens}十{_DIGITS[first % 10] if first % 10 else ''}加{_DIGITS[second]}等于几？"

    def accepts(self, typed: str) -> bool:
        """Compare without regard to case, blanks and full-width letters."""
        plain = unicodedata.normalize("NFKC", typed).strip().upper()
        return hmac.compare_digest(plain.encode(), self.answer.encode())

    def picture(self) -> bytes:
        """Draw the answer as a PNG."""
        return ImageCaptcha(width=128, height=44, font_sizes=(30, 32, 34)).generate(self.answer).getvalue()


def show_new_challenge(kind: str) -> Challenge:
    """Make a captcha and give it to the browser with this response, instead of the one it had."""
    challenge = Challenge(uuid.uuid4(), kind, datetime.now(UTC) + LIFETIME)
    token = _serializer().dumps([challenge.id.hex, kind])

    @after_this_request
    def remember(response: Response) -> Response:
        config = current_app.config
        response.set_cookie(
            config["CAPTCHA_COOKIE"], token, max_age=LIFETIME, httponly=True,
            secure=config["SESSION_COOKIE_SECURE"], samesite="Lax",
        )  # fmt: skip
        return response

    return challenge


def shown_challenge() -> Challenge | None:
    """Return the captcha this browser was shown last; None when there is none or its time is over."""
    token = request.cookies.get(current_app.config["CAPTCHA_COOKIE"], "")
    try:
        (hex_id, kind), shown_at = _serializer().loads(token, max_age=LIFETIME.seconds, return_timestamp=True)
    except BadData:
        return None
    return Challenge(uuid.UUID(hex_id), kind, shown_at + LIFETIME)


def is_right_captcha(typed: str, now: datetime) -> bool:
    """Say whether `typed` answers the captcha this browser was shown last, and spend it either way."""
    shown = shown_challenge()
    fresh = shown is not None and spend_captcha(db.session(), shown.id, shown.expires_at, now)
    return shown is not None and fresh and shown.accepts(typed)


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="captcha")

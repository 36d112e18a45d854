"""Short messages: a JSON gateway over HTTPS, or the embedded outbox."""

import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Protocol

import httpx

from adapters.errors import NotSent, NoWay
from config import Settings

TIMEOUT_SECONDS = 5


class SmsSender(Protocol):
    """Sends one short message. The key makes a repeated call harmless."""

    def send(self, mobile: str, words: str, name: str, idempotency_key: str) -> str:
        """Return what the gateway calls the message; raises NotSent."""
        ...


@dataclass(frozen=True)
class GatewaySms:
    """A gateway that takes JSON signed with HMAC-SHA256 over `timestamp.body`."""

    url: str
    key: str
    secret: str

    def send(self, mobile: str, words: str, name: str, idempotency_key: str) -> str:
        message = {"mobile": mobile, "template": name, "text": words, "idempotency_key": idempotency_key}
        body = json.dumps(message, ensure_ascii=False).encode()
        try:
            answer = httpx.post(self.url, content=body, headers=self._headers(body), timeout=TIMEOUT_SECONDS)
            answer.raise_for_status()
            return str(answer.json()["message_id"])
        except httpx.HTTPStatusError as error:
            raise NotSent(f"短信网关答复 {error.response.status_code}") from error
        except httpx.HTTPError as error:
            raise NotSent(f"短信网关没有应答（{type(error).__name__}）") from error
        except (ValueError, KeyError, TypeError) as error:
            raise NotSent("短信网关的答复不能识别") from error

    def _headers(self, body: bytes) -> dict[str, str]:
        timestamp = str(int(time.time()))
        signature = hmac.new(self.secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
        return {
            "Content-Type": "application/json; charset=utf-8", "X-Key": self.key,
            "X-Timestamp": timestamp, "X-Signature": signature.hexdigest(),
        }  # fmt: skip


class OutboxSms:
    """Keeps messages where they are: the table `delivery` is the outbox that the demo shows."""

    def send(self, mobile: str, words: str, name: str, idempotency_key: str) -> str:
        return f"outbox-{idempotency_key}"


class NoSms:
    """An installation without a gateway: people are told on the site and by mail."""

    def send(self, mobile: str, words: str, name: str, idempotency_key: str) -> str:
        raise NoWay("没有设置短信网关")


def sms_sender(settings: Settings) -> SmsSender:
    """Return the sender that HATCHERY_SMS_URL asks for: a gateway, the demo's outbox, or none."""
    if settings.sms_url:
        return GatewaySms(settings.sms_url, settings.sms_key, settings.sms_secret)
    return OutboxSms() if settings.is_demo else NoSms()

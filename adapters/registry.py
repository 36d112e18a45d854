"""The real-name registry: an HTTPS service, the embedded one of a demo, or none."""

import hashlib
import hmac
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from config import Settings

TIMEOUT_SECONDS = 5
OUTCOMES = ("match", "mismatch", "not_supported", "unavailable")


@dataclass(frozen=True)
class Answer:
    """What the registry says: match, mismatch, not_supported (ask people) or unavailable (ask again later).

    Only match and mismatch change anything. Kept are the outcome and the id of the request, never the reply.
    """

    outcome: str
    request_id: str = ""


class RealNameRegistry(Protocol):
    """Knows whether names and numbers belong together. Never raises: what went wrong is `unavailable`."""

    def verify_person(self, name: str, id_type: str, id_number: str) -> Answer:
        """Say whether a person of this name holds this identity paper."""
        ...

    def verify_legal(self, name: str, uscc: str, representative: str, rep_id_number: str) -> Answer:
        """Say whether a unit of this name and code has this legal representative."""
        ...


@dataclass(frozen=True)
class HttpsRegistry:
    """A registry that takes JSON signed with HMAC-SHA256 over `timestamp.body` at /person and /legal.

    `fields` maps our names to those of the registry; it answers with `outcome` and `request_id`, mapped alike.
    """

    url: str
    key: str
    secret: str
    fields: dict[str, str] = field(default_factory=dict)

    def verify_person(self, name: str, id_type: str, id_number: str) -> Answer:
        return self._ask("person", {"name": name, "id_type": id_type, "id_number": id_number})

    def verify_legal(self, name: str, uscc: str, representative: str, rep_id_number: str) -> Answer:
        return self._ask("legal", {
            "name": name, "uscc": uscc, "representative": representative, "rep_id_number": rep_id_number,
        })  # fmt: skip

    def _ask(self, what: str, asked: dict[str, str]) -> Answer:
        named = {self._theirs(name): value for name, value in asked.items()}
        body = json.dumps(named | {"request_id": uuid.uuid4().hex}, ensure_ascii=False).encode()
        try:
            answer = httpx.post(
                f"{self.url}/{what}", content=body, headers=self._headers(body), timeout=TIMEOUT_SECONDS
            )
            answer.raise_for_status()
            told = answer.json()
            outcome = str(told[self._theirs("outcome")])
            request_id = str(told.get(self._theirs("request_id"), ""))[:100]
        except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError):
            return Answer("unavailable")
        return Answer(outcome if outcome in OUTCOMES else "unavailable", request_id)

    def _theirs(self, name: str) -> str:
        return self.fields.get(name, name)

    def _headers(self, body: bytes) -> dict[str, str]:
        timestamp = str(int(time.time()))
        signature = hmac.new(self.secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
        return {
            "Content-Type": "application/json; charset=utf-8", "X-Key": self.key,
            "X-Timestamp": timestamp, "X-Signature": signature.hexdigest(),
        }  # fmt: skip


class FixtureRegistry:
    """The registry of a demo: names that end in 失败 do not match, those in 超时 find it unavailable."""

    def verify_person(self, name: str, id_type: str, id_number: str) -> Answer:
        return _made_up(name) if id_type == "resident_id" else Answer("not_supported")

    def verify_legal(self, name: str, uscc: str, representative: str, rep_id_number: str) -> Answer:
        return _made_up(name)


def _made_up(name: str) -> Answer:
    outcome = "mismatch" if name.endswith("失败") else "unavailable" if name.endswith("超时") else "match"
    return Answer(outcome, f"fixture-{uuid.uuid4().hex[:12]}")


class NoRegistry:
    """An installation without a registry: people look at papers."""

    def verify_person(self, name: str, id_type: str, id_number: str) -> Answer:
        return Answer("not_supported")

    def verify_legal(self, name: str, uscc: str, representative: str, rep_id_number: str) -> Answer:
        return Answer("not_supported")


def registry(settings: Settings) -> RealNameRegistry:
    """Return the registry that HATCHERY_REGISTRY_URL asks for: a service, the demo's own, or none."""
    if settings.registry_url:
        fields = dict(settings.registry_fields)
        return HttpsRegistry(settings.registry_url, settings.registry_key, settings.registry_secret, fields)
    return FixtureRegistry() if settings.is_demo else NoRegistry()

"""Signing in with the account of another platform: a generic OpenID Connect client, or none.

Authorization code with PKCE (S256), state and nonce. What the other platform says is believed only when its
signature, issuer, audience, age and nonce are right. Source: OpenID Connect Core 1.0, 3.1.3.7; RFC 7636; RFC 9207.
"""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from adapters.embedded_identity import EmbeddedProvider
from config import Settings
from keys import secret_key_of

TIMEOUT_SECONDS = 5
KEPT_SECONDS = 600
NEW_KEY_SECONDS = 30
LEEWAY_SECONDS = 60
LONGEST = 200
ALGORITHMS = ["RS256", "PS256", "ES256"]
ACCOUNT_TYPES = ("natural", "legal")
CHECKED = 3  # from here on name and number were checked against the registers
RETURN_PATH = "/login/federated/return"
INSTEAD = "也可以用本平台的登录名和密码登录。"
CANCELLED = f"您没有完成国家政务服务平台的登录。可以重新点击登录，{INSTEAD}"
UNAVAILABLE = f"国家政务服务平台暂时没有应答，请稍后再试，{INSTEAD}"
NOT_BELIEVED = f"国家政务服务平台的答复核对不上，没有登录。请重新点击登录，{INSTEAD}"
NOT_FOR_HERE = f"这类国家政务服务平台账号不能登录本平台，请用自然人或法人账号，{INSTEAD}"


class NotFederated(Exception):
    """The sign-in did not come about; the message is for the person and says the way on."""


@dataclass(frozen=True)
class ExternalIdentity:
    """Who the other platform says it is. Numbers are read here and never logged.

    `assurance`: how far it was checked, 2 to 5; from 3 on names and numbers agree with the registers.
    """

    provider: str
    external_id: str = field(repr=False)
    account_type: str
    name: str = field(repr=False)
    assurance: int
    id_type: str = ""
    id_number: str = field(default="", repr=False)
    uscc: str = ""

    @property
    def is_checked(self) -> bool:
        return self.assurance >= CHECKED


class FederatedLogin(Protocol):
    """Sends a browser to another platform and reads what it brings back."""

    def begin(self, state: str) -> str:
        """Return where to send the browser. `state`: a new random text, kept by this browser only."""
        ...

    def finish(self, params: Mapping[str, str]) -> ExternalIdentity:
        """Return who came back; the caller has checked that `state` is this browser's. Raises NotFederated."""
        ...


@dataclass
class OidcLogin:
    """A provider of OpenID Connect. `claims` maps our names (name, id_number, uscc …) to those of the provider.

    Verifier and nonce follow from the state and `secret`, so nothing has to be stored between the two halves.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    secret: str = field(repr=False)
    claims: dict[str, str] = field(default_factory=dict)
    scope: str = "openid profile"
    transport: httpx.BaseTransport | None = None
    _kept: dict[str, tuple[float, Any]] = field(default_factory=dict, repr=False)

    def begin(self, state: str) -> str:
        challenge = hashlib.sha256(self._derived("verifier", state).encode()).digest()
        query = {
            "response_type": "code", "client_id": self.client_id, "redirect_uri": self.redirect_uri,
            "scope": self.scope, "state": state, "nonce": self._derived("nonce", state),
            "code_challenge": _encoded(challenge), "code_challenge_method": "S256",
        }  # fmt: skip
        address = self._endpoint("authorization_endpoint")
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(query)}"

    def finish(self, params: Mapping[str, str]) -> ExternalIdentity:
        if params.get("error"):
            raise NotFederated(CANCELLED if params["error"] == "access_denied" else UNAVAILABLE)
        state, code = params.get("state", ""), params.get("code", "")
        # Source: RFC 9207, 2.4: an answer of another issuer than the one that was asked.
        if not state or not code or params.get("iss", self.issuer) != self.issuer:
            raise NotFederated(NOT_BELIEVED)
        tokens = self._tokens(code, state)
        claims = self._verified(str(tokens.get("id_token", "")), self._derived("nonce", state))
        return self._identity(claims | self._more(claims, tokens))

    def _tokens(self, code: str, state: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri,
            "code_verifier": self._derived("verifier", state), "client_id": self.client_id,
        }  # fmt: skip
        # Source: RFC 6749, 2.3.1: both are form-encoded before they are joined.
        basic = httpx.BasicAuth(quote(self.client_id, safe=""), quote(self.client_secret, safe=""))
        ways = self._discovered().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_basic" in ways:
            return self._json("POST", self._endpoint("token_endpoint"), data=form, auth=basic)
        form["client_secret"] = self.client_secret
        return self._json("POST", self._endpoint("token_endpoint"), data=form)

    def _verified(self, id_token: str, nonce: str) -> dict[str, Any]:
        """Return the claims of an ID token whose signature, issuer, audience, time and nonce are right."""
        try:
            claims = self._decoded(id_token).claims
            JWTClaimsRegistry(
                now=lambda: int(time.time()), leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": self.issuer}, aud={"essential": True, "value": self.client_id},
                sub={"essential": True}, exp={"essential": True}, iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(claims)  # fmt: skip
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise NotFederated(NOT_BELIEVED) from error
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else self.client_id) != self.client_id:
            raise NotFederated(NOT_BELIEVED)
        return dict(claims)

    def _decoded(self, id_token: str) -> jwt.Token:
        """Check the signature; when no key fits, the provider may have a new one."""
        try:
            return jwt.decode(id_token, self._keys(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            at, _ = self._kept.get("keys", (time.monotonic(), None))
            if at > time.monotonic() - NEW_KEY_SECONDS:
                raise
            self._kept.pop("keys", None)
            return jwt.decode(id_token, self._keys(), algorithms=ALGORITHMS)

    def _more(self, claims: dict[str, Any], tokens: dict[str, Any]) -> dict[str, Any]:
        """Ask for what the ID token does not say, where the provider has more; it must be about the same person."""
        address = self._discovered().get("userinfo_endpoint")
        if self._theirs("name") in claims or not address or not tokens.get("access_token"):
            return {}
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        told = self._json("GET", self._endpoint("userinfo_endpoint"), headers=headers)
        if told.get("sub") != claims["sub"]:
            raise NotFederated(NOT_BELIEVED)
        return {name: value for name, value in told.items() if name not in claims}

    def _identity(self, claims: dict[str, Any]) -> ExternalIdentity:
        said = {
            name: self._said(claims, name)
            for name in ("account_type", "name", "id_type", "id_number", "uscc")
        }
        account_type = said["account_type"] or ("legal" if said["uscc"] else "natural")
        if account_type not in ACCOUNT_TYPES:
            raise NotFederated(NOT_FOR_HERE)
        level = claims.get(self._theirs("assurance"))
        return ExternalIdentity(
            self.issuer, str(claims["sub"])[:LONGEST], account_type, said["name"],
            int(str(level)) if str(level).isascii() and str(level).isdigit() else 0,
            said["id_type"] or ("resident_id" if said["id_number"] else ""), said["id_number"], said["uscc"],
        )  # fmt: skip

    def _said(self, claims: dict[str, Any], name: str) -> str:
        value = claims.get(self._theirs(name))
        return value.strip()[:LONGEST] if isinstance(value, str) else ""

    def _theirs(self, name: str) -> str:
        return self.claims.get(name, name)

    def _endpoint(self, name: str) -> str:
        """Return an address the provider names; one without https is not taken from a provider with it."""
        address = str(self._discovered().get(name, ""))
        if urlsplit(address).scheme not in ("https", urlsplit(self.issuer).scheme):
            raise NotFederated(UNAVAILABLE)
        return address

    def _discovered(self) -> dict[str, Any]:
        found: dict[str, Any] = self._fetched(
            "discovery", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        )
        if found.get("issuer") != self.issuer:
            self._kept.clear()
            raise NotFederated(UNAVAILABLE)
        return found

    def _keys(self) -> KeySet:
        return KeySet.import_key_set(self._fetched("keys", self._endpoint("jwks_uri")))

    def _fetched(self, name: str, address: str) -> Any:
        """Return a document of the provider, kept for ten minutes."""
        at, document = self._kept.get(name, (0.0, None))
        if document is None or at < time.monotonic() - KEPT_SECONDS:
            document = self._json("GET", address)
            self._kept[name] = time.monotonic(), document
        return document

    def _json(self, method: str, address: str, **options: Any) -> dict[str, Any]:
        try:
            with httpx.Client(transport=self.transport, timeout=TIMEOUT_SECONDS) as client:
                answer = client.request(method, address, **options)
            if 400 <= answer.status_code < 500 and method == "POST":
                raise NotFederated(NOT_BELIEVED)  # a code that is used, too old, or not for us
            answer.raise_for_status()
            told = answer.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise NotFederated(UNAVAILABLE) from error
        if not isinstance(told, dict):
            raise NotFederated(UNAVAILABLE)
        return told

    def _derived(self, purpose: str, state: str) -> str:
        return _encoded(hmac.digest(self.secret.encode(), f"{purpose}:{state}".encode(), hashlib.sha256))


def new_state() -> str:
    """Return a text that nobody can guess and that one sign-in has to itself."""
    return secrets.token_urlsafe(32)


def federated_login(settings: Settings) -> FederatedLogin | None:
    """Return the provider that HATCHERY_OIDC_ISSUER names, the embedded one of a demo, or None: no such sign-in."""
    secret = secret_key_of(settings)
    redirect_uri = f"{settings.public_url}{RETURN_PATH}"
    if settings.oidc_issuer:
        return OidcLogin(
            settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, redirect_uri, secret,
            dict(settings.oidc_claims), settings.oidc_scope,
        )  # fmt: skip
    if not settings.is_demo:
        return None
    provider = EmbeddedProvider(settings.public_url, secret)
    return OidcLogin(
        provider.issuer, provider.client_id, provider.client_secret, redirect_uri, secret,
        transport=httpx.MockTransport(provider.answer),
    )  # fmt: skip


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

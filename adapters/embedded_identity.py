"""The identity provider of a demo: five made-up people, and all that OpenID Connect asks, without a network.

Its page is served by our own web; what the client asks directly is answered in the same process. Nothing is
stored: codes are signed and good for a minute, the signing key follows from the secret key.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from itsdangerous import BadData, URLSafeTimedSerializer
from joserfc import jwt
from joserfc.jwk import ECKey

from config import EMBEDDED_IDENTITY

CODE_SECONDS = 60
TOKEN_SECONDS = 300


@dataclass(frozen=True)
class DemoIdentity:
    """Somebody who has an account there. `hint`: what happens when he comes here."""

    key: str
    name: str
    account_type: str
    assurance: int
    hint: str
    id_number: str = ""
    uscc: str = ""

    @property
    def claims(self) -> dict[str, Any]:
        said = {
            "sub": f"demo-{self.key}", "name": self.name, "account_type": self.account_type,
            "assurance": self.assurance, "id_number": self.id_number, "uscc": self.uscc,
        }  # fmt: skip
        return {name: value for name, value in said.items() if value}


# The first two are those of the demo accounts gz_banshi and gz_qihang (demo/accounts.py, demo/units.py).
IDENTITIES = (
    DemoIdentity("person", "陈思敏", "natural", 4, "已有本平台账号 gz_banshi，第一次要验证一次后关联", "440106199102104860"),
    DemoIdentity("unit", "广州启航众创空间运营有限公司", "legal", 3, "已有本平台账号 gz_qihang，第一次要验证一次后关联", uscc="91440106MA57L58J7K"),
    DemoIdentity("new_person", "周亦然", "natural", 3, "没有本平台账号，注册时信息已填好，无须再实名认证", "330106198309069441"),
    DemoIdentity("new_unit", "广州云栖新创科技有限公司", "legal", 3, "没有本平台账号，注册时信息已填好，无须再实名认证", uscc="91440106MA5P7F6N40"),
    DemoIdentity("unchecked", "何家宝", "natural", 2, "在国家平台上没有实名，注册后还须实名认证"),
)  # fmt: skip


class WrongRequest(Exception):
    """A browser came with a request that is not of our client."""


@dataclass(frozen=True)
class EmbeddedProvider:
    """The provider as its page and its client see it."""

    public_url: str
    secret: str
    client_id: str = "hatchery"

    @property
    def issuer(self) -> str:
        return f"{self.public_url}{EMBEDDED_IDENTITY}"

    @property
    def client_secret(self) -> str:
        return self._derived("client").hex()

    def choices(self, query: Mapping[str, str]) -> tuple[list[tuple[DemoIdentity, str]], str]:
        """Return everybody with the address that a browser goes on to, and the address for going back without.

        Raises WrongRequest.
        """
        target = f"{self.public_url}/login/federated/return"
        wanted = {"client_id": self.client_id, "redirect_uri": target, "response_type": "code",
                  "code_challenge_method": "S256"}  # fmt: skip
        if any(query.get(name) != value for name, value in wanted.items()) or not query.get("state"):
            raise WrongRequest
        common = {"state": query["state"], "iss": self.issuer}
        facts = {name: query.get(name, "") for name in ("nonce", "code_challenge")}
        people = [
            (one, f"{target}?{urlencode(common | {'code': self._codes.dumps(facts | {'key': one.key})})}")
            for one in IDENTITIES
        ]
        return people, f"{target}?{urlencode(common | {'error': 'access_denied'})}"

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer what the client asks without a browser."""
        place = request.url.path.removeprefix(httpx.URL(self.issuer).path)
        if place == "/.well-known/openid-configuration":
            return httpx.Response(200, json=self._discovery())
        if place == "/keys":
            return httpx.Response(200, json={"keys": [self._key.as_dict(private=False) | {"kid": "demo"}]})
        if place == "/token" and request.method == "POST":
            return self._token(request)
        return httpx.Response(404)

    def _discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
        }  # fmt: skip

    def _token(self, request: httpx.Request) -> httpx.Response:
        form = dict(parse_qsl(request.content.decode()))
        expected = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        if not hmac.compare_digest(request.headers.get("Authorization", ""), f"Basic {expected}"):
            return httpx.Response(401, json={"error": "invalid_client"})
        try:
            facts = self._codes.loads(form.get("code", ""), max_age=CODE_SECONDS)
        except BadData:
            return httpx.Response(400, json={"error": "invalid_grant"})
        proof = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if facts["code_challenge"] != base64.urlsafe_b64encode(proof).rstrip(b"=").decode():
            return httpx.Response(400, json={"error": "invalid_grant"})
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": self.client_id, "iat": now, "exp": now + TOKEN_SECONDS,
            "nonce": facts["nonce"],
        } | next(one for one in IDENTITIES if one.key == facts["key"]).claims  # fmt: skip
        token = jwt.encode({"alg": "ES256", "kid": "demo"}, claims, self._key)
        return httpx.Response(200, json={"id_token": token, "access_token": "unused", "token_type": "Bearer"})

    @property
    def _codes(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.secret, salt="embedded identity")

    @property
    def _key(self) -> ECKey:
        number = int.from_bytes(self._derived("signing"), "big") >> 1  # below the order of the curve
        private = ec.derive_private_key(number, ec.SECP256R1())
        return ECKey.import_key(
            private.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )

    def _derived(self, purpose: str) -> bytes:
        return hmac.digest(self.secret.encode(), f"embedded identity {purpose}".encode(), hashlib.sha256)

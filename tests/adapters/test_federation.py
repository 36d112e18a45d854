"""The OpenID Connect client against a provider in this process: every parameter that must be right, wrong once."""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from adapters.embedded_identity import IDENTITIES, EmbeddedProvider, WrongRequest
from adapters.federation import (
    CANCELLED,
    NOT_BELIEVED,
    NOT_FOR_HERE,
    UNAVAILABLE,
    ExternalIdentity,
    NotFederated,
    OidcLogin,
    federated_login,
    new_state,
)
from config import Settings, UnsafeSettings
from tests.conftest import demo_settings

ISSUER, CLIENT = "https://id.example.com", "hatchery"
KEY, OTHER_KEY = ECKey.generate_key("P-256", {"kid": "a"}), ECKey.generate_key("P-256", {"kid": "b"})


class Provider:
    """A provider that says whatever a test wants. `asked`: the forms that came to the token endpoint."""

    def __init__(self) -> None:
        self.key: Any = KEY
        self.header = {"alg": "ES256", "kid": "a"}
        self.published: list[Any] = [KEY]
        self.changes: dict[str, Any] = {}
        self.discovery: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.nonce, self.token_status = "", 200
        self.asked: list[tuple[httpx.Headers, dict[str, str]]] = []
        self.fetched: list[str] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.fetched.append(request.url.path)
        if request.url.path == "/.well-known/openid-configuration":
            return httpx.Response(200, json={
                "issuer": ISSUER, "authorization_endpoint": f"{ISSUER}/authorize?tenant=1",
                "token_endpoint": f"{ISSUER}/token", "jwks_uri": f"{ISSUER}/keys",
                "userinfo_endpoint": f"{ISSUER}/userinfo",
            } | self.discovery)  # fmt: skip
        if request.url.path == "/keys":
            return httpx.Response(200, json={"keys": [one.as_dict(private=False) for one in self.published]})
        if request.url.path == "/userinfo":
            return httpx.Response(200, json=self.userinfo)
        self.asked.append((request.headers, dict(parse_qsl(request.content.decode()))))
        token = _unsigned(self._claims())
        if self.header["alg"] != "none":
            token = jwt.encode(self.header, self._claims(), self.key, algorithms=["ES256", "HS256", "RS256"])
        return httpx.Response(self.token_status, json={"id_token": token, "access_token": "t"})

    def _claims(self) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": ISSUER, "aud": CLIENT, "sub": "s-1", "iat": now, "exp": now + 300, "nonce": self.nonce,
            "xm": "周亦然", "zjhm": "330106198309069441", "level": "4",
        } | self.changes  # fmt: skip
        return {name: value for name, value in claims.items() if value is not None}


def _unsigned(claims: dict[str, Any]) -> str:
    parts = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in ({"alg": "none"}, claims)
    )
    return ".".join(parts) + "."


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def login(provider: Provider) -> OidcLogin:
    names = {"name": "xm", "id_number": "zjhm", "assurance": "level"}
    return OidcLogin(ISSUER, CLIENT, "secret&", "https://ours.example.com/login/federated/return", "k" * 32,
                     names, transport=httpx.MockTransport(provider.answer))  # fmt: skip


Come = Callable[..., ExternalIdentity]


@pytest.fixture
def come(login: OidcLogin, provider: Provider) -> Come:
    """Go there and come back, with these parameters besides the right ones."""

    def run(**params: str) -> ExternalIdentity:
        state = new_state()
        provider.nonce = httpx.URL(login.begin(state)).params["nonce"]
        return login.finish({"state": state, "code": "c"} | params)

    return run


def test_code_challenge_state_and_nonce_go_out_and_only_the_verifier_proves_them(
    login: OidcLogin, provider: Provider, come: Come
) -> None:
    state = new_state()
    sent = httpx.URL(login.begin(state)).params
    assert {
        "response_type": "code",
        "code_challenge_method": "S256",
        "state": state,
        "tenant": "1",
    }.items() <= dict(sent).items()
    identity = come()
    assert (identity.provider, identity.external_id, identity.account_type) == (ISSUER, "s-1", "natural")
    assert (identity.name, identity.id_type, identity.id_number) == (
        "周亦然",
        "resident_id",
        "330106198309069441",
    )
    assert identity.assurance == 4
    ((headers, form),) = provider.asked
    assert headers["Authorization"] == httpx.BasicAuth("hatchery", "secret%26")._auth_header
    assert form["code_verifier"] not in str(sent)
    assert len(form["code_verifier"]) == 43
    for secret in ("330106198309069441", "周亦然", "s-1", "secret&"):
        assert secret not in f"{identity!r}{login!r}"


def test_a_provider_without_basic_gets_the_secret_in_the_form(provider: Provider, come: Come) -> None:
    provider.discovery["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    come()
    assert provider.asked[0][1]["client_secret"] == "secret&"


WRONG = [
    {"iss": "https://other.example.com"}, {"aud": "another"}, {"aud": ["another"]}, {"nonce": "another"},
    {"nonce": None}, {"exp": int(time.time()) - 3600}, {"exp": None}, {"iat": None}, {"sub": None},
    {"iat": int(time.time()) + 3600}, {"nbf": int(time.time()) + 3600}, {"aud": [CLIENT, "another"]},
    {"aud": [CLIENT, "another"], "azp": "another"}, {"azp": "another"},
]  # fmt: skip


@pytest.mark.parametrize("changes", WRONG, ids=" ".join)  # the times in them differ each time
def test_a_token_that_is_wrong_in_one_thing_is_not_believed(
    provider: Provider, come: Come, changes: dict[str, Any]
) -> None:
    provider.changes = changes
    with pytest.raises(NotFederated, match="核对不上") as refused:
        come()
    assert str(refused.value) == NOT_BELIEVED


def test_two_audiences_are_fine_when_it_was_made_for_us(provider: Provider, come: Come) -> None:
    provider.changes = {"aud": [CLIENT, "another"], "azp": CLIENT}
    assert come().external_id == "s-1"


@pytest.mark.parametrize(
    ("key", "header"),
    [
        (OTHER_KEY, {"alg": "ES256", "kid": "a"}),  # somebody else's signature
        (OctKey.import_key("secret&" * 8), {"alg": "HS256"}),  # what every client could sign
        (None, {"alg": "none"}),
        (RSAKey.generate_key(2048), {"alg": "RS256", "kid": "a"}),
    ],
)
def test_a_signature_of_somebody_else_is_not_believed(
    provider: Provider, come: Come, key: Any, header: dict[str, str]
) -> None:
    provider.key, provider.header = key, header
    with pytest.raises(NotFederated) as refused:
        come()
    assert str(refused.value) == NOT_BELIEVED


def test_a_new_key_of_the_provider_is_asked_for_once(
    provider: Provider, come: Come, login: OidcLogin
) -> None:
    come()
    provider.key, provider.header, provider.published = (
        OTHER_KEY,
        {"alg": "ES256", "kid": "b"},
        [KEY, OTHER_KEY],
    )
    with pytest.raises(NotFederated):  # asked a moment ago: nobody can make us ask all the time
        come()
    login._kept["keys"] = (time.monotonic() - 60, login._kept["keys"][1])
    assert come().external_id == "s-1"
    assert provider.fetched.count("/keys") == 2
    assert provider.fetched.count("/.well-known/openid-configuration") == 1


ANSWERS = [
    ({"error": "access_denied"}, CANCELLED), ({"error": "server_error"}, UNAVAILABLE), ({"code": ""}, NOT_BELIEVED),
    ({"iss": "https://mix.example.com"}, NOT_BELIEVED), ({"state": ""}, NOT_BELIEVED),
    ({"state": "of somebody else"}, NOT_BELIEVED),
]  # fmt: skip


@pytest.mark.parametrize(("params", "text"), ANSWERS, ids=str)
def test_an_answer_that_is_none_says_the_way_on(come: Come, params: dict[str, str], text: str) -> None:
    with pytest.raises(NotFederated) as refused:
        come(**params)
    assert str(refused.value) == text
    assert "登录名和密码" in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("issuer", "https://other.example.com"), ("token_endpoint", "http://id.example.com/token"),
        ("jwks_uri", "file:///etc/passwd"), ("authorization_endpoint", "javascript:alert(1)"), ("token_endpoint", ""),
    ],
)  # fmt: skip
def test_a_provider_that_describes_itself_wrongly_is_unavailable(
    provider: Provider, come: Come, name: str, value: str
) -> None:
    provider.discovery[name] = value
    with pytest.raises(NotFederated) as refused:
        come()
    assert str(refused.value) == UNAVAILABLE


def test_a_code_that_is_used_is_refused_and_an_outage_says_so(provider: Provider, come: Come) -> None:
    for status, text in ((400, NOT_BELIEVED), (503, UNAVAILABLE)):
        provider.token_status = status
        with pytest.raises(NotFederated) as refused:
            come()
        assert str(refused.value) == text
    nobody = OidcLogin("http://127.0.0.1:9", "c", "s", "http://127.0.0.1/", "k" * 32)
    with pytest.raises(NotFederated, match="没有应答"):
        nobody.begin(new_state())


def test_more_is_asked_where_the_token_says_little_and_only_about_the_same_person(
    provider: Provider, come: Come
) -> None:
    provider.changes = {"xm": None, "zjhm": None, "level": None}
    provider.userinfo = {"sub": "s-1", "xm": "周亦然", "level": 3, "iss": "x"}
    assert (come().name, come().assurance) == ("周亦然", 3)
    provider.userinfo["sub"] = "s-2"
    with pytest.raises(NotFederated):
        come()


@pytest.mark.parametrize(
    ("level", "found"), [(3, 3), ("5", 5), (None, 0), (True, 0), ("high", 0), ("³", 0), (-4, 0)]
)
def test_a_grade_that_is_none_is_the_lowest(provider: Provider, come: Come, level: Any, found: int) -> None:
    provider.changes = {"level": level}
    assert come().assurance == found


def test_staff_never_comes_this_way(provider: Provider, come: Come) -> None:
    provider.changes = {"account_type": "staff"}
    with pytest.raises(NotFederated) as refused:
        come()
    assert str(refused.value) == NOT_FOR_HERE
    provider.changes = {"uscc": "91110108MA01ABC25F"}
    assert come().account_type == "legal"


def test_the_embedded_provider_keeps_to_the_protocol(tmp_path: Any) -> None:
    settings = replace(demo_settings("sqlite://", tmp_path), public_url="http://127.0.0.1:8123")
    login = federated_login(settings)
    assert isinstance(login, OidcLogin)
    provider = EmbeddedProvider(settings.public_url, settings.secret_key)
    state = new_state()
    query = dict(httpx.URL(login.begin(state)).params)
    people, back = provider.choices(query)
    assert [one for one, _ in people] == list(IDENTITIES)
    assert len(people) == 5
    for one, address in people:
        assert login.finish(dict(httpx.URL(address).params)).name == one.name
    with pytest.raises(NotFederated):
        login.finish(dict(httpx.URL(back).params))
    with pytest.raises(NotFederated):  # a stolen code without its verifier
        login.finish(dict(httpx.URL(people[0][1]).params) | {"state": new_state()})
    for name, value in (("redirect_uri", "https://evil.example.com/"), ("client_id", "x"), ("state", "")):
        with pytest.raises(WrongRequest):
            provider.choices(query | {name: value})


PRODUCTION = {
    "HATCHERY_ENV": "production", "HATCHERY_SECRET_KEY": "s" * 32, "HATCHERY_PUBLIC_URL": "https://ours.example.com",
    "HATCHERY_OIDC_CLIENT_ID": "c", "HATCHERY_OIDC_CLIENT_SECRET": "s", "HATCHERY_OIDC_ISSUER": ISSUER,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"HATCHERY_OIDC_ISSUER": "https://ours.example.com/demo/identity"}, "for the demo only"),
        ({"HATCHERY_OIDC_ISSUER": "http://id.example.com"}, "needs https://"),
        ({"HATCHERY_OIDC_CLIENT_SECRET": ""}, "HATCHERY_OIDC_CLIENT_SECRET"),
    ],
)
def test_production_starts_only_with_a_provider_of_its_own(changes: dict[str, str], why: str) -> None:
    assert federated_login(Settings.from_env(PRODUCTION)) is not None
    assert federated_login(Settings.from_env(PRODUCTION | {"HATCHERY_OIDC_ISSUER": ""})) is None
    with pytest.raises(UnsafeSettings, match=why):
        Settings.from_env(PRODUCTION | changes)

"""Where signing in may lead."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from blueprints.account.safe_next import safe_next
from tests.blueprints.signing_in import page_of, sign_in_as
from tests.build import build_account


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/filings",
        "/filings/1/venue?page=2",
        "/a/b#venue_rows-new",
        "/verify/ZCKJ-1",
        "/a//b",
        "/?next=//x",
    ],
)
def test_a_path_of_ours_is_a_place_to_go_on(path: str) -> None:
    assert safe_next(path) == path


EVIL = [
    "", "//evil.example", "///evil.example", "////evil.example/%2f..", "/\\evil.example",
    "\\\\evil.example", "\\/evil.example", "/\\/evil.example", "http://evil.example",
    "https://evil.example", "HTTPS://evil.example", "https:evil.example", "http:/evil.example",
    "https:///evil.example", "https:\\\\evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
    "data:text/html,x", "vbscript:x", "ftp://evil.example", "evil.example", "www.evil.example",
    ".evil.example", "@evil.example", ":80", "?next=x", "#x", " /filings", "/ /evil.example",
    "/\t/evil.example", "\t//evil.example", "/\n/evil.example", "\n//evil.example",
    "/\r\nLocation: https://evil.example", "/filings\r\nSet-Cookie: a=b", "/\x00/evil.example",
    "\x00//evil.example", "/filings\x7f", "/\x0b/evil.example", "/\u2028/evil.example",
    "/\uff0fevil.example", "／／evil.example", "/。evil", "/申报", "/\u202eevil", "/\ufeff/evil.example",
    "\ufeff//evil.example", "/\u00a0/evil.example", "/login", "/login?next=/login", "/logout",
    "/logout?x=1", "/filings\\..\\..", "/a\\b", "/" + "a" * 600, "//\\evil.example",
    "/\\\\evil.example", "//%0d%0aevil", "//user@evil.example", "//evil.example:80/filings",
    "//[::1]/", "//127.0.0.1", "//localhost%00.evil.example", "//　evil.example",
]  # fmt: skip


@pytest.mark.parametrize("path", EVIL)
def test_nothing_leads_a_sign_in_away_from_us(path: str) -> None:
    assert len(EVIL) >= 60
    assert safe_next(path) is None


def test_signing_in_goes_on_where_one_was_stopped(client: FlaskClient, session: Session) -> None:
    stopped = client.get("/account/sessions?page=2")
    assert stopped.status_code == 401
    assert page_of(stopped).select_one("input[name=next]")["value"] == "/account/sessions?page=2"
    name = build_account(session).login_name
    answer = sign_in_as(client, name, path="/login?next=/account/sessions%3Fpage%3D2")
    assert answer.location == "/account/sessions?page=2"
    assert sign_in_as(client, name, path="/login?next=//evil.example").location == "/"
    assert sign_in_as(client, name, next="https://evil.example").location == "/"

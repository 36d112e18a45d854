"""What every answer carries, errors, files and static ones included."""

import gzip
from dataclasses import replace
from pathlib import Path

import brotli
import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app import create_app
from blueprints.access import public, signed_in
from blueprints.headers import SECURITY_HEADERS
from config import Settings
from extensions import db
from tests.blueprints.test_access import address_of
from tests.build import build_account, sign_in
from tests.postgres import long_on_postgresql


def addresses(app: Flask) -> list[str]:
    found = [address_of(app, rule) for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    return [*found, "/nowhere", "/static/nowhere.css"]


@long_on_postgresql
def test_every_answer_is_protected_and_nothing_personal_is_stored(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    for account in (None, build_account(session), build_account(session, "staff", staff_role="helpdesk")):
        if account:
            sign_in(client, account)
        for address in addresses(app):
            for headers in ({}, {"HX-Request": "true"}):
                response = client.get(address, headers=headers)
                for name, value in SECURITY_HEADERS.items():
                    assert response.headers[name] == value, (address, name)
                assert "HX-Request" in response.headers["Vary"]
                if address not in PUBLIC_FILES:
                    assert response.headers["Cache-Control"] == "no-store", address
                assert "Server" not in response.headers or "Werkzeug" not in response.headers["Server"]


def test_a_fragment_names_the_build_of_the_page_it_belongs_to(
    client: FlaskClient, session: Session, app: Flask
) -> None:
    sign_in(client, build_account(session))
    for address in ("/filings", "/nowhere"):
        page, fragment = client.get(address), client.get(address, headers={"HX-Request": "true"})
        assert f'data-build="{app.extensions["build"]}"' in page.text
        assert fragment.headers["X-Build"] == app.extensions["build"]
        assert "X-Build" not in page.headers


PUBLIC_FILES = {"/offline", "/sw.js", "/manifest.webmanifest"}


@pytest.mark.parametrize("address", sorted(PUBLIC_FILES))
def test_what_may_be_stored_is_the_same_for_everybody(
    client: FlaskClient, session: Session, address: str
) -> None:
    before = client.get(address)
    account = build_account(session)
    sign_in(client, account)
    after = client.get(address)
    assert before.text == after.text
    assert "Set-Cookie" not in after.headers
    assert "csrf" not in after.text
    assert account.login_name not in after.text


def test_static_files_have_the_headers_and_are_kept_for_ever(app: Flask, client: FlaskClient) -> None:
    address = app.jinja_env.globals["asset"]("app.css")
    with client.get(address, headers={"Accept-Encoding": "br"}) as response:
        assert response.status_code == 200
    assert response.headers["Content-Encoding"] == "br"
    assert "immutable" in response.headers["Cache-Control"]
    for name, value in SECURITY_HEADERS.items():
        assert response.headers[name] == value


def test_a_view_may_be_stricter_but_a_personal_one_is_never_stored(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    def file() -> Response:
        strict = {"Content-Security-Policy": "sandbox", "Cache-Control": "private, max-age=60"}
        return Response("x", headers=strict)

    app.add_url_rule("/own-file", "own_file", signed_in(file))
    sign_in(client, build_account(session))
    response = client.get("/own-file")
    assert response.headers["Content-Security-Policy"] == "sandbox"
    assert response.headers["Cache-Control"] == "no-store"


def test_https_gets_host_cookies_and_strict_transport(
    settings: Settings, tmp_path: Path, session: Session
) -> None:
    secure = replace(settings, env="production", now=None, public_url="https://hatchery.example")
    client = create_app(secure).test_client()
    response = client.get("/login", base_url="https://hatchery.example")
    assert response.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    cookies = response.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        assert "Secure" in cookie
        assert "Domain" not in cookie
    assert client.get("/login", base_url="https://evil.example").status_code == 400
    db.close()
    db.engine.dispose()


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("br", "br"),
        ("gzip", "gzip"),
        ("gzip, br", "br"),
        ("gzip;q=0.5", "gzip"),
        ("br;q=0", None),
        ("identity", None),
        ("", None),
    ],
)
def test_pages_are_compressed_as_the_browser_wishes(
    client: FlaskClient, accepted: str, coding: str | None
) -> None:
    response = client.get("/offline", headers={"Accept-Encoding": accepted})
    assert response.headers.get("Content-Encoding") == coding
    assert "Accept-Encoding" in response.headers["Vary"]
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[coding]
    assert "现在连不上网络".encode() in unpack(response.data)
    assert int(response.headers["Content-Length"]) == len(response.data)


def test_small_and_binary_answers_stay_as_they_are(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/small", "small", public(lambda: "x" * 500))
    app.add_url_rule("/pdf", "pdf", public(lambda: Response(b"x" * 9000, mimetype="application/pdf")))
    for path in ("/small", "/pdf", "/healthz"):
        assert "Content-Encoding" not in client.get(path, headers={"Accept-Encoding": "br, gzip"}).headers


def test_no_page_of_the_frame_has_inline_scripts_or_styles(client: FlaskClient, session: Session) -> None:
    sign_in(client, build_account(session))
    for path in ("/login", "/logout", "/account/sessions", "/account/unit", "/offline", "/nowhere"):
        html = client.get(path).text
        for forbidden in (" style=", "<style", "hx-on", "javascript:", " onclick", "<script>"):
            assert forbidden not in html, (path, forbidden)

"""Going through the sign-in page as a person does."""

import threading
from collections.abc import Callable
from typing import Any

from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.build import PASSWORD


def page_of(response: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(response.text, "html.parser")


def typed_form(client: FlaskClient, path: str = "/login", **typed: str) -> dict[str, str]:
    """Open the sign-in page and fill it in; the demo has typed the captcha already."""
    form = page_of(client.get(path)).select_one("form[action='/login']")
    assert form is not None
    given = {str(field["name"]): str(field.get("value", "")) for field in form.select("input[name]")}
    return given | {"password": PASSWORD} | typed


def sign_in_as(client: FlaskClient, login_name: str, *, path: str = "/login", **typed: str) -> TestResponse:
    """Sign in with the right captcha, by default as a legal account with the right password."""
    return client.post("/login", data=typed_form(client, path, login_name=login_name, **typed))


def post(client: FlaskClient, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
    """Post as a page of ours does, with the CSRF token of this browser."""
    token = page_of(client.get("/login")).select_one("meta[name=csrf]")
    assert token is not None
    return client.post(path, data={"csrf_token": token["content"], **(data or {})}, **options)


def message_of(response: TestResponse) -> str:
    """Return the notice of the sign-in page as a person reads it."""
    notice = page_of(response).select_one("#signin-notice")
    return notice.get_text(strip=True) if notice else ""


def same_browser(app: Flask, client: FlaskClient) -> FlaskClient:
    """Return a second window of the same browser."""
    twin = FlaskClient(app, app.response_class)
    for name in ("SESSION_COOKIE_NAME", "CAPTCHA_COOKIE", "SIGN_IN_COOKIE"):
        if cookie := client.get_cookie(app.config[name]):
            twin.set_cookie(cookie.key, cookie.value)
    return twin


def all_at_once(acts: list[Callable[[], TestResponse]]) -> list[int]:
    """Start all at the same moment, each in its own thread; return their statuses."""
    start, statuses = threading.Barrier(len(acts)), list[int]()

    def run(act: Callable[[], TestResponse]) -> None:
        start.wait()
        statuses.append(act().status_code)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses

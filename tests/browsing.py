"""A clerk at a browser without JavaScript: follows links, sends forms with their token."""

import re
import uuid
from io import BytesIO
from typing import Any

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models.account import Account
from tests.build import sign_in


class Clerk:
    """Somebody signed in, with the CSRF token of a page he saw."""

    def __init__(self, client: FlaskClient, account: Account) -> None:
        self.client = client
        sign_in(client, account)
        page = client.get("/verify").get_data(as_text=True)
        self.token = re.search(r'name="csrf" content="([^"]+)"', page)[1]  # type: ignore[index]

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, buffered=True, **options)

    def page(self, path: str) -> BeautifulSoup:
        """Open a page that must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.get_data(as_text=True)[:2000])
        return soup(answer)

    def post(
        self, path: str, answers: dict[str, Any] | None = None, *, htmx: bool = False, **headers: str
    ) -> TestResponse:
        if htmx:
            headers["HX-Request"] = "true"
        data = {"csrf_token": self.token} | (answers or {})
        answer = self.client.post(path, data=data, headers=headers, buffered=True)
        answer.request.environ["wsgi.input"].close()  # a large one is a temporary file
        return answer

    def upload(self, path: str, data: bytes, name: str = "证明.pdf", *, htmx: bool = False) -> TestResponse:
        return self.post(path, {"file": (BytesIO(data), name)}, htmx=htmx)

    def open_filing(self, carrier: str = "") -> str:
        """Open a draft and return its address."""
        answer = self.post("/filings", {"kind": "makerspace", "carrier": carrier})
        assert answer.status_code == 303, answer.get_data(as_text=True)[:2000]
        return answer.headers["Location"].rsplit("/", 1)[0]


def soup(answer: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def values(page: BeautifulSoup) -> dict[str, str]:
    """Read every derived value of a page by its name."""
    return {tag["data-name"]: tag["data-value"] for tag in page.select("output[data-name]")}  # type: ignore[misc]


def codes(page: BeautifulSoup) -> list[str]:
    """Read the codes of all messages of a page."""
    return [str(tag["data-error"]) for tag in page.select("[data-error]")]


def conditions(page: BeautifulSoup) -> dict[str, str]:
    """Read the state of every condition of a page by its code."""
    return {tag["data-condition"]: tag["data-state"] for tag in page.select("[data-condition]")}  # type: ignore[misc]


def tab_states(page: BeautifulSoup) -> dict[str, str]:
    return {tag["data-tab"]: tag["data-state"] for tag in page.select("#filing-status [data-tab]")}  # type: ignore[misc]


def row_id(answer: TestResponse) -> uuid.UUID:
    """Read the id of the row an answer to a saved row leads to."""
    return uuid.UUID(answer.headers["Location"].rsplit("-", 5)[1] + answer.headers["Location"][-28:])

"""A clerk over HTTP, at a running copy of the product: what `tests.browsing.Clerk` does without a server."""

import re
import urllib.request
import uuid
from dataclasses import dataclass
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from io import BytesIO
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urlsplit

from bs4 import BeautifulSoup

from demo.accounts import PASSWORD

PATIENCE = 120  # seconds; an answer may wait for the children of others


@dataclass(frozen=True)
class Answer:
    """Like Werkzeug's TestResponse, as far as tests ask."""

    status_code: int
    headers: Any
    data: bytes

    @property
    def text(self) -> str:
        return self.data.decode()

    def get_data(self, as_text: bool = False) -> str | bytes:
        return self.text if as_text else self.data

    @property
    def page(self) -> BeautifulSoup:
        return BeautifulSoup(self.text, "html.parser")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


class Visitor:
    """Somebody signed in by the sign-in page, on the tab of his `account_type`."""

    def __init__(self, url: str, login: str, account_type: str = "legal") -> None:
        self.url, self.token = url, ""
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(cookies, _NoRedirect, urllib.request.ProxyHandler({}))
        form = self.get(f"/login?account_type={account_type}").page.select_one("form:has([name=login_name])")
        typed = {str(field["name"]): str(field.get("value", "")) for field in form.select("input[name]")}
        typed |= {"login_name": login, "password": PASSWORD, "account_type": account_type}
        answer = self.post(str(form.get("action") or "/login"), typed)
        assert answer.status_code == 303, answer.text[:2000]
        self.token = str(self.get("/verify").page.select_one("meta[name=csrf]")["content"])

    def get(self, path: str, *, htmx: bool = False) -> Answer:
        headers = {"HX-Request": "true"} if htmx else {}
        return self._ask(urllib.request.Request(self._address(path), headers=headers))

    def weight(self, path: str) -> int:
        """Return how many bytes the body is that a browser gets."""
        answer = self._ask(urllib.request.Request(self._address(path), headers={"Accept-Encoding": "br"}))
        assert (answer.status_code, answer.headers["Content-Encoding"]) == (200, "br"), path
        return len(answer.data)

    def page(self, path: str) -> BeautifulSoup:
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.page

    def post(self, path: str, answers: dict[str, Any] | None = None, *, htmx: bool = False) -> Answer:
        """Send a form; a value (stream, name) is a file, a list several values."""
        given = {"csrf_token": self.token} | (answers or {})
        if any(isinstance(value, tuple) for value in given.values()):
            body, kind = _multipart(given)
        else:
            body, kind = urlencode(given, doseq=True).encode(), "application/x-www-form-urlencoded"
        headers = {"Content-Type": kind, "Referer": self.url} | ({"HX-Request": "true"} if htmx else {})
        return self._ask(urllib.request.Request(self._address(path), body, headers))

    def upload(self, path: str, data: bytes, name: str = "证明.pdf", *, htmx: bool = False) -> Answer:
        return self.post(path, {"file": (BytesIO(data), name)}, htmx=htmx)

    def open_filing(self) -> str:
        """Open a draft for a makerspace that is new, and return its address."""
        answer = self.post("/filings", {"kind": "makerspace", "carrier": "new"})
        assert answer.status_code == 303, answer.text[:2000]
        return urlsplit(str(answer.headers["Location"])).path.rsplit("/", 1)[0]

    def _address(self, path: str) -> str:
        return path if path.startswith("http") else self.url + quote(path, safe="/?&=#%-_.")

    def _ask(self, request: urllib.request.Request) -> Answer:
        try:
            response: HTTPResponse | HTTPError = self._opener.open(request, timeout=PATIENCE)
        except HTTPError as error:  # every status that is not 2xx
            response = error
        with response:
            return Answer(response.status or 0, response.headers, response.read())


def _multipart(given: dict[str, Any]) -> tuple[bytes, str]:
    border = uuid.uuid4().hex
    parts = []
    for name, value in given.items():
        head = f'--{border}\r\nContent-Disposition: form-data; name="{name}"'
        if isinstance(value, tuple):
            file_name = re.sub('"', "%22", value[1])
            head += f'; filename="{file_name}"\r\nContent-Type: application/octet-stream'
        content = value[0].read() if isinstance(value, tuple) else str(value).encode()
        parts.append(head.encode() + b"\r\n\r\n" + content + b"\r\n")
    return b"".join(parts) + f"--{border}--\r\n".encode(), f"multipart/form-data; boundary={border}"

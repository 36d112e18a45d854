"""A clerk who reaches a running server through HTTP, with the words of tests.browsing.Clerk."""

import http.client
import re
import threading
from dataclasses import dataclass
from http.cookies import SimpleCookie
from io import BytesIO
from typing import Any

from bs4 import BeautifulSoup
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

SECONDS = 60
# How a request ends whose server was killed under it.
CUT_OFF = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Answer:
    status_code: int
    headers: dict[str, str]
    data: bytes

    @property
    def text(self) -> str:
        return self.data.decode("utf-8", "replace")

    def get_data(self, as_text: bool = True) -> str:
        return self.text


class HttpClerk:
    """Somebody signed in by the cookie `name=token`; a request whose server dies raises one of CUT_OFF."""

    def __init__(self, port: int, name: str, token: str) -> None:
        self.port, self.cookies, self.csrf = port, {name: token}, ""
        self.statuses: dict[int, int] = {}
        self._lock = threading.Lock()

    def get(self, path: str) -> Answer:
        return self._send("GET", path)

    def page(self, path: str) -> BeautifulSoup:
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:2000])
        return BeautifulSoup(answer.text, "html.parser")

    def post(self, path: str, answers: dict[str, Any] | None = None, *, htmx: bool = False) -> Answer:
        if not self.csrf:
            page = self.get("/verify").text
            self.csrf = re.search(r'name="csrf" content="([^"]+)"', page)[1]  # type: ignore[index]
        boundary, body = encode_multipart({"csrf_token": self.csrf} | (answers or {}))
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self._send("POST", path, body, headers | ({"HX-Request": "true"} if htmx else {}))

    def upload(self, path: str, data: bytes, name: str = "证明.pdf", *, htmx: bool = False) -> Answer:
        return self.post(path, {"file": FileStorage(BytesIO(data), name)}, htmx=htmx)

    def open_filing(self, carrier: str = "new") -> str:
        answer = self.post("/filings", {"kind": "makerspace", "carrier": carrier})
        assert answer.status_code == 303, answer.text[:2000]
        return answer.headers["Location"].rsplit("/", 1)[0]

    def _send(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(method, path, body, {"Cookie": cookies} | (headers or {}))
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: one.value for name, one in SimpleCookie(line).items()}
        with self._lock:
            self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
        return Answer(answer.status, dict(answer.headers), data)

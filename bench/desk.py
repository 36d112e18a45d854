"""A clerk at the application itself, without a server between: what a request costs is the program's alone."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import event

from extensions import db


@dataclass(frozen=True)
class Answer:
    """What came back, and the processor time it took."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def text(self) -> str:
        return self.body.decode()


class Desk:
    """Calls a WSGI application; keeps its cookies, and sends the CSRF token once it saw one."""

    def __init__(self, application: Callable[..., Any], cookies: dict[str, str] | None = None) -> None:
        self.application = application
        self.cookies = cookies or {}
        self.token = ""

    def get(self, path: str, *, htmx: bool = False) -> Answer:
        """Open a page, or get a fragment."""
        answer = self._call("GET", path, b"", htmx)
        found = re.search(r'name="csrf" content="([^"]+)"', answer.text)
        self.token = found[1] if found else self.token
        return answer

    def post(self, path: str, fields: dict[str, Any] | None = None, *, htmx: bool = True) -> Answer:
        """Send a form as HTMX does."""
        body = urlencode(fields or {}, doseq=True).encode()
        return self._call("POST", path, body, htmx)

    def _call(self, method: str, path: str, body: bytes, htmx: bool) -> Answer:
        environ, said = self._environ(method, path, body, htmx), []
        before = time.process_time()
        chunks = self.application(environ, lambda status, headers, *rest: said.append((status, headers)))
        content = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
        seconds = time.process_time() - before
        status, headers = said[0]
        self._keep_cookies(headers)
        return Answer(int(status.split()[0]), dict(headers), content, seconds)

    def _environ(self, method: str, path: str, body: bytes, htmx: bool) -> dict[str, Any]:
        path, _, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "localhost",
            "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "localhost", "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body), "wsgi.errors": BytesIO(), "wsgi.multithread": True,
            "wsgi.multiprocess": False, "wsgi.run_once": False, "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": "application/x-www-form-urlencoded", "HTTP_X_CSRFTOKEN": self.token,
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }  # fmt: skip
        return environ | ({"HTTP_HX_REQUEST": "true"} if htmx else {})

    def _keep_cookies(self, headers: list[tuple[str, str]]) -> None:
        for name, value in headers:
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements sent to the database meanwhile."""
    statements: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield statements
    event.remove(db.engine, "before_cursor_execute", note)

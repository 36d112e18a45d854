"""A browser that costs next to nothing: it shares the cores with what it measures."""

import asyncio
import re
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import brotli

PATIENCE = 60


@dataclass(frozen=True)
class Answer:
    """What came back, how long it took, and how many bytes were sent. Status 0: nothing came back."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float
    size: int = 0


class Browser:
    """One kept-alive connection with the cookies of whoever sits there."""

    def __init__(self, url: str, cookies: dict[str, str] | None = None) -> None:
        address = urlsplit(url)
        self._host, self._port = address.hostname or "127.0.0.1", address.port or 80
        self.cookies = dict(cookies or {})
        self.token = ""
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def get(self, path: str, *, htmx: bool = False) -> Answer:
        """Open a page, or get a fragment."""
        answer = await self._send("GET", path, b"", htmx)
        found = re.search(rb'name="csrf" content="([^"]+)"', answer.body)
        self.token = found[1].decode() if found else self.token
        return answer

    async def post(self, path: str, fields: dict[str, Any] | None = None, *, htmx: bool = True) -> Answer:
        """Send a form as HTMX does."""
        return await self._send("POST", path, urlencode(fields or {}, doseq=True).encode(), htmx)

    async def close(self) -> None:
        """Close the connection."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None

    async def _send(self, method: str, path: str, body: bytes, htmx: bool) -> Answer:
        begun, head = time.perf_counter(), self._head(method, path, body, htmx)
        try:
            status, headers, content = await asyncio.wait_for(self._tried(head + body), PATIENCE)
        except (OSError, EOFError, TimeoutError):
            await self.close()
            return Answer(0, {}, b"", time.perf_counter() - begun)
        seconds, body = time.perf_counter() - begun, content
        if headers.get("content-encoding") == "br":
            body = brotli.decompress(content)
        return Answer(status, headers, body, seconds, len(content))

    async def _tried(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        """Send, once more when the server had closed a resting connection: browsers do that, too."""
        if self._writer is not None:
            try:
                return await self._exchange(request)
            except (OSError, EOFError):
                await self.close()
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        return await self._exchange(request)

    async def _exchange(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        reader, writer = self._reader, self._writer
        if reader is None or writer is None:
            raise EOFError
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = self._read_headers(head[1:])
        if headers.get("transfer-encoding") == "chunked":
            body = await _chunks(reader)
        else:
            body = await reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("connection") == "close":
            await self.close()
        return int(head[0].split()[1]), headers, body

    def _read_headers(self, lines: list[str]) -> dict[str, str]:
        headers = {}
        for line in lines:
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return headers

    def _head(self, method: str, path: str, body: bytes, htmx: bool) -> bytes:
        lines = [
            f"{method} {path} HTTP/1.1", f"Host: {self._host}:{self._port}", "Accept-Encoding: br",
            f"Cookie: {'; '.join(f'{name}={value}' for name, value in self.cookies.items())}",
        ]  # fmt: skip
        if method == "POST":
            lines += [
                "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}",
                f"X-CSRFToken: {self.token}",
            ]  # fmt: skip
        lines += ["HX-Request: true"] if htmx else []
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readline()
    return b"".join(parts)

"""The gateway adapter against a real server on this machine."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from adapters.errors import NotSent
from adapters.sms import GatewaySms


class Gateway(HTTPServer):
    """Answers every request with `status` and `answer`, and keeps what came."""

    status, answer = 200, '{"message_id": "m-1"}'

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[tuple[dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/send"


class _Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(self.server.answer.encode())

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    gateway = Gateway()
    thread = threading.Thread(target=gateway.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield gateway
    gateway.shutdown()
    thread.join()
    gateway.server_close()


def test_a_message_is_signed_and_named(gateway: Gateway) -> None:
    sender = GatewaySms(gateway.url, "hatchery", "the shared secret")
    assert sender.send("13812345678", "您的申报被退回", "return", "key-1") == "m-1"
    headers, body = gateway.got[0]
    expected = hmac.new(b"the shared secret", headers["X-Timestamp"].encode() + b"." + body, hashlib.sha256)
    assert headers["X-Signature"] == expected.hexdigest()
    sent = json.loads(body)
    assert (sent["mobile"], sent["text"], sent["idempotency_key"]) == (
        "13812345678", "您的申报被退回", "key-1",
    )  # fmt: skip


@pytest.mark.parametrize(("status", "answer"), [(503, ""), (200, "not json"), (200, "{}"), (200, "[]")])
def test_what_the_gateway_does_not_take_is_not_sent(gateway: Gateway, status: int, answer: str) -> None:
    gateway.status, gateway.answer = status, answer
    with pytest.raises(NotSent) as refusal:
        GatewaySms(gateway.url, "hatchery", "s").send("13812345678", "x", "return", "k")
    assert "13812345678" not in str(refusal.value)


def test_a_gateway_that_is_away_is_named_as_such() -> None:
    with pytest.raises(NotSent, match="没有应答"):
        GatewaySms("http://127.0.0.1:9/send", "hatchery", "s").send("13812345678", "x", "return", "k")

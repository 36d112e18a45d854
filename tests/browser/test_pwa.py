"""The installable shell: what the browser keeps, what it shows offline, and that signing out leaves nothing."""

import http.client
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.clerk import Clerk
from tests.served import Served

KEPT = """async () => {
    const found = [];
    for (const name of await caches.keys())
        for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
    return found;
}"""
OTHER_STORES = """async () => [
    ...await indexedDB.databases(), ...Object.keys(localStorage), ...Object.keys(sessionStorage)
]"""
# HTMX notes the address of the page in the tab that shows it, whatever is configured.
HTMX_NOTE = "htmx-current-path-for-history"
REGISTRATIONS = "async () => (await navigator.serviceWorker.getRegistrations()).length"
HASHED = re.compile(r"/static/(.+/)?[\w.-]+\.[0-9a-f]{12}\.\w+")


@pytest.fixture
def clerk(page: Page) -> Clerk:
    """A clerk whose browser has installed the shell."""
    clerk = Clerk(page)
    clerk.sign_in("fs_chancheng")
    controlled(clerk)
    return clerk


def controlled(clerk: Clerk) -> None:
    """Wait until the service worker serves this page."""
    clerk.page.evaluate("async () => { await navigator.serviceWorker.ready }")
    clerk.page.reload()
    assert clerk.page.evaluate("Boolean(navigator.serviceWorker.controller)")


def test_only_static_files_and_the_offline_page_are_kept(clerk: Clerk) -> None:
    clerk.new_filing("新增众创空间")
    for path in ("basic_info", "venue", "teams", "problems", "/filings", "/account/sessions", "/verify"):
        clerk.open(path)
    kept = clerk.page.evaluate(KEPT)
    assert "/offline" in kept
    foreign = [path for path in kept if path not in ("/offline", "/manifest.webmanifest")]
    assert [path for path in foreign if not HASHED.fullmatch(path)] == []
    assert clerk.page.evaluate(OTHER_STORES) == [HTMX_NOTE]


def test_without_a_network_the_offline_page_answers_and_says_nothing_of_anybody(clerk: Clerk) -> None:
    page = clerk.page
    page.context.set_offline(True)
    page.goto("/filings")
    expect(page.locator("h1")).to_have_text("现在连不上网络")
    assert "fs_chancheng" not in page.content()
    page.context.set_offline(False)
    page.get_by_role("link", name="重新打开").click()
    expect(page.locator("h1")).to_contain_text("众创空间")


def test_what_was_typed_stays_when_the_network_is_lost(clerk: Clerk) -> None:
    page = clerk.page
    clerk.new_filing("新增众创空间")
    clerk.open("venue")
    page.context.set_offline(True)
    clerk.fill({"address": "科韵路16号"}, clerk.blank("venue_rows"), "row-new")
    page.keyboard.press("Enter")
    expect(page.locator("#msg")).to_contain_text("网络中断")
    expect(clerk.blank("venue_rows").locator("[name=address]")).to_have_value("科韵路16号")
    page.context.set_offline(False)
    page.keyboard.press("Enter")
    expect(clerk.rows("venue_rows")).to_have_count(1)


def test_signing_out_leaves_nothing(clerk: Clerk) -> None:
    page = clerk.page
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("button", name="用户登录")).to_be_visible()
    expect_soon(lambda: page.evaluate(KEPT) == [] and page.evaluate(REGISTRATIONS) == 0)
    page.go_back()
    expect(page.get_by_role("button", name="用户登录")).to_be_visible()
    assert "fs_chancheng" not in page.content()


def test_a_new_version_waits_until_nothing_is_unsaved(page: Page, live_server: Served) -> None:
    with _Relay(live_server) as relay:
        page.goto(f"{relay.url}/login")
        clerk = Clerk(page)
        clerk.server = relay.url
        clerk.sign_in("fs_chancheng")
        controlled(clerk)
        banner = page.get_by_text("新版本可用。")
        expect(banner).to_be_hidden()
        clerk.new_filing("新增众创空间")
        clerk.open("venue")
        clerk.blank("venue_rows").locator("[name=address]").fill("科韵路16号")
        relay.build = "next"
        page.evaluate("async () => { await (await navigator.serviceWorker.getRegistration()).update() }")
        expect(banner).to_be_visible()
        page.get_by_role("button", name="刷新页面").click()
        expect(page.locator("#msg")).to_contain_text("还有内容没保存")
        clerk.blank("venue_rows").get_by_role("button", name="添加").click()
        expect(clerk.rows("venue_rows")).to_have_count(1)
        with page.expect_navigation():
            page.get_by_role("button", name="刷新页面").click()
        expect(banner).to_be_hidden()
        assert all("next" in name for name in page.evaluate("caches.keys()"))


def test_the_manifest_offers_what_installing_needs(clerk: Clerk) -> None:
    manifest = clerk.fetch("/manifest.webmanifest").json()
    assert (manifest["name"], manifest["display"], manifest["start_url"]) == ("孵化申报", "standalone", "/")
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in manifest["icons"]}
    assert "maskable" in {icon.get("purpose") for icon in manifest["icons"]}
    for icon in manifest["icons"]:
        assert clerk.fetch(icon["src"]).headers["content-type"] == "image/png"


def expect_soon(is_so: Callable[[], bool]) -> None:
    """Ask again for a while; what the browser removes it removes in its own time."""
    for _ in range(50):
        if is_so():
            return
        threading.Event().wait(0.1)
    assert is_so()


class _Relay:
    """The running product under another address, with a service worker of whatever build is asked for."""

    def __init__(self, served: Served) -> None:
        self.target, self.build = urlsplit(served.url).netloc, ""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> "_Relay":
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.server.shutdown()
        self.server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        relay = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                connection = http.client.HTTPConnection(relay.target)
                kept = {n: v for n, v in self.headers.items() if n not in ("Accept-Encoding", "Connection")}
                connection.request(self.command, self.path, body, kept)
                answer = connection.getresponse()
                content = answer.read()
                connection.close()
                if self.path == "/sw.js":
                    content = content.replace(b"BUILD = '", b"BUILD = '" + relay.build.encode())
                self.send_response_only(answer.status)
                for name, value in answer.getheaders():
                    if name not in ("Content-Length", "Connection"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


@pytest.fixture(autouse=True)
def _online_again(page: Page) -> Iterator[None]:
    yield
    page.context.set_offline(False)

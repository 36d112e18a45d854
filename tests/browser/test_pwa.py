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

from assets import NO_SERVICE_WORKER
from blueprints.pages import STATIC
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
SWITCHED_OFF = (STATIC / NO_SERVICE_WORKER).read_bytes()
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


@pytest.mark.once
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
    page.keyboard.press("Enter")  # too late: the row was sent again by itself
    expect(page.locator("#msg")).to_contain_text("没有要保存的内容")
    expect(clerk.rows("venue_rows")).to_have_count(1)


def test_signing_out_leaves_nothing(clerk: Clerk) -> None:
    page = clerk.page
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("button", name="用户登录")).to_be_visible()
    expect_soon(lambda: page.evaluate(KEPT) == [] and page.evaluate(REGISTRATIONS) == 0)
    page.go_back()
    expect(page.get_by_role("button", name="用户登录")).to_be_visible()
    assert "fs_chancheng" not in page.content()


def at_the_venues(page: Page, relay: "_Relay") -> Clerk:
    """A clerk whose browser has installed the shell, behind the relay, with a draft open."""
    clerk = Clerk(page)
    clerk.server = relay.url
    clerk.sign_in("fs_chancheng")
    controlled(clerk)
    clerk.new_filing("新增众创空间")
    clerk.open("venue")
    return clerk


def test_a_new_version_waits_until_nothing_is_unsaved(page: Page, live_server: Served) -> None:
    with _Relay(live_server) as relay:
        clerk = at_the_venues(page, relay)
        banner = page.get_by_text("新版本可用。")
        expect(banner).to_be_hidden()
        clerk.blank("venue_rows").locator("[name=address]").fill("科韵路16号")
        relay.worker = "next"
        page.evaluate("async () => { await (await navigator.serviceWorker.getRegistration()).update() }")
        expect(banner).to_be_visible()
        page.get_by_role("link", name="刷新页面").click()
        expect(page.locator("#msg")).to_contain_text("还有内容没保存")
        clerk.blank("venue_rows").get_by_role("button", name="添加").click()
        expect(clerk.rows("venue_rows")).to_have_count(1)
        with page.expect_navigation():
            page.get_by_role("link", name="刷新页面").click()
        expect(banner).to_be_hidden()
        assert all("next" in name for name in page.evaluate("caches.keys()"))


@pytest.mark.once
def test_a_fragment_of_another_build_is_not_put_into_the_page(page: Page, live_server: Served) -> None:
    with _Relay(live_server) as relay:
        clerk = at_the_venues(page, relay)
        clerk.add_row("venue_rows", {"address": "甲"})
        blank, line = clerk.blank("venue_rows"), page.locator("#msg")
        relay.fragments = "next"
        for address in ("乙", "丙"):  # stored, and what is typed next is another row
            blank.locator("[name=address]").fill(address)
            page.keyboard.press("Enter")
            expect(line).to_have_text("已保存，刷新页面后可见")
            expect(blank.locator("[name=address]")).to_have_value("")
            line.evaluate("line => { line.textContent = '' }")
        expect(page.locator("#update")).to_contain_text("网站已更新，请刷新页面；已输入的内容会保留。")
        expect(clerk.rows("venue_rows")).to_have_count(1)
        blank.locator("[name=address]").fill("丁")
        blank.locator("[name=area_total]").fill("很大")
        page.keyboard.press("Enter")
        expect(line).to_have_text("还没有保存，请点上方的「刷新页面」")
        expect(blank.locator("[name=area_total]")).to_have_value("很大")
        relay.fragments = ""  # what comes now is of one build again
        with page.expect_navigation():
            page.get_by_role("link", name="刷新页面").click()
        expect(clerk.rows("venue_rows").locator("td.lead")).to_have_text(["甲", "乙", "丙"])
        expect(blank.locator('[data-error="E_NUMBER"]')).to_be_visible()
        expect(blank.locator("[name=address]")).to_have_value("丁")
        blank.locator("[name=area_total]").fill("10")
        page.keyboard.press("Enter")
        expect(clerk.rows("venue_rows")).to_have_count(4)
        expect(page.locator("#update")).to_be_hidden()


@pytest.mark.long
@pytest.mark.once
def test_a_tab_typed_through_an_update_is_whole_and_links_lead_on(page: Page, live_server: Served) -> None:
    with _Relay(live_server) as relay:
        clerk = at_the_venues(page, relay)
        clerk.add_row("venue_rows", {"address": "甲"})
        clerk.open("basic_info")
        relay.fragments = "next"
        for name, text in (("manager_name", "李一"), ("contact_name", "王二")):
            page.locator(f"[name={name}]").fill(text)
            page.locator("[name=website]").focus()
            expect(page.locator("#msg")).to_have_text("已保存，刷新页面后可见")
            page.locator("#msg").evaluate("line => { line.textContent = '' }")
        page.locator("[name=website]").fill("www.example.com")
        relay.fragments = ""
        with page.expect_navigation():
            page.get_by_role("link", name="刷新页面").click()
        for name, text in (
            ("manager_name", "李一"),
            ("contact_name", "王二"),
            ("website", "www.example.com"),
        ):
            expect(page.locator(f"[name={name}]")).to_have_value(text)
        clerk.open("venue")
        relay.fragments = "next"
        with page.expect_navigation():
            clerk.rows("venue_rows").get_by_role("link", name="编辑").click()
        expect(page.locator("tr.editing [name=address]")).to_have_value("甲")


@pytest.mark.long
def test_a_service_worker_that_is_switched_off_goes_and_takes_all_it_kept(
    page: Page, live_server: Served
) -> None:
    with _Relay(live_server) as relay:
        clerk = at_the_venues(page, relay)
        assert page.evaluate(KEPT) != []
        blank = clerk.blank("venue_rows").locator("[name=address]")
        blank.fill("科韵路16号")
        relay.is_off = True
        page.evaluate("async () => { await (await navigator.serviceWorker.getRegistration()).update() }")
        expect_soon(lambda: page.evaluate(KEPT) == [] and page.evaluate(REGISTRATIONS) == 0)
        expect(blank).to_have_value("科韵路16号")
        blank.press("Enter")
        expect(clerk.rows("venue_rows")).to_have_count(1)
        clerk.open("venue")
        expect(clerk.rows("venue_rows")).to_have_count(1)
        assert not page.evaluate("Boolean(navigator.serviceWorker.controller)")


def test_the_manifest_offers_what_installing_needs(clerk: Clerk) -> None:
    manifest = clerk.fetch("/manifest.webmanifest").json()
    assert (manifest["name"], manifest["display"], manifest["start_url"]) == ("孵化申报", "standalone", "/")
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in manifest["icons"]}
    assert "maskable" in {icon.get("purpose") for icon in manifest["icons"]}
    for icon in manifest["icons"]:
        assert clerk.fetch(icon["src"]).headers["content-type"] == "image/png"


def expect_soon(is_so: Callable[[], bool]) -> None:
    """Ask again for a while; what the browser removes it removes in its own time."""
    for _ in range(200):
        if is_so():
            return
        threading.Event().wait(0.1)
    assert is_so()


class _Relay:
    """The running product under another address, with a service worker and fragments of other builds if asked."""

    def __init__(self, served: Served) -> None:
        self.target = urlsplit(served.url).netloc
        self.worker = self.fragments = ""  # what stands before the name of their build
        self.is_off = False
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
                    content = content.replace(b"BUILD = '", b"BUILD = '" + relay.worker.encode())
                    content = SWITCHED_OFF if relay.is_off else content
                elif relay.is_off:
                    content = content.replace(b' id="update"', b' id="update" data-off')
                self.send_response_only(answer.status)
                for name, value in answer.getheaders():
                    if name not in ("Content-Length", "Connection"):
                        self.send_header(name, relay.fragments + value if name == "X-Build" else value)
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

"""Where work without a network has an end: a full disk, a week, a server that is away, a line that is too slow."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.clerk import Clerk
from tests.browser.conftest import OpenPage
from tests.browser.line import Line
from tests.browser.offline_work import kept_in, waiting_acts
from tests.browser.test_offline import all_is_sent, type_row
from tests.served import Served

pytestmark = pytest.mark.long
BACK_OFF = (5, 10, 20, 40, 80, 160, 320, 600, 600)  # seconds
# Newer browsers tell every site of much room; older ones tell the truth.
LITTLE_ROOM = "StorageManager.prototype.estimate = () => Promise.resolve({quota: 4000000, usage: 1000000})"
# What a browser does when the disk is full: the transaction is aborted, with this error.
NO_ROOM = """() => {
    const get = () => new DOMException('', 'QuotaExceededError');
    Object.defineProperty(IDBTransaction.prototype, 'error', {get});
    IDBObjectStore.prototype.put = function () { this.transaction.abort(); };
}"""


def at_the_venues(page: Page, server: str = "") -> Clerk:
    """A clerk at a computer of his own, with the scripts for lost connections loaded."""
    clerk = Clerk(page)
    clerk.server = server
    page.on("dialog", lambda dialog: dialog.accept())
    clerk.sign_in("hz_weilai", own_computer=True)
    clerk.new_filing("新增众创空间")
    clerk.open("venue")
    with page.expect_response(re.compile("/static/later")):
        clerk.blank("venue_rows").locator("[name=address]").fill("一")
    return clerk


@pytest.fixture
def clerk(open_page: OpenPage) -> Clerk:
    return at_the_venues(open_page(service_workers="block"))


def test_a_disk_that_fills_up_is_told_before_and_when_it_is_full(clerk: Clerk) -> None:
    page, bar, blank = clerk.page, clerk.page.locator("#unsent"), clerk.blank("venue_rows")

    def type_and_leave(text: str) -> None:
        blank.locator("[name=address]").fill(text)
        blank.locator("[name=area_total]").focus()

    type_and_leave("科韵路16号")
    expect_soon(page, lambda: kept_in(page) != [])
    expect(bar).to_be_hidden()
    page.evaluate(LITTLE_ROOM)
    type_and_leave("科韵路18号")
    expect(bar).to_contain_text("本机空间将满，请尽快联网保存")
    page.evaluate(NO_ROOM)
    type_and_leave("科韵路20号")
    expect(page.locator("#msg")).to_contain_text("本机空间不足，草稿未保存")
    blank.get_by_role("button", name="添加").click()
    expect(clerk.rows("venue_rows").locator("td.lead")).to_have_text(["科韵路20号"])


def test_a_draft_is_deleted_after_seven_days(open_page: OpenPage) -> None:
    page = open_page(service_workers="block")
    page.clock.install()
    clerk = at_the_venues(page)
    clerk.blank("venue_rows").locator("[name=area_total]").focus()
    expect_soon(page, lambda: kept_in(page) != [])
    page.goto("/filings")  # what is still being typed would be kept anew
    for days, is_kept in ((6.9, True), (0.2, False)):
        page.clock.fast_forward(int(timedelta(days=days).total_seconds() * 1_000))
        with page.expect_response(re.compile("/static/later")):
            page.goto("/filings")
        expect_soon(page, lambda: page.evaluate("Boolean(window.hatchery.store.list)"))
        expect_soon(page, lambda is_kept=is_kept: bool(kept_in(page)) is is_kept)
        expect(page.locator("#unsent")).to_be_visible(visible=is_kept)


def test_the_waits_between_attempts_grow_from_five_seconds_to_ten_minutes(clerk: Clerk) -> None:
    page, attempts = clerk.page, list[Route]()

    def away(route: Route) -> None:
        attempts.append(route)
        route.fulfill(status=503, body="")

    page.route("**/account/drafts", away)
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now()") / 1_000 + 60)
    page.context.set_offline(True)
    type_row(clerk, "科韵路16号")
    page.context.set_offline(False)
    expect_soon(page, lambda: len(attempts) == 1)
    for count, seconds in enumerate(BACK_OFF, 1):
        page.wait_for_timeout(200)  # until the page has noted the failure
        page.clock.run_for(1_000 * (seconds - 1))
        page.wait_for_timeout(200)
        assert len(attempts) == count, seconds
        page.clock.run_for(1_000)
        expect_soon(page, lambda count=count: len(attempts) == count + 1)
    page.unroute("**/account/drafts")
    page.wait_for_timeout(200)
    page.clock.run_for(600_000)
    expect(page.locator("#unsent")).to_be_hidden()
    expect(clerk.rows("venue_rows").locator("td.lead")).to_have_text(["科韵路16号"])


def test_two_open_tabs_and_one_that_died_send_each_entry_once(clerk: Clerk) -> None:
    first, context = clerk.page, clerk.page.context
    posts: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/venue_rows"):
            posts.append(str(request.post_data))

    context.on("request", note)
    tabs = [clerk, *(same_clerk(clerk, context.new_page()) for _ in range(2))]
    context.set_offline(True)
    for place in range(3):
        for number, tab in enumerate(tabs):
            type_row(tab, f"{'甲乙丙'[number]}{place}")
    tabs[1].page.close(run_before_unload=False)
    expect(first.locator("#unsent")).to_contain_text("9 处修改尚未上传")
    context.set_offline(False)
    all_is_sent(clerk)
    clerk.open("venue")
    rows = clerk.rows("venue_rows").locator("td.lead").all_inner_texts()
    assert sorted(rows) == sorted(f"{name}{place}" for name in "甲乙丙" for place in range(3))
    for name in "甲乙丙":
        assert [row for row in rows if row[0] == name] == [f"{name}{place}" for place in range(3)]
    assert len(posts) == 9


def same_clerk(clerk: Clerk, page: Page) -> Clerk:
    """The same person in another tab, with the scripts for lost connections loaded."""
    other = Clerk(page)
    other.filing, other.has_javascript = clerk.filing, True
    with page.expect_response(re.compile("/static/later")):
        other.open("venue")
        other.blank("venue_rows").locator("[name=address]").fill("一")
    return other


@pytest.fixture
def line(live_server: Served) -> Iterator[Line]:
    line = Line(live_server)
    yield line
    line.close()


def test_a_page_that_takes_longer_than_eight_seconds_leads_to_the_offline_page(
    line: Line, page: Page
) -> None:
    clerk = at_the_venues(page, line.url)
    page.evaluate("async () => { await navigator.serviceWorker.ready }")
    clerk.open("venue")
    assert page.evaluate("Boolean(navigator.serviceWorker.controller)")
    clerk.blank("venue_rows").locator("[name=address]").fill("科韵路16号")
    clerk.blank("venue_rows").locator("[name=area_total]").focus()
    expect_soon(page, lambda: kept_in(page) != [])
    line.is_silent = True
    clerk.open("basic_info")
    expect(page.locator("h1")).to_have_text("现在连不上网络")
    expect(page.locator("#local-drafts li")).to_have_text([re.compile("场地明细 新行")])
    line.is_silent = False
    clerk.open("venue")
    expect(clerk.blank("venue_rows").locator("[name=address]")).to_have_value("科韵路16号")
    assert not waiting_acts(page)


def expect_soon(page: Page, is_so: Any) -> None:
    for _ in range(200):
        if is_so():
            return
        page.wait_for_timeout(50)
    assert is_so()

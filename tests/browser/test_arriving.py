"""What was sent later is shown, but never over somebody who works on the page."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.clerk import Clerk
from tests.browser.offline_work import sign_in

pytestmark = pytest.mark.once


@pytest.fixture
def clerk(page: Page) -> Clerk:
    """A clerk at his own computer whose second row waits for the line."""
    clerk = sign_in(page.context)
    clerk.new_filing("新增众创空间")
    clerk.open("venue")
    type_row(clerk.page, "科韵路16号")
    expect(clerk.rows("venue_rows")).to_have_count(1)
    clerk.settle()
    clerk.page.context.set_offline(True)
    type_row(clerk.page, "天河路1号")
    expect(clerk.page.locator("tr[data-kept]")).to_contain_text("天河路1号")
    return clerk


def type_row(page: Page, address: str) -> None:
    page.locator("#venue_rows-new [name=address]").fill(address)
    page.keyboard.press("Enter")


def hold(page: Page, path: str) -> list[Route]:
    """Hold the first request to `path` that a script makes, in the list that is returned."""
    held: list[Route] = []

    def take(route: Route) -> None:
        if held or route.request.headers.get("hx-request") != "true":
            route.continue_()
        else:
            held.append(route)

    page.route(lambda url: url.endswith(path), take)
    return held


def wait_for(page: Page, held: list[Route]) -> Route:
    for _ in range(100):
        if held:
            break
        page.wait_for_timeout(100)
    return held[0]


def test_a_row_that_is_open_stays_open(clerk: Clerk) -> None:
    page, held = clerk.page, hold(clerk.page, "/account/drafts")
    page.context.set_offline(False)
    route = wait_for(page, held)
    row = clerk.edit_row("venue_rows", 0)
    route.continue_()
    expect(page.locator("#msg")).to_contain_text("1 处修改已上传")
    page.wait_for_timeout(300)
    row.locator("[name=address]").fill("科韵路18号")
    page.keyboard.press("Enter")
    expect(page.locator("tr[data-kept]")).to_have_count(0)
    expect(clerk.rows("venue_rows")).to_have_count(2)
    expect(clerk.rows("venue_rows").first).to_contain_text("科韵路18号")


def test_what_is_typed_while_the_page_is_fetched_stays(clerk: Clerk) -> None:
    page, held = clerk.page, hold(clerk.page, "/venue")
    page.context.set_offline(False)
    route = wait_for(page, held)
    blank = page.locator("#venue_rows-new [name=address]")
    blank.fill("王二麻子路2号")
    with page.expect_response("**/venue"):
        route.continue_()
    page.wait_for_timeout(300)
    expect(blank).to_have_value("王二麻子路2号")
    blank.press("Enter")
    expect(page.locator("tr[data-kept]")).to_have_count(0)
    expect(clerk.rows("venue_rows")).to_have_count(3)

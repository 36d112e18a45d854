"""On a slow line people do the next thing before the answer to the last one is there."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.clerk import Clerk
from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.once
ENTERPRISE = {"enterprise_name": "广州云帆智能科技有限公司", "registered_on": "2021-03-15"}


@pytest.fixture
def clerk(open_page: OpenPage) -> Clerk:
    """A clerk whose requests can be held: those of a page that has a service worker pass the tests by."""
    clerk = Clerk(open_page(service_workers="block"))
    clerk.sign_in("fs_chancheng")
    clerk.new_filing("新增众创空间")
    return clerk


class Held:
    """Requests whose address matches, kept back until they are let go."""

    def __init__(self, page: Page, pattern: str) -> None:
        self.page, self.routes = page, list[Route]()
        self.is_over = False
        page.route(pattern, self._hold)

    def _hold(self, route: Route) -> None:
        if self.is_over:
            route.continue_()
        else:
            self.routes.append(route)

    def wait_for(self, count: int) -> None:
        for _ in range(1000):
            if len(self.routes) >= count:
                return
            self.page.wait_for_timeout(20)
        raise AssertionError(f"{len(self.routes)} requests instead of {count}")

    def let_go(self, place: int = 0) -> None:
        self.routes.pop(place).continue_()

    def let_all_go(self) -> None:
        """Let go what is kept, and keep nothing any more."""
        self.is_over = True
        while self.routes:
            self.let_go()


def test_a_row_is_saved_while_its_rules_are_still_asked_for(clerk: Clerk) -> None:
    clerk.open("teams")
    page, blank = clerk.page, clerk.blank("teams")
    previews = Held(page, "**/preview")
    saves = Held(page, "**/teams")
    blank.locator("[name=team_name]").fill("星火团队")
    blank.locator("[name=team_status]").select_option("in_space")
    page.keyboard.press("Enter")
    saves.wait_for(1)
    previews.let_go()
    page.wait_for_timeout(300)
    expect(page.locator("#msg")).to_have_text("正在保存…")
    saves.let_go()
    expect(clerk.rows("teams")).to_have_count(1)
    expect(page.locator("#msg")).to_contain_text("第 1 行已保存")
    expect(clerk.rows("teams").first).to_contain_text("星火团队")
    expect(blank.locator("[name=team_name]")).to_have_value("")


def test_the_last_choice_counts_when_answers_come_late(clerk: Clerk) -> None:
    clerk.open("teams")
    page, blank = clerk.page, clerk.blank("teams")
    previews = Held(page, "**/preview")
    status = blank.locator("[name=team_status]")
    status.select_option("in_space")
    previews.wait_for(1)
    status.select_option("moved_out")
    blank.locator("[name=has_financing]").select_option("yes")
    previews.wait_for(3)
    previews.let_all_go()
    expect(blank.locator("[name=member_count]")).to_be_disabled()
    expect(blank.locator("[name=moved_out_on]")).to_be_enabled()
    expect(blank.locator("[name=financing_amount]")).to_be_enabled()
    expect(status).to_have_value("moved_out")


def test_files_sent_at_once_all_show_even_in_a_row_opened_meanwhile(clerk: Clerk) -> None:
    clerk.open("enterprises")
    row = clerk.add_row("enterprises", ENTERPRISE)
    uploads = Held(clerk.page, "**/files/*")
    clerk.choose(row, "agreement_file", pages=2)
    clerk.choose(row, "license_file", pages=3)
    uploads.wait_for(2)
    clerk.edit_row("enterprises", 0)
    uploads.let_go(1)
    expect(row.locator('td[id$="-license_file"] .file')).to_contain_text("3 页")
    uploads.let_go()
    expect(row.locator('td[id$="-agreement_file"] .file')).to_contain_text("2 页")
    expect(row.locator('td[id$="-license_file"] .file')).to_contain_text("3 页")


def test_a_refusal_that_comes_late_is_still_seen(clerk: Clerk) -> None:
    clerk.open("enterprises")
    row = clerk.add_row("enterprises", ENTERPRISE)
    uploads = Held(clerk.page, "**/files/*")
    torn = {"name": "协议.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 torn"}
    row.locator('td[id$="-agreement_file"] input[type=file]').set_input_files(torn)  # type: ignore[arg-type]
    uploads.wait_for(1)
    clerk.edit_row("enterprises", 0)
    uploads.let_go()
    expect(row.locator("td.err .bad[data-error]")).to_be_visible()


def test_saving_waits_for_what_saves_itself(clerk: Clerk) -> None:
    clerk.open("basic_info")
    page = clerk.page
    saves = Held(page, "**/basic_info")
    clerk.fill({"manager_name": "李一", "contact_name": "王二"})  # leaving the first field saves the tab
    saves.wait_for(1)
    expect(page.locator("#msg")).to_have_text("正在保存…")
    page.get_by_role("button", name="保存并下一步").click()
    page.wait_for_timeout(200)
    saves.let_all_go()
    expect(page.locator("h1")).to_have_text("服务场地")
    clerk.open("basic_info")
    expect(page.locator("[name=manager_name]")).to_have_value("李一")
    expect(page.locator("[name=contact_name]")).to_have_value("王二")

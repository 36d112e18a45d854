"""The same row or tab open twice, and answers that cannot be read: nothing typed is ever lost."""

import pytest
from playwright.sync_api import expect

from tests.browser.clerk import Clerk
from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.once
VENUE = {
    "address": "科韵路16号", "area_total": "100", "area_resident": "60", "area_public": "20",
    "area_own_use": "10", "area_other": "10", "workstations": "5", "ownership": ["leased"],
}  # fmt: skip


@pytest.fixture(params=[True, False], ids=["javascript", "plain"])
def clerk(request: pytest.FixtureRequest, open_page: OpenPage) -> Clerk:
    """A clerk with a new draft."""
    clerk = Clerk(open_page(java_script_enabled=request.param))
    clerk.sign_in("tj_binhai")
    clerk.new_filing("新增众创空间")
    return clerk


def open_again(clerk: Clerk) -> Clerk:
    """The same page in a second tab of the same browser."""
    second = Clerk(clerk.page.context.new_page())
    second.filing, second.has_javascript = clerk.filing, clerk.has_javascript
    second.page.goto(clerk.page.url)
    return second


def test_two_tabs_that_edit_one_row_choose_field_by_field(clerk: Clerk) -> None:
    clerk.open("venue")
    clerk.add_row("venue_rows", VENUE)
    second = open_again(clerk)
    for window in (clerk, second):
        window.edit_row("venue_rows", 0)
    clerk.fill_open_row("venue_rows", 0, {"address": "科韵路18号", "workstations": "6"})
    clerk.save_open_row("venue_rows", 0)
    second.fill_open_row("venue_rows", 0, {"address": "科韵路20号", "workstations": "7", "area_other": "5",
                                           "area_own_use": "15"})  # fmt: skip
    second.press_save_row("venue_rows", 0)

    page = second.page
    expect(page.locator('[data-error="E_CONFLICT"]')).to_be_attached()
    expect(page.locator("tr.differs")).to_have_count(4)
    for text in ("科韵路18号", "科韵路20号"):
        expect(page.locator("tr.differs").first).to_contain_text(text)
    page.locator('[name="keep_address"][value="theirs"]').check()
    page.locator('[name="keep_workstations"][value="mine"]').check()
    page.get_by_role("button", name="按所选保存").click()
    row = second.rows("venue_rows").first
    for text in ("科韵路18号", "7", "15", "租赁"):
        expect(row).to_contain_text(text)
    expect(second.rows("venue_rows")).to_have_count(1)


def test_two_tabs_that_edit_one_tab_choose_field_by_field(clerk: Clerk) -> None:
    clerk.open("basic_info")
    second = open_again(clerk)
    clerk.fill({"manager_name": "李一", "website": "www.example.com"})
    clerk.save()
    second.fill({"manager_name": "李二", "introduction": "第一段\n第二段", "makerspace_type": "professional"})
    second.page.get_by_role("button", name="保存", exact=True).click()

    page = second.page
    expect(page.locator("h1")).to_have_text("基础信息已被他人修改")
    page.locator('[name="keep_website"][value="theirs"]').check()
    page.get_by_role("button", name="按所选保存").click()
    expect(page.locator("h1")).to_have_text("基础信息")
    for name, text in {
        "manager_name": "李二", "introduction": "第一段\n第二段", "makerspace_type": "professional",
        "website": "www.example.com",
    }.items():  # fmt: skip
        expect(page.locator(f"#tab-form [name={name}]")).to_have_value(text)


def test_an_answer_that_cannot_be_read_stays_at_its_field(clerk: Clerk) -> None:
    clerk.open("basic_info")
    clerk.fill({"operation_started_on": "去年五月", "manager_name": "李一"})
    clerk.page.get_by_role("button", name="保存并下一步").click()

    page = clerk.page
    expect(page).to_have_title("错误：基础信息 - 孵化申报")
    for again in (False, True):
        if again:
            clerk.open("basic_info")
        expect(page.locator('.field.err [data-error="E_DATE"]')).to_be_visible()
        expect(page.locator("[name=operation_started_on]")).to_have_value("去年五月")
        expect(page.locator("[name=manager_name]")).to_have_value("李一")
        assert clerk.tab_states()["basic_info"] == "errors"
    clerk.fill({"operation_started_on": "2019-05-01"})
    clerk.save()
    expect(page.locator(".field.err")).to_have_count(0)


def test_a_double_submit_makes_one_row(clerk: Clerk) -> None:
    clerk.open("venue")
    clerk.fill({"address": "科韵路16号"}, clerk.blank("venue_rows"), "row-new")
    clerk.blank("venue_rows").get_by_role("button", name="添加").dblclick()
    expect(clerk.rows("venue_rows")).to_have_count(1)
    clerk.page.reload()
    expect(clerk.rows("venue_rows")).to_have_count(1)

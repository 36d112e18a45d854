"""Rows by the keyboard alone, and Chinese typed with an input method."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.clerk import Clerk

VENUE = {
    "area_total": "100",
    "area_resident": "40",
    "area_public": "40",
    "area_own_use": "10",
    "area_other": "10",
}


@pytest.fixture
def clerk(page: Page) -> Clerk:
    """A clerk at the venues of a new draft."""
    clerk = Clerk(page)
    clerk.sign_in("fs_chancheng")
    clerk.new_filing("新增众创空间")
    clerk.open("venue")
    return clerk


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there."""
    target = page.locator(selector)
    for _ in range(80):
        page.keyboard.press("Tab")
        if target.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"Tab never came to {selector}")


def type_row(page: Page, address: str, workstations: str = "5") -> None:
    """Type a venue into the row whose first cell has the focus; 租赁 is the third choice."""
    for text in (address, *VENUE.values(), workstations):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    with page.expect_response("**/preview"):
        page.keyboard.press("Space")


def test_rows_are_added_edited_given_up_removed_and_restored(clerk: Clerk) -> None:
    page, rows = clerk.page, clerk.rows("venue_rows")
    tab_to(page, "#venue_rows-new [name=address]")
    for count, address in enumerate(("科韵路16号", "科韵路18号"), 1):
        type_row(page, address)
        clerk.settle()
        expect(page.locator("#venue_rows-new [value=leased]")).to_be_focused()
        page.keyboard.press("Enter")
        expect(rows).to_have_count(count)
        expect(page.locator("#venue_rows-new [name=address]")).to_be_focused()
        expect(page.locator("#venue_rows-new input:not([type=hidden]):not([type=checkbox])")).to_have_count(7)
        for field in page.locator("#venue_rows-new input:not([type=hidden]):not([type=checkbox])").all():
            expect(field).to_have_value("")
    assert clerk.values()["venue_total_area"] == "200"

    page.keyboard.press("Shift+Tab")  # back into the last row, past its 删除
    expect(rows.nth(1).get_by_role("button", name="删除 场地明细 第 2 行")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(rows.nth(1).locator("[name=address]")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Control+A")
    page.keyboard.type("999")
    page.keyboard.press("Escape")
    expect(rows.nth(1)).not_to_have_class("editing")
    expect(rows.nth(1).get_by_role("link", name="编辑第 2 行")).to_be_focused()
    assert clerk.values()["venue_total_area"] == "200"

    page.keyboard.press("Enter")
    expect(rows.nth(1).locator("[name=address]")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("科韵路20号")
    page.keyboard.press("Enter")
    expect(rows.nth(1)).to_contain_text("科韵路20号")
    expect(rows.nth(1).get_by_role("link", name="编辑第 2 行")).to_be_focused()

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(rows.nth(1).get_by_role("button", name="撤销")).to_be_focused()
    expect(page.locator('[data-name="venue_total_area"]')).to_have_attribute("data-value", "100")
    page.keyboard.press("Enter")
    expect(rows.nth(1)).to_contain_text("科韵路20号")
    expect(page.locator('[data-name="venue_total_area"]')).to_have_attribute("data-value", "200")


def test_a_refused_cell_gets_the_focus_and_keeps_what_was_typed(clerk: Clerk) -> None:
    page, blank = clerk.page, clerk.blank("venue_rows")
    blank.locator("[name=address]").focus()
    type_row(page, "科韵路16号", workstations="五")
    page.keyboard.press("Enter")
    expect(blank.locator("[name=workstations]")).to_be_focused()
    expect(blank.locator("td.err [data-error]")).to_have_count(1)
    assert clerk.codes() == ["E_NUMBER"]
    for name, text in (VENUE | {"address": "科韵路16号", "workstations": "五"}).items():
        expect(blank.locator(f"[name={name}]")).to_have_value(text)
    expect(blank.locator("[value=leased]")).to_be_checked()
    page.keyboard.press("Control+A")
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(clerk.rows("venue_rows")).to_have_count(1)
    expect(blank.locator("[name=workstations]")).to_have_value("")


def test_enter_belongs_to_the_input_method_while_a_word_is_composed(clerk: Clerk) -> None:
    page = clerk.page
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    keys = page.context.new_cdp_session(page)
    clerk.blank("venue_rows").locator("[name=address]").focus()
    for spelled in ("k", "ke", "ke y", "ke yun"):
        keys.send("Input.imeSetComposition",
                  {"text": spelled, "selectionStart": len(spelled), "selectionEnd": len(spelled)})  # fmt: skip
    for key in ("Enter", "Escape"):  # 229 is what browsers say of a key that the input method takes
        for type in ("rawKeyDown", "keyUp"):
            keys.send("Input.dispatchKeyEvent",
                      {"type": type, "key": key, "code": key, "windowsVirtualKeyCode": 229})  # fmt: skip
    page.wait_for_timeout(300)
    assert sent == []
    keys.send("Input.insertText", {"text": "科韵路"})
    page.keyboard.press("Enter")
    expect(clerk.rows("venue_rows")).to_have_count(1)
    expect(clerk.rows("venue_rows").first).to_contain_text("科韵路")


def test_a_file_sent_meanwhile_does_not_take_the_focus_from_who_types(clerk: Clerk) -> None:
    row = clerk.add_row("venue_rows", {"address": "科韵路16号"})
    typing = clerk.blank("venue_rows").locator("[name=address]")
    clerk.choose(row, "evidence_file")
    typing.click()
    typing.press_sequentially("科韵路18号")
    expect(row.locator(".file")).to_be_visible()
    expect(typing).to_be_focused()
    expect(typing).to_have_value("科韵路18号")


def test_everything_on_a_page_is_reached_in_reading_order(clerk: Clerk) -> None:
    """Nothing is skipped, nothing keeps the focus, and the first stop leads past the menus."""
    page = clerk.page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到主要内容")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    tab_to(page, "button:text('保存并下一步')")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("人员情况")


def test_up_and_down_move_between_rows_and_save_what_was_changed(clerk: Clerk) -> None:
    page = clerk.page
    clerk.open("venue")
    for place in (1, 2, 3):
        clerk.add_row("venue_rows", {"address": f"科韵路{place}号"} | VENUE)
    rows = clerk.rows("venue_rows")
    clerk.edit_row("venue_rows", 0).locator("[name=workstations]").focus()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1).locator("[name=workstations]")).to_be_focused()
    expect(page.locator("tr.editing")).to_have_count(1)
    page.keyboard.type("17")
    page.keyboard.press("ArrowDown")
    expect(rows.nth(2).locator("[name=workstations]")).to_be_focused()
    expect(rows.nth(1)).to_contain_text("17")
    page.keyboard.press("ArrowDown")
    expect(clerk.blank("venue_rows").locator("[name=workstations]")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(rows.nth(2).locator("[name=workstations]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(rows.nth(2).get_by_role("link", name="编辑")).to_be_focused()

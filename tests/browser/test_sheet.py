"""A block pasted into a table in Chromium: preview, corrections, one confirmation, undo."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.clerk import Clerk
from tests.build import valid_uscc
from tests.sheets import clipboard

HEAD = ["企业名称", "统一社会信用代码", "是否由创业团队转化为企业", "注册时间", "入驻时间", "是否迁出",
        "企业人员数量", "获得投融资情况"]  # fmt: skip


def block(count: int) -> str:
    rows = [
        [f"广州测试{n}科技有限公司", valid_uscc(n), "否", "2018-06-21", "2018/9/1", "否", "9", "否"]
        for n in range(1, count + 1)
    ]
    rows[3][1] = rows[3][1][:-1] + ("1" if rows[3][1][-1] != "1" else "2")
    rows[8][3] = "2021-13-02"
    return clipboard([HEAD, *rows])


def paste(page: Page, text: str) -> None:
    """Press Ctrl+V with this text on the clipboard."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+V")


def mend(page: Page) -> None:
    page.get_by_label("第 5 行统一社会信用代码").fill(valid_uscc(4))
    page.get_by_label("第 10 行注册时间").fill("2021-03-02")


def test_sixty_enterprises_are_pasted_into_the_blank_row(page: Page, axe: Any) -> None:
    clerk = Clerk(page)
    clerk.sign_in("gz_qihang")
    clerk.new_filing("新增众创空间")
    clerk.open("enterprises")
    page.locator("#row-new-enterprise_name").click()
    paste(page, "只是一行")
    expect(page.locator("#row-new-enterprise_name")).to_have_value("只是一行")
    page.locator("#row-new-enterprise_name").fill("")
    paste(page, block(60))
    expect(page.locator("#verdict")).to_contain_text("2 行有 2 处须改")
    assert axe(page) == []
    mend(page)
    page.get_by_role("button", name="改好后导入 60 行").click()
    expect(page.locator("#row-count")).to_have_text("60 行")
    assert axe(page) == []
    page.get_by_role("button", name="撤销整批").click()
    expect(page.locator("#row-count")).to_have_text("0 行")


def test_the_same_without_scripts_through_the_box(page_without_javascript: Page, axe: Any) -> None:
    page = page_without_javascript
    clerk = Clerk(page)
    clerk.sign_in("fs_chancheng")
    clerk.new_filing("新增众创空间")
    clerk.open("enterprises")
    page.get_by_role("link", name="从 Excel 粘贴").click()
    page.get_by_label("在框内粘贴企业").fill(block(60))
    page.get_by_role("button", name="预览", exact=True).click()
    mend(page)
    page.get_by_role("button", name="重新检查").click()
    page.get_by_role("button", name="导入 60 行").click()
    expect(page.locator("#row-count")).to_have_text("60 行")

"""The afternoon's work again, with nothing but a keyboard."""

from collections.abc import Callable
from io import BytesIO

import pytest
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from tests.browser.clerk import Clerk, complete
from tests.browser.test_evidence import (
    SLOTS,
    Stopwatch,
    block,
    evidence,
    press_until,
)
from tests.build import valid_uscc

pytestmark = pytest.mark.long
COUNT = 12
PrintFigure = Callable[[str], None]


def text_of(pdf: bytes) -> str:
    """The code that a file of `evidence` was made with."""
    return PdfReader(BytesIO(pdf)).pages[0].extract_text().split()[0]


def files_of(clerk: Clerk, table: str) -> list[str]:
    """What the files of a table's rows say, from left to right and from row to row."""
    clerk.open(table)
    links = (
        clerk.rows(table)
        .locator("td .file a")
        .evaluate_all("all => all.map(one => one.getAttribute('href'))")
    )
    return [text_of(clerk.fetch(link).body()) for link in links]


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    """Go to a place by Tab, and press a key there."""
    press_until(page, target.first)
    page.keyboard.press(key)


def replace(page: Page, label: str, text: str) -> None:
    press_until(page, page.get_by_label(label))
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def test_twelve_enterprises_by_keyboard_only(page: Page, print_figure: PrintFigure) -> None:
    clerk, watch = Clerk(page), Stopwatch()
    clerk.sign_in("tj_binhai")
    clerk.new_filing("新增众创空间")
    complete(clerk)
    clerk.open("enterprises")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", block(COUNT))
    press_until(page, page.locator("#row-new-enterprise_name"))
    page.keyboard.press("Control+V")
    expect(page.locator("#verdict")).to_contain_text("2 行有 2 处须改")
    replace(page, "第 5 行统一社会信用代码", valid_uscc(4))
    replace(page, "第 10 行注册时间", "2018-03-02")
    press(page, page.get_by_role("button", name=f"改好后导入 {COUNT} 行"))
    expect(page.locator("#row-count")).to_have_text(f"{COUNT} 行")
    watch.lap("paste and mend")

    press(page, page.get_by_role("link", name="批量上传附件"))
    expect(page.locator("h1")).to_have_text("批量上传附件")
    press_until(page, page.locator("#files"))
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(evidence(COUNT))
    count = SLOTS * COUNT
    expect(page.locator("#queue-state")).to_have_text(f"已上传 {count} 份", timeout=120_000)
    expect(page.locator("#pending tbody [name=file]:checked")).to_have_count(count)
    clerk.settle()
    press(page, page.locator("#confirm"))
    expect(page.locator("#placed-title")).to_have_text(f"已归入 {count} 份")
    watch.lap("files")

    press(page, page.get_by_role("link", name="下载材料"))
    expect(page.locator("h1")).to_have_text("申报材料")
    press(page, page.get_by_role("button", name="下载材料（生成新版本）"))
    clerk.wait_for_version()
    watch.lap("generate")
    press(page, page.get_by_role("link", name="用此版本提交"))
    expect(page.get_by_role("dialog")).to_be_visible()
    press(page, page.get_by_label("我已知悉，仍然提交"), "Space")
    press(page, page.get_by_role("button", name="确认提交至"))
    expect(page.locator("h1")).to_have_text("申报进度")
    watch.lap("submit")
    print_figure(f"{COUNT} enterprises, {count} files by keyboard: {watch}")
    assert files_of(clerk, "enterprises") == [text_of(one["buffer"]) for one in evidence(COUNT)]

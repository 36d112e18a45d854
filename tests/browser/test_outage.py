"""The afternoon's work again, with the line away for a minute at the rows and again at the files."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.clerk import Clerk, complete
from tests.browser.offline_work import kept_in
from tests.browser.test_evidence import (
    SLOTS,
    Stopwatch,
    block,
    evidence,
    file,
    generate_and_submit,
    mend,
    name_of,
    place_all,
)
from tests.browser.test_long_afternoon import files_of, text_of
from tests.browser.test_offline import all_is_sent

COUNT = 12
HONORS = ("国家级众创空间培育单位", "广东省优秀众创空间", "广州市创新创业示范基地")
MINUTE = 60  # seconds


class Outage:
    """The line is away, for a minute at least."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def __enter__(self) -> "Outage":
        self.page.context.set_offline(True)
        self.start = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        left = MINUTE - (time.monotonic() - self.start)
        self.page.wait_for_timeout(max(0, 1_000 * left))
        self.page.context.set_offline(False)


def type_honors(clerk: Clerk) -> None:
    """Type rows that the server does not get yet."""
    for name in HONORS:
        answers = {
            "honor_name": name,
            "granted_by": "科技主管部门",
            "granted_on": "2021-03-02",
            "honor_level": "provincial",
        }
        clerk.fill(answers, clerk.blank("honors"), "row-new")
        clerk.blank("honors").locator("[name=honor_name]").press("Enter")
        expect(clerk.page.locator("tr[data-kept]").last).to_contain_text(name)


def second_tab(clerk: Clerk, path: str) -> Clerk:
    other = Clerk(clerk.page.context.new_page())
    other.filing, other.has_javascript = clerk.filing, True
    other.open(path)
    return other


def wake(clerk: Clerk, field: str) -> None:
    """Type something, which fetches the scripts for a lost connection."""
    with clerk.page.expect_response(re.compile("/static/later")):
        clerk.page.locator(field).fill("一")


@pytest.mark.long
def test_the_line_is_away_for_a_minute_at_the_rows_and_again_at_the_files(
    page: Page, print_figure: Callable[[str], None]
) -> None:
    clerk, watch = Clerk(page), Stopwatch()
    clerk.sign_in("tj_binhai", own_computer=True)
    clerk.new_filing("新增众创空间")
    complete(clerk)
    clerk.open("honors")
    wake(clerk, "#row-new-honor_name")
    other = second_tab(clerk, "service_capability")
    wake(other, "[name=service_capability_text]")
    with Outage(page):
        type_honors(clerk)
        other.page.locator("[name=service_capability_text]").fill("断网时写的一段。")
        other.page.locator("[name=service_capability_text]").blur()
        expect(other.page.locator("#msg")).to_contain_text("已存在本机")
        expect(page.locator("#unsent")).to_contain_text("4 处修改尚未上传")
    all_is_sent(clerk)
    other.page.close()
    watch.lap("rows and a tab, the line away for a minute")

    clerk.open("enterprises")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", block(COUNT))
    page.locator("#row-new-enterprise_name").click()
    page.keyboard.press("Control+V")
    mend(page)
    page.get_by_role("button", name=f"改好后导入 {COUNT} 行").click()
    expect(page.locator("#row-count")).to_have_text(f"{COUNT} 行")
    proofs = [file(f"{name}_荣誉证书.pdf") for name in HONORS]
    files, count = [*evidence(COUNT), *proofs], SLOTS * COUNT + len(HONORS)
    clerk.open("evidence")
    page.locator("#files").set_input_files(files)
    state = page.locator("#queue-state")
    expect(state).to_contain_text(re.compile(r"已上传 ([5-9]|1\d) /"))
    with Outage(page):
        expect(state).to_contain_text("线路中断，恢复后自动继续")
        was = str(state.text_content())
    expect(state).to_have_text(f"已上传 {count} 份", timeout=120_000)
    watch.lap("files, the line away for a minute")
    place_all(page, count)
    generate_and_submit(clerk, watch)
    print_figure(f"{COUNT} enterprises, {count} files, cut at {was.split('。')[0]}: {watch}")

    assert kept_in(page) == []
    assert files_of(clerk, "enterprises") == [text_of(one["buffer"]) for one in evidence(COUNT)]
    expect(clerk.rows("enterprises").locator("td.lead")).to_have_text(
        [name_of(n) for n in range(1, COUNT + 1)]
    )
    assert files_of(clerk, "honors") == [text_of(one["buffer"]) for one in proofs]
    expect(clerk.rows("honors").locator("td.lead")).to_have_text(list(HONORS))
    clerk.open("service_capability")
    expect(page.locator("main")).to_contain_text("断网时写的一段。")

"""A table of 120 rows: fifty a page, the blank row at the foot of each, what sticks while it scrolls, cards."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.clerk import Clerk
from tests.browser.judging import DESK, PHONE
from tests.build import valid_uscc
from tests.sheets import clipboard

HEAD = ["企业名称", "统一社会信用代码", "是否由创业团队转化为企业", "注册时间", "入驻时间", "是否迁出"]
ROWS = 120
BOXES = """() => {
    const corner = selector => {
        const box = document.querySelector(selector).getBoundingClientRect();
        return [Math.round(box.left), Math.round(box.top)];
    };
    const row = 'tbody > tr:nth-child(20) > ';
    return {head: corner('thead th.stick-2'), far_head: corner('thead th:nth-child(6)'),
            first: corner(row + 'td.stick-2'), number: corner(row + 'td.seq'), cell: corner(row + 'td:nth-child(6)')};
}"""


def name_of(number: int) -> str:
    return f"广州测试{number}科技有限公司"


@pytest.fixture
def clerk(page: Page) -> Clerk:
    """A clerk with a draft that has 120 enterprises."""
    clerk = Clerk(page)
    clerk.sign_in("sz_chuangke")
    clerk.new_filing("新增众创空间")
    rows = [
        [name_of(n), valid_uscc(n), "否", "2018-06-21", "2019/9/1", "否"] for n in range(1, ROWS + 1)
    ]  # fmt: skip
    preview = clerk.post(f"{clerk.filing}/enterprises/import", {"block": clipboard([HEAD, *rows])})
    assert clerk.post(f"{preview.url}/confirmation", {"lines": "all"}).ok
    return clerk


@pytest.mark.long
def test_a_table_of_120_rows(clerk: Clerk, axe: Any) -> None:
    page, rows, blank = clerk.page, clerk.rows("enterprises"), clerk.blank("enterprises")
    for number, count in ((3, 20), (2, 50), (1, 50)):
        clerk.open(f"enterprises?page={number}")
        expect(rows).to_have_count(count)
        expect(rows.first).to_contain_text(name_of(50 * (number - 1) + 1))
        expect(page.locator("tbody > tr").last).to_have_id("enterprises-new")
    expect(page.get_by_role("navigation", name="分页")).to_contain_text("第 1–50 行，共 120 行")

    blank.locator("[name=enterprise_name]").fill(name_of(121))
    page.keyboard.press("Enter")
    expect(page.locator("#msg")).to_contain_text("第 121 行已保存")
    expect(page.locator("#msg")).to_contain_text("排在第 3 页末尾")
    expect(page.locator("#row-count")).to_have_text("121 行")
    expect(blank.locator("[name=enterprise_name]")).to_be_focused()
    assert axe(page) == []
    clerk.open("enterprises?page=3")
    expect(rows).to_have_count(21)
    expect(rows.last).to_contain_text(name_of(121))

    clerk.open("enterprises")
    before = page.evaluate(BOXES)
    page.locator(".scroll").evaluate("box => box.scrollTo(300, 400)")
    after = page.evaluate(BOXES)
    assert after["head"] == before["head"]  # stays above and at the side
    assert after["far_head"] == [before["far_head"][0] - 300, before["far_head"][1]]
    for name in ("first", "number"):
        assert after[name] == [before[name][0], before[name][1] - 400]
    assert after["cell"] == [before["cell"][0] - 300, before["cell"][1] - 400]

    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    card = rows.first
    cells = card.locator("td[data-label]:not(:empty)")
    tops = [round(cell.bounding_box()["y"]) for cell in cells.all()]  # type: ignore[index]
    frame = card.bounding_box()
    assert frame is not None
    assert len(set(tops)) > 3  # one below the other instead of side by side
    assert 0 <= frame["x"] <= PHONE["width"] - frame["width"]
    words = cells.first.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert words == f'"{cells.first.get_attribute("data-label")}"'
    assert axe(page) == []
    page.set_viewport_size(DESK)

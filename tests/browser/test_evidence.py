"""An afternoon's work in one go: sixty enterprises pasted, their evidence uploaded in bulk, handed in."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.clerk import Clerk, complete, evidence_sent
from tests.browser.conftest import OpenPage
from tests.browser.judging import PHONE
from tests.build import valid_uscc
from tests.completing import small_pdf
from tests.sheets import clipboard

HEAD = ["企业名称", "统一社会信用代码", "是否由创业团队转化为企业", "注册时间", "入驻时间", "是否迁出",
        "企业人员数量", "获得投融资情况", "获得时间", "投融资金额"]  # fmt: skip
AT_ONCE = 20  # files that a plain form may send
SLOTS = 3


def name_of(number: int) -> str:
    return f"广州测试{number}智能科技有限公司"


def block(count: int) -> str:
    """Write what Excel puts on the clipboard, with two bad cells."""
    rows = [
        [name_of(n), valid_uscc(n), "否", "2018-06-21", "2019/9/1", "否", "9", "是", "2021-03-02", "120.5"]
        for n in range(1, count + 1)
    ]
    rows[3][1] = rows[3][1][:-1] + ("1" if rows[3][1][-1] != "1" else "2")
    rows[8][3] = "2021-13-02"
    return clipboard([HEAD, *rows])


def evidence(count: int) -> list[dict[str, Any]]:
    """Make three files for every enterprise, called as different clerks would call them."""
    names = []
    for n in range(1, count + 1):
        names += [f"{n:02}_{name_of(n)}_入驻协议.pdf", f"{valid_uscc(n)} 营业执照（盖章）.pdf",
                  f"测试{n}智能科技-投资协议.pdf"]  # fmt: skip
    return [file(name) for name in names]


def file(name: str) -> dict[str, Any]:
    return {"name": name, "mimeType": "application/pdf", "buffer": small_pdf(valid_uscc(hash(name) % 10**6))}


class Stopwatch:
    """Says how long every part took."""

    def __init__(self) -> None:
        self.start = self.last = time.monotonic()
        self.parts: list[str] = []

    def lap(self, part: str) -> None:
        now = time.monotonic()
        self.parts.append(f"{part} {now - self.last:.1f} s")
        self.last = now

    def __str__(self) -> str:
        return f"{'; '.join(self.parts)}; in all {self.last - self.start:.1f} s"


def mend(page: Page) -> None:
    page.get_by_label("第 5 行统一社会信用代码").fill(valid_uscc(4))
    page.get_by_label("第 10 行注册时间").fill("2018-03-02")


def place_all(page: Page, count: int) -> None:
    expect(page.locator("#pending-count")).to_have_text(str(count))
    expect(page.locator("#pending tbody [name=file]:checked")).to_have_count(count)
    page.locator("#confirm").click()
    expect(page.locator("#placed-title")).to_have_text(f"已归入 {count} 份")
    expect(page.locator("#pending-count")).to_have_text("0")


def generate_and_submit(clerk: Clerk, watch: Stopwatch) -> None:
    page = clerk.page
    clerk.open("problems")
    expect(page.locator("main")).to_contain_text("没有缺项")
    clerk.open("materials")
    page.get_by_role("button", name="下载材料").click()
    clerk.wait_for_version()
    watch.lap("generate")
    page.get_by_role("link", name="用此版本提交").click()
    page.get_by_label("我已知悉，仍然提交").check()
    page.get_by_role("button", name="确认提交至").click()
    expect(page.locator("h1")).to_have_text("申报进度")
    watch.lap("submit")


@pytest.mark.parametrize("count", [12, pytest.param(60, marks=pytest.mark.long)])
def test_enterprises_from_excel_to_the_office(
    page: Page, axe: Callable[[Page], Any], count: int, print_figure: Callable[[str], None]
) -> None:
    clerk = Clerk(page)
    clerk.sign_in("tj_binhai")
    clerk.new_filing("新增众创空间")
    complete(clerk)
    clerk.open("enterprises")
    files, watch = evidence(count), Stopwatch()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", block(count))
    page.locator("#row-new-enterprise_name").click()
    page.keyboard.press("Control+V")
    expect(page.locator("#verdict")).to_contain_text("2 行有 2 处须改")
    mend(page)
    page.get_by_role("button", name=f"改好后导入 {count} 行").click()
    expect(page.locator("#row-count")).to_have_text(f"{count} 行")
    watch.lap("paste and mend")
    page.get_by_role("link", name="批量上传附件").click()
    page.get_by_label("这批文件属于").select_option("")
    page.locator("#files").set_input_files(files)
    expect(page.locator("#queue-state")).to_have_text(f"已上传 {SLOTS * count} 份", timeout=300_000)
    watch.lap("upload")
    expect(page.locator("#pending-count")).to_have_text(str(SLOTS * count))
    assert axe(page) == []
    place_all(page, SLOTS * count)
    watch.lap("propose and place")
    assert axe(page) == []
    generate_and_submit(clerk, watch)
    print_figure(f"{count} enterprises, {SLOTS * count} files: {watch}")


@pytest.mark.parametrize("count", [10, pytest.param(60, marks=pytest.mark.long)])
def test_the_same_without_scripts(
    page_without_javascript: Page, count: int, print_figure: Callable[[str], None]
) -> None:
    page = page_without_javascript
    clerk = Clerk(page)
    clerk.sign_in("bj_zhihui")
    clerk.new_filing("新增众创空间")
    complete(clerk)
    clerk.open("enterprises")
    files, watch = evidence(count), Stopwatch()
    page.get_by_role("link", name="从 Excel 粘贴").click()
    page.get_by_label("在框内粘贴企业").fill(block(count))
    page.get_by_role("button", name="预览", exact=True).click()
    mend(page)
    page.get_by_role("button", name="重新检查").click()
    page.get_by_role("button", name=f"导入 {count} 行").click()
    expect(page.locator("#row-count")).to_have_text(f"{count} 行")
    watch.lap("paste and mend")
    page.get_by_role("link", name="批量上传附件").click()
    for start in range(0, len(files), AT_ONCE):
        page.locator("#files").set_input_files(files[start : start + AT_ONCE])
        page.get_by_role("button", name="上传", exact=True).click(timeout=300_000)  # reads 20 files
        expect(page.locator("#pending-count")).to_have_text(str(min(start + AT_ONCE, len(files))))
    watch.lap("upload")
    place_all(page, len(files))
    watch.lap("propose and place")
    generate_and_submit(clerk, watch)
    print_figure(f"{count} enterprises, {SLOTS * count} files: {watch}")


@pytest.fixture
def clerk(open_page: OpenPage) -> Iterator[Clerk]:
    """A clerk with three enterprises, on the page for evidence; no service worker stands between."""
    clerk = Clerk(open_page(service_workers="block"))
    clerk.sign_in("sz_chuangke")
    clerk.new_filing("新增众创空间")
    for number in range(1, 4):
        clerk.post(f"{clerk.filing}/enterprises", {"enterprise_name": name_of(number)})
    clerk.open("evidence")
    return clerk


@pytest.mark.once
def test_a_broken_line_goes_on_and_sends_nothing_twice(clerk: Clerk) -> None:
    page, sent = clerk.page, evidence_sent(clerk.page)
    state = {"sent": 0, "broken": True}

    def line(route: Route) -> None:
        if route.request.method != "POST" and not route.request.url.endswith("/known"):
            route.continue_()
            return
        state["sent"] += route.request.method == "POST"
        if state["broken"] and state["sent"] == 3 and route.request.method == "POST":
            route.fetch()  # it comes in, and the answer is lost
        if state["broken"] and state["sent"] >= 3:
            route.abort("internetdisconnected")
        else:
            route.continue_()

    page.route("**/evidence**", line)
    names = [f"{name_of(n)}{kind}.pdf" for n in (1, 2, 3) for kind in ("入驻协议", "营业执照")]
    files = [file(name) for name in names]
    page.locator("#files").set_input_files(files)
    expect(page.locator("#queue-state")).to_contain_text("线路中断，恢复后自动继续")
    expect(page.get_by_role("button", name="继续上传")).to_be_visible()
    state["broken"] = False
    before = len(sent)
    page.get_by_role("button", name="继续上传").click()
    expect(page.locator("#queue-state")).to_have_text("已上传 6 份")
    expect(page.locator("#pending-count")).to_have_text("6")
    came_in = 3  # two before the break, and the one whose answer was lost
    assert len(sent) - before == 6 - came_in
    clerk.open("problems")  # closing the page loses nothing
    clerk.open("evidence")
    expect(page.locator("#pending-count")).to_have_text("6")
    sent.clear()
    page.locator("#files").set_input_files(files)
    expect(page.locator("#queue-state")).to_have_text("已上传 6 份")
    assert sent == []


def test_every_file_says_what_became_of_it(clerk: Clerk, axe: Callable[[Page], Any]) -> None:
    page = clerk.page
    torn = {"name": "断的.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 torn"}
    large = {"name": "大的.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-" + b"x" * 3_200_000}
    page.route("**/evidence", lambda route: route.fulfill(status=429), times=1)
    page.locator("#files").set_input_files([file("扫描件.pdf")])
    queue = page.locator("#queue-list")
    expect(queue).to_contain_text("操作太频繁，请稍后重试")
    assert axe(page) == []
    queue.get_by_role("button", name="重试 扫描件.pdf").click()
    expect(page.locator("#pending-count")).to_have_text("1")
    page.locator("#files").set_input_files([torn, large, {**torn, "name": "说明.docx"}])
    for words in (
        "文件已损坏，无法读取",
        "没有发送：文件有 3.1 MB，不能大于 3 MB",
        "没有发送：不是 PDF 文件",
    ):
        expect(queue).to_contain_text(words)
    expect(page.locator("#queue-state")).to_have_text("已上传 0 份，3 份没有上传")
    for size in (PHONE, {"width": 1366, "height": 768}):
        page.set_viewport_size(size)
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_the_whole_page_by_keyboard(clerk: Clerk) -> None:
    page = clerk.page
    page.locator("#files").focus()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files([file(f"{name_of(1)}营业执照.pdf"), file("扫描0001.pdf"), file("多余的.pdf")])
    expect(page.locator("#pending-count")).to_have_text("3")
    clerk.settle()
    unknown = page.locator("tr", has=page.get_by_role("link", name="扫描0001.pdf", exact=True))
    press_until(page, unknown.get_by_role("link", name="的其他位置"))
    page.keyboard.press("Enter")
    select = unknown.locator("select")
    expect(select).to_be_focused()
    expect(select.locator("option")).to_have_count(10)  # 请选择, 3 × 2 of the rows, 3 of the tabs
    page.keyboard.press("ArrowDown")
    expect(unknown).to_contain_text("已选择")
    expect(unknown.get_by_role("checkbox")).to_be_checked()
    press_until(page, page.get_by_role("button", name="移除 多余的.pdf"))
    page.keyboard.press("Enter")
    expect(page.locator("#pending-count")).to_have_text("2")
    clerk.settle()
    press_until(page, page.locator("#confirm"))
    page.keyboard.press("Enter")
    expect(page.locator("#placed-title")).to_have_text("已归入 2 份")
    expect(page.locator("#placed-title").locator("..")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=f"第 1 行 {name_of(1)} · 入驻协议")).to_be_visible()


def press_until(page: Page, target: Any) -> None:
    """Press Tab until the target has the focus."""
    for _ in range(400):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {target}")

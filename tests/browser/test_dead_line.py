"""Files dropped onto the page for evidence, on a line that goes dead without a word: the work goes on by itself."""

import base64
import random
import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from playwright.sync_api import Page, expect
from reportlab.pdfgen.canvas import Canvas

from tests.browser.clerk import Clerk, evidence_sent
from tests.browser.conftest import OpenPage
from tests.browser.line import Line
from tests.completing import small_pdf
from tests.served import Served

pytestmark = pytest.mark.once
DROP = """([files]) => {
    const dropped = new DataTransfer();
    for (const [name, text] of files)
        dropped.items.add(new File([Uint8Array.from(atob(text), one => one.charCodeAt(0))], name));
    const place = document.getElementById('drop');
    place.dispatchEvent(new DragEvent('drop', {dataTransfer: dropped, bubbles: true, cancelable: true}));
}"""
WAITS = "线路中断，恢复后自动继续"


@pytest.fixture
def line(live_server: Served) -> Iterator[Line]:
    line = Line(live_server)
    yield line
    line.close()


@pytest.fixture
def clerk(line: Line, open_page: OpenPage) -> Clerk:
    """A clerk behind the line, on the page for evidence, whose clock can be moved."""
    clerk = Clerk(open_page(service_workers="block"))
    clerk.server = line.url
    clerk.page.clock.install()
    clerk.sign_in("bj_zhihui")
    clerk.new_filing("新增众创空间")
    clerk.open("evidence")
    return clerk


def large_pdf() -> bytes:
    """A scan of 2.7 MB that does not compress."""
    out, dice = BytesIO(), random.Random(1)
    canvas = Canvas(out, pageCompression=0)
    for _ in range(1_350):
        canvas.drawString(72, 720, dice.randbytes(1_000).hex())
    canvas.save()
    return out.getvalue()


def drop(page: Page, files: dict[str, bytes]) -> None:
    page.evaluate(DROP, [[[name, base64.b64encode(data).decode()] for name, data in files.items()]])


def wait_for_known(clerk: Clerk, count: int) -> None:
    """Wait until the server has this many files, whatever the page knows of it."""
    for _ in range(200):
        if len(clerk.fetch(f"{clerk.filing}/evidence/known").text().splitlines()) == count:
            return
        clerk.page.wait_for_timeout(50)
    raise AssertionError(f"the server never had {count} files")


def test_an_upload_on_a_dead_line_goes_on_by_itself_and_sends_nothing_twice(clerk: Clerk, line: Line) -> None:
    page, sent = clerk.page, evidence_sent(clerk.page)
    scan, state = page.locator("#queue-list li").first, page.locator("#queue-state")
    line.dead_after = 100_000
    drop(page, {"扫描件.pdf": large_pdf()})
    expect(scan).to_contain_text(re.compile(r"扫描件\.pdf（2\.\d MB）\s*正在上传 [1-9]\d? %"))
    page.clock.fast_forward(45_000)
    expect(scan).to_contain_text("正在上传")
    page.clock.fast_forward(20_000)
    expect(scan).to_contain_text("线路中断，等待重新上传")
    expect(state).to_have_text(f"已上传 0 / 1 份。{WAITS}")

    line.dead_after, line.is_mute = None, True  # the file comes in, and the answer never does
    page.clock.fast_forward(5_000)
    expect(scan).to_contain_text("已上传，正在检查文件…")
    wait_for_known(clerk, 1)
    page.clock.fast_forward(150_000)
    expect(scan).to_contain_text("已上传，正在检查文件…")
    page.clock.fast_forward(40_000)
    expect(state).to_contain_text(WAITS)
    line.is_mute = False
    page.clock.fast_forward(5_000)
    expect(state).to_have_text("已上传 1 份")
    expect(page.locator("#pending-count")).to_have_text("1")
    assert len(sent) == 2  # it broke once, and came in once

    page.clock.pause_at(
        page.evaluate("Date.now()") / 1_000 + 60
    )  # what goes on now goes on by `online` alone
    page.context.set_offline(True)
    drop(page, {"营业执照.pdf": small_pdf("license"), "入驻协议.pdf": small_pdf("agreement")})
    expect(state).to_have_text(f"已上传 0 / 2 份。{WAITS}")
    page.context.set_offline(False)
    expect(state).to_have_text("已上传 2 份")
    expect(page.locator("#pending-count")).to_have_text("3")


@pytest.mark.long
def test_the_file_of_a_row_on_a_dead_line_can_be_sent_again(clerk: Clerk, line: Line) -> None:
    page, state = clerk.page, clerk.page.locator("#msg")
    clerk.open("venue")
    row = clerk.add_row("venue_rows", {"address": "科韵路16号"})
    line.dead_after = 100_000
    scan = {"name": "租赁合同.pdf", "mimeType": "application/pdf", "buffer": large_pdf()}
    row.locator("input[type=file]").set_input_files(scan)  # type: ignore[arg-type]
    expect(state).to_contain_text(re.compile(r"正在上传 [1-9]\d? %"))
    page.clock.fast_forward(65_000)
    expect(state).to_contain_text("未保存：服务器没有及时回应，内容仍在本页")
    line.dead_after = None
    page.get_by_role("button", name="重试").click()
    expect(row.locator(".file")).to_contain_text("1 页")
    expect(page.get_by_role("button", name="重试")).to_have_count(0)

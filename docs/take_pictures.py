"""Take the pictures of the README and the handbook from a running demo.

    .venv/bin/python docs/take_pictures.py http://127.0.0.1:8000

Needs what `make test` installs: Chromium, poppler-utils and the environment. It works on the filing of
gz_linchuang: takes it back when it was submitted, generates a version when none is current, submits it for
the pictures of the office, and leaves it withdrawn and open again. Never point it at real data.
"""

import io
import shutil
import subprocess
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

PICTURES = Path(__file__).parent / "pictures"
PASSWORD = "Hatchery-2021-demo"  # noqa: S105 - public, of the demo only
SCREEN = (1366, 768)
TELEPHONE = (390, 844)
COLOURS = 256
GENERATING = 300_000  # milliseconds
PAPER_TITLE = "服务场地明细"  # what stands beside the cover
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def main() -> None:
    """Take every picture."""
    base = sys.argv[1].rstrip("/") if len(sys.argv) == 2 else sys.exit(__doc__)
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM_ARGUMENTS
        )
        clerk = sign_in(browser, base, "gz_linchuang", "legal", take="sign-in")
        filing = open_filing(clerk, base)
        take_editing(clerk, base, filing)
        take_materials(clerk, base, filing)
        take_telephone(browser, clerk, base, filing)
        submit(clerk, base, filing)
        take_office(sign_in(browser, base, "city_guangzhou", "staff"), base)
        take_back(clerk, base, filing)
        browser.close()
    size = sum(path.stat().st_size for path in PICTURES.glob("*.png"))
    print(f"{size / 1024:.0f} KB in {PICTURES}")


def sign_in(browser: Browser, base: str, login: str, account_type: str, take: str = "") -> Page:
    """Sign in through the page; the captcha is prefilled in the demo."""
    page = new_page(browser, SCREEN)
    page.goto(f"{base}/login?account_type={account_type}")
    if take:
        shoot(page, take)
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="用户登录").click()
    expect(page.get_by_text(f"当前用户：{login}")).to_be_attached()
    return page


def new_page(browser: Browser, size: tuple[int, int], **options: object) -> Page:
    viewport = {"width": size[0], "height": size[1]}
    return browser.new_context(viewport=viewport, locale="zh-CN", **options).new_page()  # type: ignore[arg-type]


def open_filing(clerk: Page, base: str) -> str:
    """Return the path of the complete filing, open for editing."""
    clerk.goto(f"{base}/filings")
    row = clerk.get_by_role("row").filter(has_text="临创众创空间").filter(has_text="ZCKJ").first
    if row.count() == 0:  # no version yet, so no 版本号 to know it by
        row = clerk.get_by_role("row").filter(has_text="临创众创空间").first
    address = row.get_by_role("link").first.get_attribute("href") or ""
    filing = "/".join(address.split("/")[:3])
    take_back(clerk, base, filing)
    return filing


def take_back(clerk: Page, base: str, filing: str) -> None:
    """Withdraw the filing if it was submitted, and go on filling it."""
    clerk.goto(f"{base}{filing}/receipt")
    if clerk.get_by_role("link", name="撤回", exact=True).count():
        clerk.goto(f"{base}{filing}/withdrawal")
        clerk.locator("main").get_by_role("button", name="撤回").click()
        clerk.wait_for_url("**/receipt")
    if clerk.get_by_role("button", name="继续填报").count():
        clerk.get_by_role("button", name="继续填报").click()
        clerk.wait_for_url("**/problems")


def take_editing(clerk: Page, base: str, filing: str) -> None:
    """Home, a table with an open row, the widest table, the self-check, what is missing."""
    clerk.goto(base)
    shoot(clerk, "home")
    clerk.goto(f"{base}{filing}/venue")
    edit = clerk.locator("tbody tr a[href$=edit]").nth(1)
    with clerk.expect_response(lambda answer: answer.url.endswith("/edit")):
        edit.click()
    expect(clerk.locator("tbody tr [name=area_total]").first).to_be_visible()
    clerk.locator("tbody tr [name=area_total]").first.focus()
    shoot(clerk, "venue")
    for name in ("enterprises", "conditions"):
        clerk.goto(f"{base}{filing}/{name}")
        shoot(clerk, name)


def take_materials(clerk: Page, base: str, filing: str) -> None:
    """The list of versions with a current one, its pages on paper, and the dialog of the submission."""
    clerk.goto(f"{base}{filing}/materials")
    if clerk.locator("tr.current").count() == 0:
        clerk.get_by_role("button", name="下载材料（生成新版本）").click()
        expect(clerk.locator("tr.current")).to_be_visible(timeout=GENERATING)
        clerk.reload()
    shoot(clerk, "materials")
    address = clerk.locator("tr.current").get_by_role("link", name="下载 PDF").get_attribute("href")
    take_paper(clerk.request.get(f"{base}{address}").body())
    clerk.locator(".filing-head").get_by_role("link", name="提交申报材料").click()
    expect(clerk.locator("dialog[open]")).to_be_visible()
    shoot(clerk, "submission")


def take_paper(pdf: bytes) -> None:
    """Show the cover and the page with the venues side by side on the desk."""
    desk = Image.new("RGB", SCREEN, "#D9E0E2")
    sheets = [printed(pdf, page) for page in (1, page_with(pdf, PAPER_TITLE))]
    gap = (SCREEN[0] - sum(sheet.width for sheet in sheets)) // (len(sheets) + 1)
    left = gap
    for sheet in sheets:
        desk.paste(sheet, (left, (SCREEN[1] - sheet.height) // 2))
        left += sheet.width + gap
    keep(desk, "paper")


def page_with(pdf: bytes, title: str) -> int:
    """Find the page with a table: the last of the first forty that has its title, so not the contents."""
    command = ["pdftotext", "-l", "40", "-", "-"]
    read = subprocess.run(command, input=pdf, capture_output=True, check=True)  # noqa: S603
    pages = read.stdout.decode().split("\f")
    return max((number for number, text in enumerate(pages, 1) if title in text), default=1)


def printed(pdf: bytes, page: int) -> Image.Image:
    """Draw one page, 736 pixels high when it stands upright."""
    numbers = ["-f", str(page), "-l", str(page), "-r", "63", "-singlefile", "-png"]
    drawn = subprocess.run(["pdftoppm", *numbers, "-"], input=pdf, capture_output=True, check=True)  # noqa: S603, S607
    return Image.open(io.BytesIO(drawn.stdout)).convert("RGB")


def take_telephone(browser: Browser, clerk: Page, base: str, filing: str) -> None:
    """A table on a telephone, signed in as on the desk."""
    page = new_page(browser, TELEPHONE, storage_state=clerk.context.storage_state())
    page.goto(f"{base}{filing}/venue")
    shoot(page, "telephone")


def submit(clerk: Page, base: str, filing: str) -> None:
    """Submit to the office that is preselected."""
    clerk.goto(f"{base}{filing}/submission")
    confirm = clerk.locator("[name=confirm_conditions]")
    if confirm.count():
        confirm.check()
    clerk.get_by_role("button", name="确认提交").click()
    clerk.wait_for_url("**/receipt")


def take_office(office: Page, base: str) -> None:
    """The queue of the receiving office and the filing as submitted."""
    office.goto(f"{base}/review")
    shoot(office, "queue")
    office.get_by_role("row").filter(has_text="临创众创空间").first.get_by_role("link").first.click()
    office.get_by_role("link", name="服务场地", exact=True).click()
    office.locator("a[data-file]").nth(1).click()
    shoot(office, "review")


def shoot(page: Page, name: str) -> None:
    """Take what the screen shows, once fonts are there and nothing moves."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => true)")
    keep(Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide"))), name)


def keep(picture: Image.Image, name: str) -> None:
    """Write a picture small: few colours are enough for pages of text."""
    small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(PICTURES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()

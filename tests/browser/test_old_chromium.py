"""What a clerk does, in the Chromium of 360 browsers of 2018 and 2020; no script may fail there."""

from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from demo.accounts import PASSWORD
from tests.browser.conftest import OpenPage, StartOld
from tests.browser.judging import DESK, PHONE, Audit
from tests.browser.old_chromium import OldChromium
from tests.completing import BASIC_INFO, TEXT_TABS, VENUE, small_pdf
from tests.sheets import clipboard

PASSWORD_FIELD, LOGIN_FIELD = "input[name=password]", "input[name=login_name]"
NEW_ROW, ROWS = "#venue_rows-new", 'tbody > tr[id^="venue_rows-"]:not([id="venue_rows-new"])'
BLOCK = clipboard([["孵化场地地址", "众创空间面积（平方米）"], ["高普路 1 号", "10"], ["高普路 2 号", "20"]])


def sign_in(browser: OldChromium, login: str, *, own_computer: bool = False) -> None:
    browser.open("/login?account_type=legal")
    assert browser.count("html.js") == 1
    if own_computer:
        browser.click("input[name=computer][value=public]")
    browser.type(LOGIN_FIELD, login)
    browser.type(PASSWORD_FIELD, PASSWORD)
    browser.press("Enter")
    browser.reads(f"当前用户：{login}")


def new_filing(browser: OldChromium) -> str:
    """Open a draft for a makerspace not yet registered; return its address."""
    browser.open("/filings")
    browser.choose("select[name=carrier]", "new")
    browser.go('form[action$="/filings"] button.primary')
    browser.reads("填报说明")
    return browser.address.rsplit("/", 1)[0]


def fill_tab(browser: OldChromium, answers: dict[str, str]) -> None:
    for name, value in answers.items():
        answer(browser, f'#tab-form [name="{name}"]', value)


def answer(browser: OldChromium, field: str, value: str) -> None:
    kind = browser.evaluate(f"document.querySelector({field!r}).type")
    if kind in ("radio", "checkbox", "select-one"):
        browser.choose(field, value)
        browser.settle()
    else:
        browser.type(field, value)


def save(browser: OldChromium) -> None:
    browser.click("button[name=op][value=save]")
    browser.reads("已保存")
    browser.settle()


def add_venue(browser: OldChromium, address: str) -> None:
    """Type a row from left to right and press Enter; the cursor is in the next one afterwards."""
    count = browser.count(ROWS)
    for name, value in (VENUE | {"address": address}).items():
        answer(browser, f'{NEW_ROW} [name="{name}"]', value if isinstance(value, str) else value[0])
    browser.press("Enter")
    browser.wait_for(f"document.querySelectorAll({ROWS!r}).length === {count + 1}")
    browser.settle()
    browser.wait_for(f"document.activeElement === document.querySelector('{NEW_ROW} [name=address]')")


def edit_first(browser: OldChromium, address: str) -> None:
    row = f'{ROWS}.editing [name="address"]'
    browser.click(f'{ROWS} a[href$="/edit"]')
    browser.sees(row)
    browser.type(row, address)
    browser.press("Enter")
    browser.wait_for(f"!document.querySelector({ROWS + '.editing'!r})")
    browser.reads(address)
    browser.settle()


def remove_last(browser: OldChromium) -> None:
    count = browser.count(ROWS)
    browser.evaluate(f"document.querySelectorAll({ROWS!r})[{count - 1}].id = 'last'")
    browser.click('#last form[action$="/removal"] button')
    browser.wait_for(
        f"document.querySelectorAll({ROWS!r}).length < {count} && !document.querySelector('#last')"
    )
    browser.settle()


def paste(browser: OldChromium, filing: str) -> None:
    """Paste a block into the box of the import, confirm it, and take it back."""
    browser.open(f"{filing}/venue_rows/import")
    browser.type("#block", BLOCK)
    browser.go("#main form button.primary")
    browser.reads("导入预览")
    assert browser.count("[name=lines]") > 0, browser.text()
    browser.go("button[name=lines][value=all]")
    browser.go('form[action$="/undo"] button')
    browser.open(f"{filing}/venue")
    browser.wait_for(f"document.querySelectorAll({ROWS!r}).length === 0")


@pytest.mark.parametrize(
    ("version", "login"), [(71, "bj_zhihui"), pytest.param(86, "sz_chuangke", marks=pytest.mark.long)]
)
def test_rows_and_a_file_on_an_old_machine(
    start_old: StartOld, version: int, login: str, tmp_path: Path
) -> None:
    browser = start_old(version)
    sign_in(browser, login)
    assert browser.evaluate("getComputedStyle(document.querySelector('.old-browser')).display") == "none"
    filing = new_filing(browser)
    browser.open(f"{filing}/venue")
    add_venue(browser, "科韵路 16 号")
    add_venue(browser, "科韵路 18 号")
    edit_first(browser, "科韵路 20 号")
    attach(browser, f'{ROWS} td[id$="-evidence_file"] input[type=file]', tmp_path)
    remove_last(browser)


def attach(browser: OldChromium, field: str, folder: Path) -> None:
    file = folder / "lease.pdf"
    file.write_bytes(small_pdf("lease", 2))
    browser.sees(field)
    browser.upload(field, file)
    browser.reads("2 页")
    browser.settle()


@pytest.mark.long
@pytest.mark.parametrize(("version", "login"), [(71, "gz_qihang"), (86, "fs_chancheng")])
def test_a_bad_afternoon_on_an_old_machine(
    start_old: StartOld, version: int, login: str, tmp_path: Path
) -> None:
    browser = start_old(version)
    sign_in(browser, login, own_computer=True)
    filing = new_filing(browser)
    browser.open(f"{filing}/venue")
    add_venue(browser, "科韵路 16 号")
    add_venue(browser, "科韵路 18 号")
    browser.click(f'{ROWS} form[action$="/removal"] button')
    browser.click("tr.removed button")
    browser.wait_for(
        f"!document.querySelector('tr.removed') && document.querySelectorAll({ROWS!r}).length === 2"
    )
    browser.reads("科韵路 16 号")
    browser.settle()
    type_without_a_line(browser, "科韵路 20 号")
    sign_in_on_the_spot(browser, "科韵路 22 号")
    browser.open(f"{filing}/evidence")
    files = [tmp_path / f"科韵路{number}号_租赁合同.pdf" for number in (16, 18, 20, 22)]
    for file in files:
        file.write_bytes(small_pdf(file.stem.split("路")[1][:2], 2))
    browser.upload("#files", *files)
    browser.reads("已上传 4 份")
    browser.wait_for("document.querySelectorAll('#pending [name=file]:checked').length === 4")
    browser.settle()
    browser.click("#confirm")
    browser.reads("已归入 4 份")
    browser.open(f"{filing}/venue")
    browser.wait_for(f"document.querySelectorAll('{ROWS} .file').length === 4")


def type_without_a_line(browser: OldChromium, address: str) -> None:
    """Add a row while the line is away; it arrives by itself."""
    field, count = f"{NEW_ROW} [name=address]", browser.count(ROWS)
    browser.type(field, "一")
    browser.wait_for("window.hatchery.store && window.hatchery.store.list")
    browser.set_offline(True)
    browser.type(field, address)
    browser.press("Enter")
    browser.reads("1 处修改尚未上传")
    browser.sees("tr[data-kept]")
    browser.set_offline(False)
    browser.wait_for("document.querySelector('#unsent').hidden")
    browser.wait_for(f"document.querySelectorAll({ROWS!r}).length === {count + 1}")
    browser.reads(address)
    browser.settle()


def sign_in_on_the_spot(browser: OldChromium, address: str) -> None:
    """Add a row after the session has ended; it is saved once one has signed in."""
    count = browser.count(ROWS)
    browser.forget_cookie("_session")
    browser.type(f"{NEW_ROW} [name=address]", address)
    browser.press("Enter")
    browser.reads("登录已过期，请重新登录")
    browser.sees("#dialog[open] [name=captcha]")
    browser.type(f"#dialog {PASSWORD_FIELD}", PASSWORD)
    browser.click("#dialog button.primary")
    browser.wait_for(f"document.querySelectorAll({ROWS!r}).length === {count + 1}")
    browser.reads(address)
    browser.settle()


def test_a_browser_that_is_too_old_is_told_and_still_serves(open_page: OpenPage, axe: Audit) -> None:
    """Such a browser knows nothing of the property that the style sheet asks for."""
    page = open_page(service_workers="block")
    page.goto("/login")
    expect(page.locator(".old-browser")).to_be_hidden()

    def without_it(route: Route) -> None:
        answer = route.fetch()
        known = answer.text()
        assert "@supports (margin-inline-start:0)" in known
        route.fulfill(response=answer, body=known.replace("(margin-inline-start:0)", "(margin-of-nobody:0)"))

    page.route("**/app.*.css", without_it)
    for size in (PHONE, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.goto("/login")
        expect(page.locator(".old-browser")).to_contain_text("您的浏览器版本过低")
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    expect(page.get_by_role("button", name="用户登录")).to_be_visible()


@pytest.mark.long
@pytest.mark.parametrize("version", [71, 78, 86])
def test_every_task_on_an_old_machine(start_old: StartOld, version: int, tmp_path: Path) -> None:
    browser = start_old(version)
    sign_in(browser, {71: "tj_binhai", 78: "fs_chancheng", 86: "hz_weilai"}[version])
    filing = new_filing(browser)
    fill_tab(browser, {"instructions_read": "yes"})
    save(browser)
    browser.open(f"{filing}/commitment")
    file = tmp_path / "commitment.pdf"
    file.write_bytes(small_pdf("commitment", 2))
    browser.upload("#slot-commitment_file input[type=file]", file)
    browser.click("#slot-commitment_file button")
    browser.reads("2 页")
    browser.open(f"{filing}/basic_info")
    fill_tab(browser, BASIC_INFO)
    save(browser)
    paste(browser, filing)
    add_venue(browser, "科韵路 16 号")
    attach(browser, f'{ROWS} td[id$="-evidence_file"] input[type=file]', tmp_path)
    for tab in TEXT_TABS:
        browser.open(f"{filing}/{tab}")
        fill_tab(browser, {f"{tab}_text": "第一段。"})
        save(browser)
    browser.open(f"{filing}/materials")
    browser.go('form[action$="/materials"] button')
    browser.sees("a[href$='.pdf']")
    browser.open(f"{filing}/submission")
    browser.click("input[name=receiving_office]")
    if browser.count("input[name=confirm_conditions]"):
        browser.click("input[name=confirm_conditions]")
    browser.go('form[action$="/submission"] button.primary')
    browser.reads("已提交至")

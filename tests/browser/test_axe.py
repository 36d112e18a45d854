"""Accessibility of every page the clerk, the reviewer and the public meet, at a desk and on a phone."""

import pytest
from playwright.sync_api import Page, expect

from demo.accounts import PASSWORD
from tests.browser.clerk import Clerk, complete
from tests.browser.conftest import OpenPage
from tests.browser.judging import Inspect, visit
from tests.browser.newcomer import Newcomer
from tests.completing import BASIC_INFO, TEXT_TABS, VENUE

TABS = ("instructions", "commitment", "basic_info", "venue", "staff", "incubation", *TEXT_TABS)
TABLES = (
    "venue_rows",
    "service_staff",
    "mentors",
    "teams",
    "enterprises",
    "activities",
    "media_reports",
    "honors",
)


@pytest.fixture
def clerk(page: Page) -> Clerk:
    return Clerk(page)


def test_the_desk_and_the_account(clerk: Clerk, inspect: Inspect) -> None:
    clerk.sign_in("gz_banshi", "natural")
    visit(
        clerk,
        inspect,
        "/account/unit",
        "/",
        "/filings",
        "/account/sessions",
        "/account/password",
        "/account/data",
        "/account/closure",
        "/logout",
    )


def test_the_ways_into_an_account(clerk: Clerk, inspect: Inspect) -> None:
    visit(
        clerk,
        inspect,
        "/register",
        "/register/legal",
        "/register/privacy",
        "/login/forgotten",
        "/account/appeal",
        "/account/appeal/query",
        "/login/reset",
    )
    clerk.page.get_by_role("button", name="获取短信验证码").click()
    inspect("a reset without a name")


def test_an_appeal(clerk: Clerk, inspect: Inspect) -> None:
    newcomer = Newcomer(clerk.page)
    newcomer.open("/account/appeal/legal")
    inspect("the mobile of an appeal")
    newcomer.type({"mobile": newcomer.mobile})
    newcomer.press("获取短信验证码")
    inspect("the code of an appeal")
    newcomer.prove_mobile()
    newcomer.press("提交申诉")
    inspect("an appeal that lacks everything")


def test_a_complete_filing(clerk: Clerk, inspect: Inspect) -> None:
    clerk.sign_in("gz_linchuang")
    clerk.open_first_filing()
    visit(clerk, inspect, *TABS, *(table for table in TABLES if table != "venue_rows"))
    visit(clerk, inspect, "problems", "conditions", "preview", "materials", "submission", "removal")
    visit(clerk, inspect, "files/commitment_file/removal")


def test_rows_being_edited(clerk: Clerk, inspect: Inspect) -> None:
    clerk.sign_in("gz_linchuang")
    clerk.open_first_filing()
    for table in TABLES:
        clerk.open(table)
        clerk.edit_row(table, 0)
        clerk.settle()
        inspect(f"{table} being edited")
    row = clerk.rows("honors").first
    clerk.open(f"honors/{str(row.get_attribute('id')).removeprefix('honors-')}/edit")
    inspect("a row being edited as a page")


def test_states_of_rows_and_files(clerk: Clerk, inspect: Inspect) -> None:
    clerk.sign_in("tj_binhai")
    clerk.new_filing("新增众创空间")
    page = clerk.page
    clerk.open("venue")
    blank = clerk.blank("venue_rows")
    clerk.fill({"area_total": "一百"}, blank, "row-new")
    blank.get_by_role("button", name="添加").click()
    expect(page.locator('[data-error="E_NUMBER"]')).to_be_visible()
    inspect("a refused row")
    clerk.fill({"area_total": "100", "address": "科韵路16号"}, blank, "row-new")
    blank.get_by_role("button", name="添加").click()
    row = clerk.rows("venue_rows").first
    expect(row).to_be_visible()
    clerk.settle()
    inspect("a saved row with what it still needs")
    row.locator("input[type=file]").set_input_files(
        {"name": "合同.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 torn"}
    )
    expect(row.locator("td.err .bad[data-error]")).to_be_visible()
    inspect("a refused file")
    row.get_by_role("button", name="删除").click()
    expect(page.get_by_role("button", name="撤销")).to_be_focused()
    inspect("a removed row")
    page.get_by_role("button", name="撤销").click()
    clerk.edit_row("venue_rows", 0)
    assert clerk.post(f"{clerk.filing}/{clerk.row_path('venue_rows', 0)}", VENUE).ok
    clerk.press_save_row("venue_rows", 0)
    expect(page.locator("tr[data-error=E_CONFLICT]")).to_be_visible()
    inspect("a conflict in the table")


def test_states_of_tabs_and_of_a_filing_that_is_not_ready(clerk: Clerk, inspect: Inspect) -> None:
    clerk.sign_in("tj_binhai")
    clerk.new_filing("新增众创空间")
    visit(clerk, inspect, *TABS, "teams", "enterprises", "problems", "materials", "submission")
    page = clerk.page
    clerk.open("basic_info")
    clerk.fill({"operation_started_on": "去年", "contact_mobile": "123"})
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page).to_have_title("错误：基础信息 - 孵化申报")
    inspect("a refused tab")
    assert clerk.post(f"{clerk.filing}/basic_info", BASIC_INFO).ok
    clerk.fill({"manager_name": "另一人"})
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("h1")).to_have_text("基础信息已被他人修改")
    inspect("a conflict of a tab")
    clerk.open("materials")
    page.get_by_role("button", name="下载材料").click()
    expect(page.get_by_role("alert")).to_be_visible()
    inspect("not ready to generate")


def test_a_submitted_filing_and_its_office(clerk: Clerk, inspect: Inspect, open_page: OpenPage) -> None:
    clerk.sign_in("tj_binhai")
    clerk.new_filing("新增众创空间")
    complete(clerk)
    clerk.open("problems")
    inspect("nothing is missing")
    clerk.open("materials")
    clerk.page.get_by_role("button", name="下载材料").click()
    inspect("a version on its way or there")
    clerk.wait_for_version()
    version_no = clerk.page.locator("tr.current td.mono").inner_text()
    inspect("a version")
    clerk.page.get_by_role("link", name="用此版本提交").click()
    expect(clerk.page.get_by_role("dialog")).to_be_visible()
    inspect("the dialog of submission")
    clerk.page.get_by_role("button", name="确认提交至").click()
    expect(clerk.page.locator("[data-error=E_CONDITIONS_UNCONFIRMED]")).to_be_visible()
    inspect("failing conditions unconfirmed")
    clerk.page.get_by_label("我已知悉，仍然提交").check()
    clerk.page.get_by_role("button", name="确认提交至").click()
    expect(clerk.page.locator("h1")).to_have_text("申报进度")
    visit(clerk, inspect, "receipt", "paper", "withdrawal", "materials", "compare", "preview", "basic_info", "venue",
          "commitment", "/", "/filings", f"/verify/{version_no}")  # fmt: skip
    reviewer = Clerk(clerk.page)
    clerk.page.get_by_role("button", name="退出登录").click()
    reviewer.sign_in("province_tianjin", "staff")
    case = f"/review/{clerk.filing.rsplit('/', 1)[1]}"
    visit(reviewer, inspect, "/review", case, f"{case}?part=basic_info", f"{case}?part=venue&file=2",
          f"{case}?part=basic_info&note=basic_info/contact_name", f"{case}/evidence?file=2",
          f"{case}/compare")  # fmt: skip


def test_pages_for_everybody_and_refusals(clerk: Clerk, inspect: Inspect) -> None:
    visit(clerk, inspect, "/login", "/login?account_type=staff", "/login?captcha=sum", "/offline", "/verify",
          "/verify/ZCKJ-2021-000001-001-ABCD")  # fmt: skip
    page = clerk.page
    clerk.open("/login")
    page.get_by_label("登录名").fill("gz_qihang")
    page.get_by_label("密码", exact=True).fill("wrong password")
    page.get_by_role("button", name="用户登录").click()
    expect(page.get_by_role("alert")).to_contain_text("登录名或密码错误")
    inspect("a refused sign-in")
    clerk.open("/login")
    page.get_by_label("登录名").fill("gz_qihang")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_label("验证码", exact=True).fill("wrong")
    page.get_by_role("button", name="用户登录").click()
    expect(page.locator("[data-error=E_CAPTCHA]")).to_be_visible()
    inspect("a wrong captcha")
    clerk.sign_in("helpdesk_a", "staff")
    visit(clerk, inspect, "/")
    assert clerk.open("/filings").status == 403
    inspect("403")
    assert clerk.open("/nothing").status == 404
    inspect("404")


def test_the_session_ends_while_somebody_types(clerk: Clerk, inspect: Inspect) -> None:
    clerk.sign_in("tj_binhai")
    clerk.new_filing("新增众创空间")
    clerk.open("venue")
    clerk.page.context.clear_cookies()
    clerk.blank("venue_rows").locator("[name=address]").fill("科韵路16号")
    clerk.page.keyboard.press("Enter")
    expect(clerk.page.get_by_role("dialog")).to_be_visible()
    inspect("signed out meanwhile")
    expect(clerk.blank("venue_rows").locator("[name=address]")).to_have_value("科韵路16号")

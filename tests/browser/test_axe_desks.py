"""Accessibility of the desks: an office before it sends, a clerk with a returned filing, the administrator, the public.

What comes after sending is judged on the way of `test_whole_way.py`.
"""

from playwright.sync_api import expect

from tests.browser.clerk import Clerk
from tests.browser.conftest import OpenPage
from tests.browser.judging import Inspect, visit
from tests.browser.reviewer import Reviewer

PLACE = "basic_info/contact_name"


def test_an_office_at_its_desk(open_page: OpenPage, inspect: Inspect) -> None:
    office = Reviewer(open_page())
    office.sign_in("city_hangzhou", "staff")
    visit(
        office,
        inspect,
        "/review",
        "/review?desk=all&failing=MK-05",
        "/review?desk=sent",
        "/account/notifications",
    )
    case = office.open_case("西溪")
    visit(office, inspect, case, f"{case}?part=basic_info&note={PLACE}", f"{case}?part=venue_rows&file=2",
          f"{case}/evidence?file=1", f"{case}/history", f"{case}/paper", f"{case}/compare", f"{case}/recusal")  # fmt: skip
    office.open(f"{case}/opinion?spot={PLACE}")
    office.page.get_by_role("button", name="添加这条要求").click()
    inspect("a request without its words", office.page)
    office.pin("基础信息 · 联系人")
    office.open(f"{case}/opinion")
    office.page.get_by_role("button", name="保存意见").click()
    inspect("an opinion that lacks answers", office.page)
    office.write("pass", is_genuine="yes", is_qualified="yes", site_checked="yes")
    inspect("a saved opinion", office.page)
    office.page.get_by_role("button", name="发送这件意见").click()
    inspect("before sending", office.page)
    visit(office, inspect, f"{case}?part=basic_info", "/review", "/review/figures")
    office.page.get_by_role("button", name="导出 xlsx").click()
    expect(office.page.locator("[data-export=ready]")).to_be_visible(timeout=60_000)
    inspect("an export", office.page)


def test_a_clerk_with_a_filing_that_came_back(open_page: OpenPage, inspect: Inspect) -> None:
    clerk = Clerk(open_page())
    clerk.sign_in("gz_linchuang")
    visit(clerk, inspect, "/", "/account/notifications")
    clerk.open("/")
    clerk.go("逐条修改")
    clerk.filing = clerk.address.rsplit("/", 1)[0]
    visit(clerk, inspect, "requests", "basic_info", "venue_rows", "receipt", "materials", "submission")


def test_the_administrator(open_page: OpenPage, inspect: Inspect) -> None:
    clerk = Clerk(open_page())
    clerk.sign_in("admin", "staff")
    visit(clerk, inspect, "/")
    for pages in ("batches", "offices?q=广州", "regions?q=广州", "notice-texts"):
        visit(clerk, inspect, f"/admin/{pages}")
        clerk.page.locator("td a").first.click()
        inspect(f"one of {pages}", clerk.page)
    clerk.page.locator("textarea").first.fill("")
    clerk.page.get_by_role("button", name="保存").click()
    inspect("a text that is refused", clerk.page)
    visit(
        clerk,
        inspect,
        "/admin/days",
        "/admin/batches/new",
        "/admin/staff-accounts",
        "/admin/staff-accounts/new",
    )


def test_what_is_public_before_anything_was_announced(open_page: OpenPage, inspect: Inspect) -> None:
    anybody = Clerk(open_page())
    visit(anybody, inspect, "/lists", "/register-of-carriers")
    office = Clerk(open_page())
    office.sign_in("province_zhejiang", "staff")
    visit(
        office, inspect, "/review", "/review/figures", "/review/exports", "/review/publicity", "/demo/outbox"
    )

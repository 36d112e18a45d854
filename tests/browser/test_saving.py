"""What becomes of what was typed when the line, the server or the session fails: seen, and nothing lost."""

import re
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from demo.accounts import PASSWORD
from tests.browser.clerk import Clerk
from tests.browser.conftest import OpenPage
from tests.browser.reviewer import Reviewer

pytestmark = pytest.mark.once
VENUE = {"address": "科韵路16号", "area_total": "100"}


@pytest.fixture
def clerk(open_page: OpenPage) -> Clerk:
    """A clerk with a new draft, whose requests can be made to fail."""
    clerk = Clerk(open_page(service_workers="block"))
    clerk.sign_in("tj_binhai")
    clerk.new_filing("新增众创空间")
    return clerk


def never_arrives(route: Route) -> None:
    route.abort("internetdisconnected")


def answer_gets_lost(route: Route) -> None:
    """Let the server act, and drop what it says."""
    route.fetch()
    route.abort("internetdisconnected")


def server_is_away(route: Route) -> None:
    route.fulfill(status=503, body="")


def on_posts(page: Page, pattern: str, act: Callable[[Route], Any]) -> None:
    page.route(pattern, lambda route: act(route) if route.request.method == "POST" else route.continue_())


def test_the_sixth_wrong_password_says_how_long_the_name_is_locked(page: Page) -> None:
    clerk, asked = Clerk(page), list[str]()
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    clerk.open("/login")
    page.get_by_label("登录名").fill(f"nobody_{secrets.token_hex(4)}")
    page.get_by_label("密码", exact=True).fill("falsch")
    for _ in range(5):
        clerk.after_swap(lambda: page.get_by_role("button", name="用户登录").click(), "/login")
        expect(page.locator("#signin-notice")).to_contain_text("登录名或密码错误")
    page.get_by_role("button", name="用户登录").click()
    expect(page.locator("#signin-notice")).to_contain_text("账号已锁定，请15分钟后再试")
    expect(page.get_by_label("密码", exact=True)).to_have_value("falsch")
    page.get_by_role("link", name="忘记密码").click()
    expect(page.locator("h1")).to_have_text("忘记密码")
    assert asked == []


@pytest.mark.parametrize("fault", [never_arrives, answer_gets_lost, server_is_away])
def test_a_row_that_did_not_get_through_is_sent_again_and_counts_once(clerk: Clerk, fault: Any) -> None:
    page = clerk.page
    clerk.open("venue")
    on_posts(page, "**/venue_rows", fault)
    clerk.fill(VENUE, clerk.blank("venue_rows"), "row-new")
    page.keyboard.press("Enter")
    expect(page.locator("#msg")).to_contain_text("未保存：")
    expect(clerk.blank("venue_rows").locator("[name=address]")).to_have_value("科韵路16号")
    page.unroute("**/venue_rows")
    page.get_by_role("button", name="重试").click()
    expect(clerk.rows("venue_rows")).to_have_count(1)
    expect(page.locator("#msg")).to_contain_text("已保存")
    expect(page.get_by_role("button", name="重试")).to_have_count(0)
    clerk.open("venue")
    expect(clerk.rows("venue_rows")).to_have_count(1)


def test_a_tab_says_what_is_not_saved_and_saves_all_of_it_later(clerk: Clerk) -> None:
    page = clerk.page
    clerk.open("basic_info")
    on_posts(page, "**/basic_info", answer_gets_lost)
    clerk.fill({"manager_name": "李一", "contact_name": "王二"})
    page.locator("[name=contact_name]").blur()
    expect(page.locator("#msg")).to_contain_text("未保存：网络中断")
    page.unroute("**/basic_info")
    page.get_by_role("button", name="重试").click()
    expect(page.locator("#msg")).to_contain_text("已自动保存")
    expect(page.get_by_role("button", name="重试")).to_have_count(0)
    clerk.save()
    clerk.open("basic_info")
    for name, text in {"manager_name": "李一", "contact_name": "王二"}.items():
        expect(page.locator(f"[name={name}]")).to_have_value(text)


def test_leaving_with_something_unsaved_asks(clerk: Clerk) -> None:
    page = clerk.page
    clerk.open("venue")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    clerk.fill(VENUE, clerk.blank("venue_rows"), "row-new")
    page.get_by_role("link", name="基础信息").first.click()
    page.wait_for_event("dialog") if not asked else None
    assert asked == ["beforeunload"]
    expect(clerk.blank("venue_rows").locator("[name=address]")).to_have_value("科韵路16号")
    clerk.blank("venue_rows").get_by_role("button", name="添加").click()
    expect(clerk.rows("venue_rows")).to_have_count(1)
    page.get_by_role("link", name="基础信息").first.click()
    expect(page.locator("h1")).to_have_text("基础信息")
    assert asked == ["beforeunload"]


def test_sending_one_form_asks_before_it_discards_what_is_typed_in_another(page: Page) -> None:
    office, asked = Reviewer(page), list[str]()
    office.sign_in("city_foshan", "staff")
    office.open("/review")
    page.get_by_role("link", name=re.compile("^审核 .")).first.click()
    opinion, request = page.locator("#opinion-form"), page.locator("#pin")
    opinion.locator("[name=intention][value=return]").check()
    opinion.locator("[name=reason]").fill("场地证明与面积不一致，请逐处核对。")
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    request.get_by_role("button", name="添加这条要求").click()
    page.wait_for_event("dialog") if not asked else None
    assert asked == ["beforeunload"]
    expect(opinion.locator("[name=reason]")).to_have_value("场地证明与面积不一致，请逐处核对。")
    expect(request).not_to_have_class(re.compile("is-busy"))  # it can be sent again
    opinion.get_by_role("button", name="保存意见").click()
    expect(page.locator(".notice.bad")).to_contain_text("意见尚未保存")
    assert asked == ["beforeunload"]


@pytest.fixture
def end_sessions(open_page: OpenPage) -> Callable[[], None]:
    """Ends the sessions of the account, as its owner would from another computer."""
    elsewhere = Clerk(open_page())

    def end() -> None:
        elsewhere.sign_in("tj_binhai")
        elsewhere.open("/account/sessions")
        elsewhere.page.get_by_role("button", name="退出全部").click()
        expect(elsewhere.page.get_by_role("button", name="用户登录")).to_be_visible()

    return end


def test_a_save_after_the_session_goes_through_once_one_has_signed_in(
    clerk: Clerk, end_sessions: Callable[[], None], axe: Any
) -> None:
    page = clerk.page
    clerk.open("venue")
    clerk.fill(VENUE, clerk.blank("venue_rows"), "row-new")
    end_sessions()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("登录已过期")
    expect(dialog.get_by_label("登录名")).to_have_value("tj_binhai")
    assert axe(page) == []
    dialog.get_by_label("密码", exact=True).fill("falsch")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("登录名或密码错误")
    dialog.get_by_label("密码", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="登录并继续保存").click()
    expect(dialog).to_be_hidden()
    expect(clerk.rows("venue_rows")).to_have_count(1)
    clerk.add_row("venue_rows", VENUE)
    expect(clerk.rows("venue_rows")).to_have_count(2)


def test_an_autosave_after_the_session_goes_through_too(
    clerk: Clerk, end_sessions: Callable[[], None]
) -> None:
    page = clerk.page
    clerk.open("basic_info")
    end_sessions()
    clerk.fill({"manager_name": "李一"})
    page.get_by_role("button", name="保存并下一步").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("密码", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="登录并继续保存").click()
    expect(dialog).to_be_hidden()
    expect(
        page.locator("#msg, h1").filter(has_text="已自动保存").or_(page.locator("h1", has_text="服务场地"))
    ).to_be_visible()
    clerk.open("basic_info")
    expect(page.locator("[name=manager_name]")).to_have_value("李一")


def test_nothing_of_one_person_is_sent_for_another(clerk: Clerk, end_sessions: Callable[[], None]) -> None:
    page = clerk.page
    clerk.open("basic_info")
    end_sessions()
    sent: list[str] = []
    page.on(
        "request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None
    )
    clerk.fill({"manager_name": "李一"})
    page.locator("[name=manager_name]").blur()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("登录名").fill("fs_chancheng")
    dialog.get_by_label("密码", exact=True).fill(PASSWORD)
    sent.clear()
    dialog.get_by_role("button", name="登录并继续保存").click()
    expect(page.locator("h1")).to_have_text("已换人登录")
    expect(page.locator("main")).to_contain_text("fs_chancheng")
    assert len(sent) == 1
    assert "manager_name" not in sent[0]


def test_without_scripts_the_fields_come_back_after_signing_in(
    open_page: OpenPage, end_sessions: Callable[[], None]
) -> None:
    clerk = Clerk(open_page(java_script_enabled=False))
    clerk.sign_in("tj_binhai")
    clerk.new_filing("新增众创空间")
    clerk.open("venue")
    clerk.fill(VENUE, clerk.blank("venue_rows"), "row-new")
    end_sessions()
    page = clerk.page
    clerk.blank("venue_rows").get_by_role("button", name="添加").click()
    expect(page.locator("main")).to_contain_text("填写的内容没有丢失")
    page.get_by_label("登录名").fill("tj_binhai")
    page.get_by_label("密码", exact=True).fill("falsch")
    page.get_by_role("button", name="用户登录").click()
    expect(page.locator("main")).to_contain_text("登录名或密码错误")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="用户登录").click()
    expect(page.locator("main")).to_contain_text("科韵路16号")
    page.get_by_role("button", name="继续保存").click()
    expect(clerk.rows("venue_rows")).to_have_count(1)
    expect(clerk.rows("venue_rows").first).to_contain_text("科韵路16号")

"""Two people at one filing hear of each other."""

import pytest
from playwright.sync_api import expect

from tests.browser.clerk import Clerk
from tests.browser.conftest import OpenPage


@pytest.mark.long
def test_two_people_hear_of_each_other_within_45_seconds(open_page: OpenPage) -> None:
    first, second = Clerk(open_page(service_workers="block")), Clerk(open_page(service_workers="block"))
    first.page.clock.install()
    first.sign_in("gz_qihang")
    first.new_filing("新增众创空间")
    first.open("basic_info")
    expect(first.page.locator("#presence")).to_be_empty()

    second.sign_in("gz_banshi", "natural")
    second.open("/account/unit")
    second.page.get_by_label("启航").check()
    second.page.get_by_role("button", name="以所选单位办理").click()
    second.filing = first.filing
    second.open("venue")
    seen = second.page.locator("#presence")
    expect(seen).to_contain_text("方晓彤正在编辑本申报")

    first.page.locator("[name=manager_name]").fill("李")
    first.page.clock.fast_forward(46_000)
    expect(first.page.locator("#presence")).to_contain_text("正在编辑本申报（服务场地），刚刚")
    expect(first.page.locator("[name=manager_name]")).to_be_focused()
    expect(first.page.locator("[name=manager_name]")).to_have_value("李")

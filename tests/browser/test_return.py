"""A filing comes back: the city pins three requests, the clerk mends, the city passes, the province has it."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.clerk import Clerk
from tests.browser.conftest import OpenPage

ROW, WORDS = "第 1 行", "请核对这一处。"


@pytest.mark.parametrize(
    ("has_javascript", "city", "login", "name"),
    [
        (True, "city_guangzhou", "gz_liwan", "荔创众创空间"),
        (False, "city_foshan", "fs_nanhai", "千灯众创空间"),
    ],
    ids=["javascript", "plain"],
)
def test_what_comes_back_is_mended_and_passed(
    has_javascript: bool, city: str, login: str, name: str, open_page: OpenPage
) -> None:
    office = Clerk(open_page(java_script_enabled=has_javascript))
    office.sign_in(city, "staff")
    opinion = open_opinion(office, name)
    for label in ("基础信息 · 联系人", "服务场地 · 服务场地明细 · 第 1 行", "承诺书 · 承诺书"):
        pin(office.page, label)
    expect(office.page.locator("#requests li")).to_have_count(3)
    write(office.page, opinion, is_genuine="no", is_qualified="yes", site_checked="no", intention="return")
    send(office.page, name)

    clerk = Clerk(open_page(java_script_enabled=has_javascript))
    clerk.sign_in(login)
    mend(clerk)
    submit_again(clerk)

    open_opinion(office, name)
    expect(office.page.locator("[data-answer=mended]")).to_have_count(1)
    expect(office.page.locator("[data-answer=replied]")).to_have_count(2)
    expect(office.page.locator("[data-unrequested]")).to_have_count(0)
    write(
        office.page,
        office.address,
        is_genuine="yes",
        is_qualified="yes",
        site_checked="yes",
        intention="pass",
    )
    send(office.page, name)

    province = Clerk(open_page(java_script_enabled=has_javascript))
    province.sign_in("province_guangdong", "staff")
    expect(province.page.locator("#queue")).to_contain_text(name)


def open_opinion(office: Clerk, name: str) -> str:
    office.open("/review")
    office.page.get_by_role("link", name=f"审核 {name}").click()
    expect(office.page.locator("h1")).to_have_text("审核意见")
    return office.address


def pin(page: Page, label: str) -> None:
    form = page.locator("#pin")
    option = form.locator("#spot option").filter(has_text=label).first
    form.locator("#spot").select_option(value=str(option.get_attribute("value")))
    form.get_by_label("错误").check()
    form.get_by_label("需要怎样修改").fill(WORDS)
    count = page.locator("#requests li").count()
    form.get_by_role("button", name="添加这条要求").click()
    expect(page.locator("#requests li")).to_have_count(count + 1)


def write(page: Page, address: str, **answers: str) -> None:
    """Answer the questions, choose the intention, and save."""
    page.goto(address)
    form = page.locator("#opinion-form")
    for question, value in answers.items():
        form.locator(f"[name={question}][value={value}]").check()
    if answers["site_checked"] == "yes":
        form.get_by_label("核查日期").fill("2021-11-10")
        form.get_by_label("核查人员").fill("邓文杰、罗建平")
        form.get_by_label("核查情况").fill("与申报一致。")
    form.get_by_label("意见说明").fill("请看要求。")
    form.get_by_role("button", name="保存意见").click()
    expect(page.locator(".notice.ok")).to_contain_text("意见已保存")


def send(page: Page, name: str) -> None:
    """Tick the row in the queue, read what will happen, confirm."""
    page.goto("/review")
    page.get_by_label(f"勾选 {name}").check()
    page.get_by_role("button", name="发送勾选的意见").click()
    expect(page.locator("#sending")).to_contain_text(name)
    page.get_by_role("button", name="确认发送 1 件意见").click()
    expect(page.locator("#sent")).to_contain_text("已发送")


def mend(clerk: Clerk) -> None:
    """Change the contact, and say of the other two why nothing has to change."""
    page = clerk.page
    page.get_by_role("link", name="逐条修改").click()
    clerk.filing = clerk.address.rsplit("/", 1)[0]
    requests = page.locator("[data-request]")
    expect(requests).to_have_count(3)
    for number in (1, 2):
        item = requests.nth(number)
        item.get_by_text("不需修改，写明理由").click()
        item.get_by_role("textbox").fill("已核对，填报无误。")
        item.get_by_role("button", name="保存说明").click()
        expect(requests.nth(number)).to_have_attribute("data-state", "replied")
    requests.nth(0).get_by_role("link", name="去修改").click()
    expect(page.locator(".remark-here")).to_contain_text(WORDS)
    page.get_by_label("联系人", exact=True).fill("新联系人")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("#msg")).to_contain_text("已保存")
    clerk.open("requests")
    expect(requests.nth(0)).to_have_attribute("data-state", "mended")


def submit_again(clerk: Clerk) -> None:
    page = clerk.page
    clerk.open("materials")
    page.get_by_role("button", name="下载材料").click()
    clerk.wait_for_version()
    clerk.open("submission")
    page.get_by_label("我已知悉，仍然提交").check()
    page.get_by_role("button", name="确认提交至").click()
    expect(page.locator("#receipt-heading")).to_contain_text("已提交至")

"""From a submission to the published list, as everybody on the way sees it: with JavaScript and without.

`gz_linchuang` submits, the city returns with three requests, the clerk mends, the city passes, the province gives
notice and recommends, 火炬中心 gives notice and publishes. With JavaScript every new page is judged by axe as well.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.clerk import Clerk, complete
from tests.browser.conftest import OpenPage, window
from tests.browser.judging import Inspect, visit
from tests.browser.reviewer import QUALIFIED, WORDS, Reviewer
from tests.served import Served

CONTACT = "新联系人"
PLACES = ("基础信息 · 联系人", "服务场地 · 服务场地明细 · 第 1 行", "承诺书 · 承诺书")
OBJECTION = {"person_name": "李某", "contact": "13800001234", "text": "场地已退租。"}
Judge = Callable[[str, Page], None]
Open = Callable[[], Page]


@pytest.fixture
def open_window(browser: Browser, demo_installation: Path, tmp_path: Path) -> Iterator[OpenPage]:
    """Opens windows at a copy of the demo whose clock this test alone moves."""
    shutil.copytree(demo_installation, tmp_path / "var")
    served = Served(tmp_path / "var").start()
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(window(browser, served, **options))
    served.stop()


def test_the_whole_way(open_window: OpenPage, inspect: Inspect) -> None:
    clerk = Clerk(open_window())
    clerk.sign_in("gz_linchuang")
    fill(clerk)
    go_the_whole_way(clerk, open_window, inspect)


@pytest.mark.long
def test_the_whole_way_without_javascript(open_window: OpenPage) -> None:
    clerk = Clerk(open_window(java_script_enabled=False))
    clerk.sign_in("gz_linchuang")
    fill(clerk)
    go_the_whole_way(clerk, lambda: open_window(java_script_enabled=False), lambda name, page: None)


@pytest.mark.long
def test_the_whole_way_of_a_complete_filing(open_window: OpenPage, inspect: Inspect) -> None:
    clerk = Clerk(open_window())
    clerk.sign_in("gz_linchuang")
    clerk.page.locator(".next li", has_text="临创众创空间").get_by_role("link").click()
    clerk.filing = clerk.address.rsplit("/", 1)[0]
    go_the_whole_way(clerk, open_window, inspect)


def fill(clerk: Clerk) -> None:
    """Fill a third makerspace of the unit with what submission needs."""
    clerk.new_filing("新增众创空间")
    complete(clerk)


def go_the_whole_way(clerk: Clerk, open_window: Open, judge: Judge) -> None:
    clerk.open("materials")
    name = submit(clerk)
    city = staff(open_window, "city_guangzhou")
    return_with_requests(city, name, judge)
    mend(clerk)
    assert submit(clerk) == name
    compare_and_pass(city, name, judge)
    province = staff(open_window, "province_guangdong")
    pass_and_announce(province, name, "2021-11-10", "2021-11-16", judge, **QUALIFIED, expert_score="86.5")
    object_and_dismiss(open_window, province, name, judge)
    read_of_the_notice(clerk)
    move_clock(province, "2021-11-17T09:00")
    recommend(province, name, judge)
    torch = staff(open_window, "torch")
    answers = {"review_method": "expert_review", "review_finding": "专家一致同意。"}
    pass_and_announce(torch, name, "2021-11-17", "2021-11-23", judge, **answers)
    move_clock(torch, "2021-11-24T09:00")
    publish(torch, name, judge)
    find_the_certificate(clerk, open_window, name, judge)


def staff(open_window: Open, login: str) -> Reviewer:
    person = Reviewer(open_window())
    person.sign_in(login, "staff")
    return person


def submit(clerk: Clerk) -> str:
    """Generate a version, submit it in the dialog, and return the name of the makerspace."""
    page = clerk.page
    page.get_by_role("button", name="下载材料").click()
    clerk.wait_for_version()
    ready = page.get_by_role("link", name="用此版本提交")
    expect(ready).to_be_visible(timeout=60_000)
    ready.click()
    expect(page.get_by_role("button", name="确认提交至广州市科学技术局")).to_be_visible()
    failing = page.get_by_label("我已知悉，仍然提交")
    if failing.count():
        failing.check()
    page.get_by_role("button", name="确认提交至广州市科学技术局").click()
    expect(page.locator("#receipt-heading")).to_have_text("已提交至广州市科学技术局")
    return page.locator(".filing-head .who b").inner_text()


def return_with_requests(city: Reviewer, name: str, judge: Judge) -> None:
    """Pin three places, the first from the data, and send it back."""
    case = city.open_case(name)
    city.page.get_by_role("link", name="基础信息").first.click()
    city.page.get_by_role("link", name="要求修改：联系人").click()
    expect(city.page.locator("#spot")).to_have_value("basic_info/contact_name")
    for place in PLACES:
        city.pin(place)
    judge("three requests", city.page)
    city.write("return", is_genuine="no", is_qualified="yes", site_checked="no")
    send(city, name)
    expect(city.page.locator("#sent")).to_contain_text(
        "退回，申报单位可在 2021年11月30日 24:00 前修改后重新提交"
    )
    judge("returned", city.page)
    city.page.get_by_role("link", name=name).click()
    expect(city.page.locator("article[data-intention=return]")).to_be_visible()
    city.page.get_by_role("link", name="更正").click()
    judge("a correction", city.page)
    visit(city, judge, f"{case}/history")


def send(person: Reviewer, name: str) -> None:
    """Send the opinion that was just saved, from its own page."""
    page = person.page
    page.get_by_role("button", name="发送这件意见").click()
    expect(page.locator("#sending")).to_contain_text(name)
    page.get_by_role("button", name="确认发送 1 件意见").click()
    expect(page.locator("#sent")).to_contain_text("已发送")


def mend(clerk: Clerk) -> None:
    """Follow the message to the list, change the contact, and say why the other two need no change."""
    page = clerk.page
    clerk.open("/")
    page.get_by_role("link", name="条未读").click()
    page.get_by_role("button", name="查看 申报被退回").first.click()
    requests = page.locator("[data-request]")
    expect(requests).to_have_count(3)
    clerk.filing = clerk.address.rsplit("/", 1)[0]
    for number in (1, 2):
        item = requests.nth(number)
        item.get_by_text("不需修改，写明理由").click()
        item.get_by_role("textbox").fill("已核对，填报无误。")
        item.get_by_role("button", name="保存说明").click()
        expect(requests.nth(number)).to_have_attribute("data-state", "replied")
    requests.nth(0).get_by_role("link", name="去修改").click()
    expect(page.locator(".remark-here")).to_contain_text(WORDS)
    page.get_by_label("联系人", exact=True).fill(CONTACT)
    clerk.save()
    page.get_by_role("link", name="退回要求").first.click()
    expect(requests.nth(0)).to_have_attribute("data-state", "mended")
    page.get_by_role("link", name="重新下载材料").click()


def compare_and_pass(city: Reviewer, name: str, judge: Judge) -> None:
    """See what was mended and nothing else, then hand it on."""
    page = city.page
    city.open_opinion(name)
    expect(page.locator("[data-answer=mended]")).to_have_count(1)
    expect(page.locator("[data-answer=replied]")).to_have_count(2)
    expect(page.locator("[data-unrequested]")).to_have_count(0)
    judge("mended", page)
    page.get_by_role("link", name="逐项比较两次提交").click()
    expect(page.locator("[data-place='basic_info/contact_name'] .now")).to_have_text(CONTACT)
    expect(page.locator("[data-place][data-act]")).to_have_count(1)
    judge("compared", page)
    page.get_by_role("link", name="审核意见").click()
    city.write("pass", "", **QUALIFIED)
    send(city, name)
    expect(page.locator("#sent")).to_contain_text("通过，已送达广东省科学技术厅")


def pass_and_announce(
    person: Reviewer, name: str, first: str, last: str, judge: Judge, **answers: str
) -> None:
    """Pass at the level that gives notice, and publish the notice from where the result leads."""
    page = person.page
    person.open_opinion(name)
    person.write("pass", "", **answers)
    judge(f"passed by {first}", page)
    send(person, name)
    page.get_by_role("link", name="下一步：公示这 1 件申报").click()
    page.get_by_role("button", name="发布公示").click()
    expect(page.locator("[data-error=E_REQUIRED]").first).to_be_visible()
    judge("a notice that lacks everything", page)
    typed = {"title": "推荐名单公示", "contact": "020-83163338", "starts_on": first, "ends_on": last}
    for field, text in typed.items():
        page.locator(f"#{field}").fill(text)
    page.get_by_role("button", name="发布公示").click()
    expect(page.get_by_role("table")).to_contain_text(name)


def object_and_dismiss(open_window: Open, province: Reviewer, name: str, judge: Judge) -> None:
    """Somebody objects on the public page; the office looks into it."""
    anybody = Clerk(open_window())
    page = anybody.page
    anybody.open("/notices")
    judge("public notices", page)
    page.get_by_role("link", name="推荐名单公示").click()
    page.get_by_role("button", name="提交异议").click()
    judge("an objection that lacks everything", page)
    page.get_by_label("对哪一个申报有异议").select_option(label=name)
    for field, text in OBJECTION.items():
        page.locator(f"#{field}").fill(text)
    page.get_by_role("button", name="提交异议").click()
    expect(page.get_by_role("status")).to_contain_text("您的异议已收到")
    desk = province.page
    desk.reload()
    judge("an objection at the office", desk)
    desk.get_by_label("异议不成立").check()
    desk.get_by_label("核查结果").fill("经核查，场地仍在使用。")
    desk.get_by_role("button", name="保存处理结果").click()
    expect(desk.get_by_role("region", name="异议")).to_contain_text("经核查，场地仍在使用。")
    desk.get_by_role("link", name="返回公示和推荐").click()
    judge("notices of the office", desk)


def read_of_the_notice(clerk: Clerk) -> None:
    """Find the public notice from the receipt."""
    clerk.open("receipt")
    clerk.page.get_by_role("link", name="查看公示").click()
    expect(clerk.page.locator("h1")).to_have_text("推荐名单公示")


def move_clock(person: Clerk, to: str) -> None:
    """Let days pass; whoever is signed in may do so in the demo."""
    assert person.post("/demo/clock", {"now": to}).ok


def recommend(province: Reviewer, name: str, judge: Judge) -> None:
    """Send the letter once the notice is over."""
    page = province.page
    province.open("/review")
    page.get_by_role("link", name="公示和推荐").click()
    judge("ready to be recommended", page)
    page.locator("#letter_no").fill("粤科函〔2021〕1号")
    page.locator("#letter_on").fill("2021-11-17")
    page.get_by_role("button", name="推荐上报").click()
    expect(page.get_by_role("table")).to_contain_text(name)
    judge("a letter", page)


def publish(torch: Reviewer, name: str, judge: Judge) -> None:
    """Put it on the list once the second notice is over."""
    page = torch.page
    torch.open("/review")
    page.get_by_role("link", name="公示和推荐").click()
    page.locator("#document_no").fill("国科火字〔2021〕200号")
    page.locator("#published_on").fill("2021-11-24")
    page.get_by_role("button", name="公布名单").click()
    expect(page.get_by_role("table")).to_contain_text(name)
    judge("a published list", page)
    visit(torch, judge, "/review?desk=all")
    torch.open(f"/register-of-carriers?q={name}")
    judge("the register of the national office", page)
    page.get_by_role("link", name=f"取消资格 {name}").click()
    judge("a title about to be revoked", page)


def find_the_certificate(clerk: Clerk, open_window: Open, name: str, judge: Judge) -> None:
    """Everybody finds it in the list and in the register; the clerk finds it at home."""
    anybody = Clerk(open_window())
    page = anybody.page
    anybody.open("/notices")
    page.get_by_role("link", name="公布名单").click()
    judge("published lists", page)
    page.locator("td.lead a").first.click()
    expect(page.get_by_role("table")).to_contain_text(name)
    anybody.open("/register-of-carriers")
    page.get_by_label("名称或证书编号").fill(name)
    page.get_by_role("button", name="查找").click()
    row = page.locator("tr", has_text=name)
    expect(row).to_contain_text("国家备案，2021年")
    row.get_by_role("link").click()
    judge("a certificate", page)
    clerk.open("receipt")
    expect(clerk.page.locator("#receipt-heading")).to_have_text("已通过，国家备案，2021年")
    judge("an approved filing", clerk.page)
    clerk.open("/")
    judge("home with an approved filing", clerk.page)
    clerk.page.get_by_role("link", name="查看证书").click()
    expect(clerk.page.locator(".certificate")).to_contain_text(name)

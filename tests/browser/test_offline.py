"""Work goes on without a network on a computer of one's own, and leaves nothing on a public one."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.clerk import Clerk
from tests.browser.conftest import OpenPage
from tests.browser.offline_work import kept_in, sign_in, work_on

pytestmark = pytest.mark.once
TYPED = ("科韵路16号", "天河路1号", "王二麻子", "13800001234")
DATABASES = "async () => (await indexedDB.databases()).map(one => one.name)"
SEEDS = range(1, 5)


@pytest.fixture
def clerk(page: Page) -> Clerk:
    """A clerk at a computer of his own, with a draft open."""
    clerk = own_computer(page)
    clerk.new_filing("新增众创空间")
    return clerk


def own_computer(page: Page) -> Clerk:
    clerk = Clerk(page)
    clerk.sign_in("fs_chancheng", own_computer=True)
    page.evaluate("async () => { await navigator.serviceWorker.ready }")
    return clerk


def cut(clerk: Clerk) -> None:
    clerk.page.context.set_offline(True)


def mend(clerk: Clerk) -> None:
    clerk.page.context.set_offline(False)


def type_row(clerk: Clerk, address: str) -> None:
    """Add a venue that the server does not get yet."""
    clerk.blank("venue_rows").locator("[name=address]").fill(address)
    clerk.page.keyboard.press("Enter")
    expect(clerk.page.locator("tr[data-kept]").last).to_contain_text(address)


def addresses(clerk: Clerk) -> list[str]:
    clerk.open("venue")
    return clerk.rows("venue_rows").locator("td.lead").all_inner_texts()


def all_is_sent(clerk: Clerk) -> None:
    for _ in range(200):
        if not kept_in(clerk.page):
            return
        clerk.page.wait_for_timeout(100)
    raise AssertionError(kept_in(clerk.page))


def test_rows_added_changed_and_removed_offline_arrive_in_order_and_once(clerk: Clerk) -> None:
    page = clerk.page
    clerk.open("venue")
    for address in ("甲", "乙"):
        clerk.add_row("venue_rows", {"address": address})
    clerk.edit_row("venue_rows", 0)
    cut(clerk)
    type_row(clerk, "丙")
    clerk.fill_open_row("venue_rows", 0, {"address": "甲改"})
    clerk.press_save_row("venue_rows", 0)
    expect(page.locator("#msg")).to_contain_text("已存在本机")
    expect(page.locator("#unsent")).to_contain_text("2 处修改尚未上传")
    clerk.rows("venue_rows").nth(1).get_by_role("button", name="删除").click()
    expect(page.locator("#unsent")).to_contain_text("3 处修改尚未上传")
    type_row(clerk, "丁")
    page.get_by_role("button", name="查看").click()
    expect(page.locator("#dialog li")).to_have_count(4)
    page.get_by_role("button", name="关闭").click()
    mend(clerk)
    expect(page.locator("#unsent")).to_be_hidden()
    expect(clerk.rows("venue_rows").locator("td.lead")).to_have_text(
        [re.compile(one) for one in ("甲改", "丙", "丁")]
    )


def test_a_tab_typed_offline_is_saved_and_contacts_are_sent_but_never_stored(clerk: Clerk) -> None:
    page = clerk.page
    clerk.open("basic_info")
    clerk.fill({"makerspace_address": "天河路"})
    cut(clerk)
    clerk.fill(
        {"makerspace_address": TYPED[1], "contact_name": TYPED[2], "contact_mobile": TYPED[3], "website": ""}
    )
    page.locator("[name=introduction]").click()
    expect(page.locator("#msg")).to_contain_text("联系人、手机不存本机")
    expect(page.locator("#unsent")).to_contain_text("1 处修改尚未上传")
    kept = repr(kept_in(page))
    assert not [text for text in TYPED if text in kept or text.encode().decode("latin1") in kept]
    mend(clerk)
    expect(page.locator("#unsent")).to_be_hidden()
    clerk.open("basic_info")
    for name, text in (("makerspace_address", TYPED[1]), ("contact_name", TYPED[2])):
        expect(page.locator(f"[name={name}]")).to_have_value(text)


def test_a_tab_closed_offline_is_sent_when_it_is_opened_again(clerk: Clerk) -> None:
    context, old = clerk.page.context, clerk.page
    clerk.open("venue")
    clerk.blank("venue_rows").locator("[name=address]").fill("一")
    cut(clerk)
    type_row(clerk, TYPED[0])
    clerk.page = context.new_page()
    old.close(run_before_unload=False)
    clerk.page.goto("/filings")
    expect(clerk.page.locator("#local-drafts li")).to_have_text([re.compile("场地明细 新行")])
    assert TYPED[0] not in clerk.page.content()
    mend(clerk)
    clerk.open("/")
    all_is_sent(clerk)
    assert addresses(clerk) == [TYPED[0]]


def test_an_untouched_blank_row_is_not_kept_and_a_kept_draft_of_a_row_opens_its_row(clerk: Clerk) -> None:
    page = clerk.page
    clerk.open("venue")
    clerk.add_row("venue_rows", {"address": "甲"})
    clerk.edit_row("venue_rows", 0)
    clerk.fill_open_row("venue_rows", 0, {"address": TYPED[1]})
    page.keyboard.press("Tab")
    wait_for_draft(page)
    page.on("dialog", lambda dialog: dialog.accept())
    clerk.open("venue")
    page.locator("#unsent").get_by_role("button", name="查看").click()
    page.get_by_role("link", name="打开").click()
    expect(clerk.rows("venue_rows").locator("[name=address]")).to_have_value(TYPED[1])
    clerk.save_open_row("venue_rows", 0)
    cut(clerk)
    page.get_by_role("button", name="保存并下一步").click()
    expect(page.locator("#msg")).to_contain_text("没有要保存的内容")
    clerk.blank("venue_rows").locator("[name=address]").fill("丙")
    clerk.blank("venue_rows").locator("[name=address]").fill("")
    page.get_by_role("button", name="保存并下一步").click()
    expect(page.locator("#unsent")).to_contain_text("1 处修改尚未上传")
    mend(clerk)
    all_is_sent(clerk)
    assert addresses(clerk) == [TYPED[1]]


@pytest.mark.long
def test_what_was_typed_and_not_sent_comes_back(clerk: Clerk) -> None:
    context, old = clerk.page.context, clerk.page
    clerk.open("venue")
    blank = clerk.blank("venue_rows")
    blank.locator("[name=address]").fill(TYPED[0])
    blank.locator("[name=area_total]").fill("很大")
    blank.locator("[name=area_public]").focus()
    wait_for_draft(old)
    clerk.page = context.new_page()
    old.close(run_before_unload=False)
    clerk.open("venue")
    blank = clerk.blank("venue_rows")
    expect(blank.locator("[name=address]")).to_have_value(TYPED[0])
    expect(blank.locator("[name=area_total]")).to_have_value("很大")
    blank.locator("[name=area_total]").fill("10")
    blank.get_by_role("button", name="添加").click()
    expect(clerk.rows("venue_rows")).to_have_count(1)
    all_is_sent(clerk)


def test_a_row_that_arrived_before_its_tab_died_does_not_come_back_as_a_draft(open_page: OpenPage) -> None:
    clerk = own_computer(open_page())
    clerk.new_filing("新增众创空间")
    clerk.open("venue")
    old, context = clerk.page, clerk.page.context
    posted: list[int] = []
    old.on(
        "response", lambda answer: posted.append(answer.status) if answer.request.method == "POST" else None
    )
    # What is answered is not shown: as if the machine had died then.
    old.evaluate("document.addEventListener('htmx:beforeOnLoad', event => event.preventDefault())")
    clerk.blank("venue_rows").locator("[name=address]").fill(TYPED[0])
    old.keyboard.press("Enter")
    for _ in range(200):
        if posted:
            break
        old.wait_for_timeout(50)
    assert posted == [201]
    clerk.page = context.new_page()
    old.close(run_before_unload=False)
    assert addresses(clerk) == [TYPED[0]]
    all_is_sent(clerk)
    expect(clerk.blank("venue_rows").locator("[name=address]")).to_have_value("")


def wait_for_draft(page: Page) -> None:
    for _ in range(200):
        if kept_in(page):
            return
        page.wait_for_timeout(50)
    raise AssertionError("no draft")


def test_what_waits_is_sent_for_its_own_person_only(clerk: Clerk) -> None:
    clerk.open("venue")
    clerk.blank("venue_rows").locator("[name=address]").fill("一")
    cut(clerk)
    type_row(clerk, TYPED[0])
    signed_out_by_the_server(clerk)
    mend(clerk)
    expect(clerk.page.locator("#unsent")).to_contain_text("登录后自动上传")
    clerk.page.on("dialog", lambda dialog: dialog.accept())
    clerk.sign_in("fs_chancheng", own_computer=True)
    all_is_sent(clerk)
    assert addresses(clerk) == [TYPED[0]]

    clerk.blank("venue_rows").locator("[name=address]").fill("一")
    cut(clerk)
    type_row(clerk, TYPED[1])
    signed_out_by_the_server(clerk)
    mend(clerk)
    clerk.sign_in("gz_qihang", own_computer=True)
    all_is_sent(clerk)  # deleted: it is nobody's here any more
    signed_out_by_the_server(clerk)
    clerk.sign_in("fs_chancheng", own_computer=True)
    assert addresses(clerk) == [TYPED[0]]


def signed_out_by_the_server(clerk: Clerk) -> None:
    clerk.page.context.clear_cookies(name=re.compile("session"))


def test_a_public_computer_keeps_nothing(page: Page) -> None:
    clerk = Clerk(page)
    clerk.sign_in("fs_chancheng")
    clerk.new_filing("新增众创空间")
    clerk.open("venue")
    cut(clerk)
    blank = clerk.blank("venue_rows").locator("[name=address]")
    blank.fill(TYPED[0])
    page.keyboard.press("Enter")
    expect(page.locator("#msg")).to_contain_text("网络中断")
    expect(blank).to_have_value(TYPED[0])
    assert page.evaluate(DATABASES) == []
    mend(clerk)


@pytest.mark.long
def test_signing_out_asks_about_what_waits_and_clears_it(clerk: Clerk) -> None:
    page = clerk.page
    clerk.open("venue")
    clerk.blank("venue_rows").locator("[name=address]").fill("一")
    other = page.context.new_page()
    other.goto(f"{clerk.filing}/venue")
    other.evaluate("localStorage.setItem('ui.kept', '1')")
    other.reload()
    cut(clerk)
    type_row(clerk, TYPED[0])
    page.get_by_role("button", name="退出登录").click()
    expect(page.locator("#dialog")).to_contain_text("将全部清除")
    with page.expect_download() as download:
        page.get_by_role("button", name="导出").click()
    assert TYPED[0] in download.value.path().read_text("utf-8")
    signed_out_by_the_server(clerk)
    mend(clerk)
    expect(page.locator("#unsent")).to_contain_text("登录后自动上传")
    page.get_by_role("button", name="放弃并退出").click()
    expect(page.get_by_role("button", name="用户登录")).to_be_visible()
    expect(other.get_by_role("button", name="用户登录")).to_be_visible()
    assert page.evaluate(DATABASES) == []
    assert page.evaluate("localStorage.length") == 0


@pytest.mark.long
def test_signing_out_can_upload_first(clerk: Clerk) -> None:
    page = clerk.page
    clerk.open("venue")
    clerk.blank("venue_rows").locator("[name=address]").fill("一")
    cut(clerk)
    type_row(clerk, TYPED[0])
    page.get_by_role("button", name="退出登录").click()
    page.context.set_offline(False)
    page.get_by_role("button", name="上传后退出").click()
    expect(page.get_by_role("button", name="用户登录")).to_be_visible()
    clerk.sign_in("fs_chancheng")
    assert addresses(clerk) == [TYPED[0]]


@pytest.mark.parametrize("side", ["mine", "theirs"])
def test_a_conflict_is_settled_by_a_choice(clerk: Clerk, side: str) -> None:
    page = clerk.page
    clerk.open("venue")
    clerk.add_row("venue_rows", {"address": "甲"})
    path = clerk.row_path("venue_rows", 0)
    clerk.edit_row("venue_rows", 0)
    clerk.fill_open_row("venue_rows", 0, {"address": "一"})
    cut(clerk)
    clerk.fill_open_row("venue_rows", 0, {"address": TYPED[0]})
    clerk.press_save_row("venue_rows", 0)
    expect(page.locator("#unsent")).to_contain_text("1 处修改尚未上传")
    assert clerk.post(f"{clerk.filing}/{path}", {"address": TYPED[1]}).ok  # somebody else
    mend(clerk)
    page.get_by_role("button", name="查看", exact=True).click()
    expect(page.locator("#dialog li")).to_contain_text("已被他人修改")
    page.get_by_role("button", name="查看并处理").click()
    expect(page.locator("h1")).to_contain_text("已被他人修改")
    expect(page.locator("main")).to_contain_text(TYPED[0])
    page.locator(f"[name=keep_address][value={side}]").check()
    page.get_by_role("button", name="按所选保存").click()
    expect(page.locator("#unsent")).to_be_hidden()
    all_is_sent(clerk)
    assert addresses(clerk) == [TYPED[0] if side == "mine" else TYPED[1]]


@pytest.mark.long
def test_what_the_server_refuses_is_shown_with_what_was_typed(clerk: Clerk) -> None:
    page = clerk.page
    clerk.open("venue")
    blank = clerk.blank("venue_rows")
    blank.locator("[name=area_total]").fill("很大")
    cut(clerk)
    type_row(clerk, TYPED[0])
    type_row(clerk, TYPED[1])
    mend(clerk)
    expect(page.locator("#unsent")).to_contain_text("1 处修改尚未上传")
    page.get_by_role("button", name="查看", exact=True).click()
    expect(page.locator("#dialog li")).to_contain_text("有内容须改")
    page.get_by_role("button", name="查看并处理").click()
    expect(clerk.blank("venue_rows").locator("[name=area_total]")).to_have_value("很大")
    clerk.blank("venue_rows").locator("[name=area_total]").fill("10")
    clerk.blank("venue_rows").get_by_role("button", name="添加").click()
    expect(clerk.rows("venue_rows")).to_have_count(2)
    all_is_sent(clerk)
    assert addresses(clerk) == [TYPED[1], TYPED[0]]


def test_a_browser_without_a_store_works_online(open_page: OpenPage) -> None:
    page = open_page()
    page.add_init_script(
        "IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError') }"
    )
    clerk = own_computer(page)
    clerk.new_filing("新增众创空间")
    clerk.open("venue")
    clerk.add_row("venue_rows", {"address": TYPED[0]})
    assert addresses(clerk) == [TYPED[0]]


def test_nothing_is_lost_on_a_line_that_comes_and_goes(
    page: Page, print_figure: Callable[[str], None]
) -> None:
    acts = work(page.context, SEEDS)
    print_figure(f"{len(SEEDS)} sequences, {acts} acts: nothing lost, nothing twice")


@pytest.mark.long
def test_nothing_is_lost_in_two_hundred_sequences(page: Page, print_figure: Callable[[str], None]) -> None:
    acts = work(page.context, range(1001, 1201))
    print_figure(f"200 sequences, seeds 1001-1200, {acts} acts: nothing lost, nothing twice")


def work(context: BrowserContext, seeds: range) -> int:
    clerk = sign_in(context)
    return sum(work_on(clerk, seed, 12) for seed in seeds)

"""Somebody at the pages in a real browser: types, chooses, presses, uploads. Works with JavaScript and without."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import APIResponse, FormData, Locator, Page, Request, Response, expect

from demo.accounts import PASSWORD
from tests.completing import BASIC_INFO, TEXT_TABS, VENUE, small_pdf

Answers = Mapping[str, str | list[str]]


class Clerk:
    """Whoever sits before `page`."""

    def __init__(self, page: Page) -> None:
        self.page, self.filing, self.has_javascript = page, "", True
        self.server = ""  # only where it is not the one of the window

    @property
    def address(self) -> str:
        """Where we are, without the server's name."""
        return urlsplit(self.page.url).path

    def open(self, path: str) -> Response:
        """Open a page of the server, or of the filing when `path` has no slash in front."""
        answer = self.page.goto(self.server + (path if path.startswith("/") else f"{self.filing}/{path}"))
        assert answer is not None
        return answer

    def fetch(self, path: str) -> APIResponse:
        """Get what stands at an address, a PDF for instance, as whoever is signed in."""
        return self.page.context.request.get(path)

    def status(self, path: str) -> int:
        return self.fetch(path).status

    def post(self, path: str, answers: dict[str, Any], file: Any = None) -> APIResponse:
        """Send a form as a script would, behind the back of the page."""
        token = self.page.locator("meta[name=csrf]").get_attribute("content")
        form = FormData()
        for name, value in {"csrf_token": token, **answers}.items():
            for one in value if isinstance(value, list) else [value]:
                form.append(name, str(one))
        if file is None:
            return self.page.context.request.post(path, form=form)
        form.append("file", file)
        return self.page.context.request.post(path, multipart=form)

    def sign_in(self, login: str, account_type: str = "legal", *, own_computer: bool = False) -> None:
        """Sign in through the page; the captcha is prefilled in the demo."""
        self.open(f"/login?account_type={account_type}")
        self.has_javascript = self.page.locator("html.js").count() == 1
        self.page.get_by_label("登录名").fill(login)
        self.page.get_by_label("密码", exact=True).fill(PASSWORD)
        self.page.get_by_label("这是公共电脑").set_checked(not own_computer)
        self.page.get_by_role("button", name="用户登录").click()
        expect(self.page.get_by_text(f"当前用户：{login}")).to_be_attached()

    def new_filing(self, carrier: str) -> None:
        """Open a draft for the carrier with this label."""
        self.open("/filings")
        self.page.get_by_label("众创空间", exact=True).select_option(label=carrier)
        self.page.get_by_role("button", name="新建众创空间国家备案申报书").click()
        expect(self.page.locator("h1")).to_have_text("填报说明")
        self.filing = self.address.rsplit("/", 1)[0]

    def open_first_filing(self) -> None:
        """Go on with the filing that stands first in the list."""
        self.open("/filings")
        self.page.get_by_role("link", name="编辑").first.click()
        self.filing = self.address.rsplit("/", 1)[0]

    def go(self, words: str) -> None:
        """Follow the link of this name in the task list or on the page."""
        self.page.get_by_role("link", name=words).first.click()

    def fill(self, answers: Answers, within: Locator | None = None, form: str = "tab-form") -> None:
        """Answer fields from left to right, waiting where an answer makes the row render itself again."""
        for name, value in answers.items():
            for one in value if isinstance(value, list) else [value]:
                self._answer(within or self.page.locator("main"), form, name, one)

    def _answer(self, within: Locator, form: str, name: str, value: str) -> None:
        field = within.locator(f'[name="{name}"]').and_(within.locator(f'[form="{form}"], #{form} [name]'))
        if self.has_javascript and field.first.get_attribute("data-decides") is not None:
            self.after_swap(lambda: put(field, value), "/preview")
        else:
            put(field, value)

    def after_swap(self, act: Callable[[], Any], address_ends: str = "") -> Response:
        """Act, wait for the answer and until HTMX has put it in place."""
        with self.page.expect_response(lambda answer: answer.url.split("?")[0].endswith(address_ends)) as got:
            act()
        got.value.finished()
        self.settle()
        return got.value

    def settle(self) -> None:
        """Wait until HTMX is at rest."""
        busy = self.page.locator(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")
        expect(busy).to_have_count(0)

    def rows(self, table: str) -> Locator:
        return self.page.locator(f'tbody > tr[id^="{table}-"]:not([id="{table}-new"])')

    def blank(self, table: str) -> Locator:
        return self.page.locator(f"#{table}-new")

    def add_row(self, table: str, answers: Answers) -> Locator:
        """Type into the blank row, press 添加, and return the row that appeared."""
        count = self.rows(table).count()
        self.fill(answers, self.blank(table), "row-new")
        self.blank(table).get_by_role("button", name="添加").click()
        expect(self.rows(table)).to_have_count(count + 1)
        if self.has_javascript:
            self.settle()
        return self.page.locator(f"#{self.rows(table).nth(count).get_attribute('id')}")

    def row_path(self, table: str, place: int) -> str:
        """The address of the row at this place, within the filing."""
        anchor = str(self.rows(table).nth(place).get_attribute("id"))
        return f"{table}/{anchor.removeprefix(table + '-')}"

    def edit_row(self, table: str, place: int) -> Locator:
        """Press 编辑 in the row at this place, counted from 0, and return the row as a form."""
        row = self.rows(table).nth(place)
        row.get_by_role("link", name="编辑").click()
        expect(row.locator("[data-save]")).to_be_visible()
        return row

    def fill_open_row(self, table: str, place: int, answers: Answers) -> None:
        self.fill(answers, self.rows(table).nth(place), f"row-{self.row_path(table, place).split('/')[1]}")

    def press_save_row(self, table: str, place: int) -> None:
        self.rows(table).nth(place).get_by_role("button", name="保存行").click()

    def save_open_row(self, table: str, place: int) -> None:
        """Press 保存行 and wait for the row as text."""
        self.press_save_row(table, place)
        expect(self.rows(table).nth(place).get_by_role("link", name="编辑")).to_be_visible()

    def save(self) -> None:
        """Press 保存 and wait until the page says so."""
        self.page.get_by_role("button", name="保存", exact=True).click()
        expect(self.page.locator("#msg")).to_contain_text("已保存")

    def upload(self, row: Locator, slot: str, name: str = "证明.pdf", pages: int = 1) -> None:
        """Choose a file for a slot of a row; it is sent at once, or by 上传 without JavaScript."""
        cell = self.choose(row, slot, name, pages)
        if not self.has_javascript:
            cell.get_by_role("button", name="上传").click()
        expect(cell.locator(".file")).to_contain_text(f"{pages} 页")
        if self.has_javascript:
            self.settle()

    def choose(self, row: Locator, slot: str, name: str = "证明.pdf", pages: int = 1) -> Locator:
        """Choose a file for a slot of a row, and return the cell."""
        cell = row.locator(f'td[id$="-{slot}"]')
        self._choose(cell, name, pages)
        return cell

    def upload_to_tab(self, slot: str, name: str, pages: int = 1) -> None:
        """Choose a file for a slot of the tab and press 上传."""
        place = self.page.locator(f"#slot-{slot}")
        self._choose(place, name, pages)
        place.get_by_role("button", name="上传").click()
        expect(place.locator(".file")).to_contain_text(f"{pages} 页")

    @staticmethod
    def _choose(place: Locator, name: str, pages: int) -> None:
        file: Any = {"name": name, "mimeType": "application/pdf", "buffer": small_pdf(name, pages)}
        place.locator("input[type=file]").set_input_files(file)

    def save_and_go_on(self, heading: str) -> None:
        """Press 保存并下一步 and arrive at the next tab."""
        self.page.get_by_role("button", name="保存并下一步").click()
        expect(self.page.locator("h1")).to_have_text(heading)

    def wait_for_version(self) -> None:
        """Wait until the newest version is ready; without JavaScript by opening the page again."""
        ready = self.page.get_by_role("link", name="用此版本提交")
        for _ in range(0 if self.has_javascript else 120):
            if ready.is_visible():
                break
            self.page.wait_for_timeout(500)
            self.page.reload()
        expect(self.page.get_by_text("正在生成", exact=True)).to_be_hidden(timeout=180_000)

    def values(self) -> dict[str, str]:
        """Read every derived value of the page by its name."""
        return dict(self.page.locator("output[data-name]").evaluate_all(
            "all => all.map(one => [one.dataset.name, one.dataset.value])"
        ))  # fmt: skip

    def conditions(self) -> dict[str, str]:
        """Read the state of every condition of the page by its code."""
        return dict(self.page.locator("[data-condition]").evaluate_all(
            "all => all.map(one => [one.dataset.condition, one.dataset.state])"
        ))  # fmt: skip

    def tab_states(self) -> dict[str, str]:
        """Read the task list."""
        return dict(self.page.locator("#filing-status [data-tab]").evaluate_all(
            "all => all.map(one => [one.dataset.tab, one.dataset.state])"
        ))  # fmt: skip

    def codes(self) -> list[str]:
        """Read the codes of all messages of the page."""
        found: list[str] = self.page.locator("[data-error]").evaluate_all(
            "all => all.map(one => one.dataset.error)"
        )
        return found

    @property
    def focused(self) -> str:
        """The name of the field that has the focus, empty if none has it."""
        return str(self.page.evaluate("document.activeElement.name || ''"))


def put(field: Locator, value: str) -> None:
    """Answer one field, whatever kind it is."""
    kind = field.first.evaluate("field => field.type")
    if kind in ("checkbox", "radio"):
        field.and_(field.page.locator(f'[value="{value}"]')).check()
    elif kind == "select-one":
        field.first.select_option(value)
    else:
        field.first.fill(value)


def complete(clerk: Clerk) -> None:
    """Fill what submission needs, without looking at the pages."""
    file = {"name": "证明.pdf", "mimeType": "application/pdf", "buffer": small_pdf()}
    clerk.post(f"{clerk.filing}/instructions", {"instructions_read": "yes"})
    clerk.post(f"{clerk.filing}/files/commitment_file", {}, file)
    clerk.post(f"{clerk.filing}/basic_info", BASIC_INFO)
    clerk.post(f"{clerk.filing}/venue_rows", VENUE)
    clerk.open("venue_rows")
    clerk.post(f"{clerk.filing}/{clerk.row_path('venue_rows', 0)}/files/evidence_file", {}, file)
    for tab in TEXT_TABS:
        clerk.post(f"{clerk.filing}/{tab}", {f"{tab}_text": "第一段。\n\n第二段。"})


def evidence_sent(page: Page) -> list[str]:
    """Collect the addresses to which files of evidence are sent from now on, one for each file."""
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/evidence"):
            sent.append(request.url)

    page.on("request", note)
    return sent

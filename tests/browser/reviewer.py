"""Somebody of an office at the desk: finds a filing in the queue, pins, writes, sends. With JavaScript and without."""

from typing import Any

from playwright.sync_api import expect

from tests.browser.clerk import Clerk

WORDS = "请核对这一处。"
SITE = {"site_checked_on": "2021-11-10", "site_people": "邓文杰、罗建平", "site_finding": "与申报一致。"}
QUALIFIED = {"is_genuine": "yes", "is_qualified": "yes", "site_checked": "yes"}


class Reviewer(Clerk):
    """Whoever sits before `page`, for the office."""

    def open_case(self, name: str) -> str:
        """Open the filing of this name from the queue, and return its address."""
        self.open("/review")
        self.page.locator("#queue td.lead").get_by_role("link", name=name).first.click()
        expect(self.page.locator(".desk-tabs")).to_be_visible()
        return self.address

    def open_opinion(self, name: str) -> None:
        """Press 审核 in the row of the queue."""
        self.open("/review")
        self.page.get_by_role("link", name=f"审核 {name}").click()
        expect(self.page.locator("h1")).to_have_text("审核意见")

    def pin(self, label: str, words: str = WORDS) -> None:
        """Demand a change at the place whose choice contains `label`."""
        form, requests = self.page.locator("#pin"), self.page.locator("#requests li")
        option = form.locator("#spot option").filter(has_text=label).first
        form.locator("#spot").select_option(value=str(option.get_attribute("value")))
        form.get_by_label("错误").check()
        form.get_by_label("需要怎样修改").fill(words)
        count = requests.count()
        form.get_by_role("button", name="添加这条要求").click()
        expect(requests).to_have_count(count + 1)

    def write(self, intention: str, reason: str = "请看要求。", **answers: str) -> None:
        """Answer the questions of the level on the page of the opinion, and save."""
        form = self.page.locator("#opinion-form")
        typed = answers | (SITE if answers.get("site_checked") == "yes" else {})
        for name, value in {**typed, "reason": reason, "intention": intention}.items():
            self._set(form.locator(f"[name={name}]"), value)
        form.get_by_role("button", name="保存意见").click()
        expect(self.page.locator(".notice.ok")).to_contain_text("意见已保存")

    @staticmethod
    def _set(field: Any, value: str) -> None:
        kind = field.first.evaluate("field => field.type")
        if kind == "radio":
            field.and_(field.page.locator(f'[value="{value}"]')).check()
        elif kind == "select-one":
            field.select_option(value=value)
        else:
            field.fill(value)

    def send(self, name: str) -> None:
        """Tick the row in the queue, read what will happen, confirm."""
        self.page.get_by_role("link", name="队列").click()
        self.page.get_by_label(f"勾选 {name}").check()
        self.page.get_by_role("button", name="发送勾选的意见").click()
        expect(self.page.locator("#sending")).to_contain_text(name)
        self.page.get_by_role("button", name="确认发送 1 件意见").click()
        expect(self.page.locator("#sent")).to_contain_text("已发送")

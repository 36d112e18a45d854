"""Somebody new in a real browser: registers, says who he is, has it verified. With JavaScript and without."""

import re
import uuid
from collections.abc import Mapping

from playwright.sync_api import expect

from models.id_rules import check_character
from tests.browser.clerk import Clerk, put
from tests.build import valid_uscc

PASSWORD = "Green-Kettle-47-river"
UNIT_SHEET = {
    "area_type": "domestic", "legal_type": "enterprise", "nature": "private", "address": "广州市天河区科韵路1号",
    "registered_on": "2018-03-01", "rep_place_type": "mainland", "rep_id_type": "resident_id",
    "rep_id_number": "510104200001010014", "rep_is_permanent": "yes",
}  # fmt: skip
PERSON_SHEET = {"gender": "male", "place_type": "mainland", "id_is_permanent": "yes"}


class Newcomer(Clerk):
    """Somebody whom the platform does not know yet; every one has numbers of his own."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.number = uuid.uuid4().int % 1_000_000
        self.login, self.mobile = f"xin_{self.number:06d}", f"139{uuid.uuid4().int % 10**8:08d}"

    @property
    def unit_name(self) -> str:
        return f"广州新来{self.number:06d}众创空间有限公司"

    @property
    def id_number(self) -> str:
        """The number of a man born in 1990."""
        body = f"44{self.number % 10_000:04d}19900307{self.number % 500 * 2 + 1:03d}"
        return body + check_character(body)

    def type(self, answers: Mapping[str, str]) -> None:
        """Fill the form of the page."""
        for name, value in answers.items():
            put(self.page.locator(f'main [name="{name}"]'), value)

    def press(self, words: str) -> None:
        self.page.get_by_role("button", name=words, exact=True).click()

    def search_as_unit(self) -> None:
        """Come as far as the mobile."""
        self.open("/login")
        self.go("立即注册")
        self.go("注册法人账号")
        self.type({"name": self.unit_name, "uscc": valid_uscc(self.number)})
        self.page.get_by_label("单位所在省份").select_option(label="广东省")
        self.press("检索，下一步")

    def search_as_person(self, name: str) -> None:
        """Come as far as the mobile."""
        self.open("/register")
        self.go("注册自然人账号")
        self.type({"name": name, "id_number": self.id_number})
        self.press("检索，下一步")

    def ask_for_code(self) -> None:
        self.type({"mobile": self.mobile})
        self.press("获取验证码")

    def prove_mobile(self) -> None:
        """Read the code from the outbox of the demo, which people open in another window."""
        outbox = self.page.context.new_page()
        outbox.goto("/demo/outbox")
        sent = outbox.locator("tbody tr", has_text=f"{self.mobile[:3]}****{self.mobile[-4:]}").first
        code = re.search(r"\d{6}", str(sent.locator("small").text_content()))
        outbox.close()
        assert code
        self.type({"code": code[0]})
        self.press("下一步")

    def complete(self, **answers: str) -> None:
        """Choose login name and password."""
        self.type(
            answers | {"login_name": self.login, "password": PASSWORD, "repeated": PASSWORD, "agreed": "yes"}
        )
        self.press("注册")
        expect(self.page.locator("h1")).to_have_text("注册成功")

    def come_in(self) -> None:
        """Sign in for the first time, from the page that says that one is registered."""
        self.go("去登录")
        self.has_javascript = self.page.locator("html.js").count() == 1
        self.page.get_by_label("登录名").fill(self.login)
        self.page.get_by_label("密码", exact=True).fill(PASSWORD)
        self.press("用户登录")
        expect(self.page.get_by_text(f"当前用户：{self.login}")).to_be_attached()
        expect(self.page.locator("#first-steps")).to_be_visible()

    def be_verified(self, answers: Mapping[str, str]) -> None:
        """Follow the first step, complete the sheet, and have the registry say yes."""
        self.go("去认证")
        self.type(answers)
        self.press("保存")
        expect(self.page.locator("main")).to_contain_text("国家平台实名认证通过")

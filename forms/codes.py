"""Field types for what has a form of its own: codes, addresses, numbers to call."""

import re
import unicodedata

from stdnum.cn import uscc as stdnum_uscc

from forms.fields import TextField

USCC_ALPHABET = set("0123456789ABCDEFGHJKLMNPQRTUWXY")


class UsccField(TextField):
    """统一社会信用代码 with its check character. Source: GB 32100-2015."""

    kind = "code"
    is_local = True  # every enterprise publishes it

    def parse(self, text: str) -> str:
        code = unicodedata.normalize("NFKC", text).replace(" ", "").upper()
        if len(code) != 18:
            raise self.refuse("E_USCC", f"统一社会信用代码应为 18 位，现有 {len(code)} 位，请核对营业执照")
        wrong = next((c for c in code if c not in USCC_ALPHABET), None)
        if wrong:
            raise self.refuse(
                "E_USCC", f"统一社会信用代码不使用「{wrong}」（不含 I、O、S、V、Z），请核对营业执照"
            )
        if not code[2:8].isdigit():
            raise self.refuse("E_USCC", "统一社会信用代码第 3–8 位应为数字，请核对营业执照")
        if stdnum_uscc.calc_check_digit(code[:-1]) != code[-1]:
            raise self.refuse("E_USCC", "统一社会信用代码校验位不符，请核对营业执照")
        return code


class EmailField(TextField):
    """An e-mail address."""

    def parse(self, text: str) -> str:
        if not re.fullmatch(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+", text):
            raise self.refuse("E_EMAIL", "电子邮箱格式不正确，例如 lianxi@example.com")
        return super().parse(text)


class MobileField(TextField):
    """A mainland mobile number."""

    def parse(self, text: str) -> str:
        figure = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text))
        if not re.fullmatch(r"1[3-9]\d{9}", figure):
            raise self.refuse("E_MOBILE", "手机号码格式不正确，应为 11 位数字，例如 13800000000")
        return figure

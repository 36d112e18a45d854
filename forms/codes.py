"""Field types for what has a form of its own: codes, addresses, numbers to call."""

import re
import unicodedata

from forms.fields import TextField
from models.id_rules import plain_id_number
from models.uscc import plain_uscc, wrong_with_uscc

# What every mail server takes and the header of every mail can say.
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def is_mail_address(text: str) -> bool:
    """Say whether mail can be sent to `text`."""
    return _MAIL.fullmatch(text) is not None


class UsccField(TextField):
    """统一社会信用代码 with its check character. Source: GB 32100-2015."""

    kind = "code"
    is_local = True  # every enterprise publishes it

    def parse(self, text: str) -> str:
        code = plain_uscc(text)
        if wrong := wrong_with_uscc(code):
            raise self.refuse("E_USCC", wrong)
        return code


class EmailField(TextField):
    """An e-mail address."""

    def parse(self, text: str) -> str:
        if not is_mail_address(text):
            raise self.refuse("E_EMAIL", "电子邮箱格式不正确，例如 lianxi@example.com")
        return super().parse(text)


class IdNumberField(TextField):
    """The number of an identity paper; which paper decides what is right, so the form judges it."""

    def parse(self, text: str) -> str:
        return plain_id_number(super().parse(text))


class HiddenIdNumberField(IdNumberField):
    """The number of an identity paper that is never sent back: an empty box means the one that is stored."""

    kind = "code"

    def shown_input(self) -> str:
        return str(self.raw_data[0]) if self.raw_data and self.errors else ""


class MobileField(TextField):
    """A mainland mobile number."""

    def parse(self, text: str) -> str:
        figure = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text))
        if not re.fullmatch(r"1[3-9][0-9]{9}", figure):
            raise self.refuse("E_MOBILE", "手机号码格式不正确，应为 11 位数字，例如 13800000000")
        return figure

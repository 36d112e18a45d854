"""How a login name is chosen."""

import re
from typing import Any

from forms.base import RequiredToSubmit
from forms.fields import TextField

RULE = "4 到 40 位字母、数字或下划线，不能全是数字，也不能用统一社会信用代码"
# As in UsccField, without its check: such names belong to accounts that come from the statistics system.
LIKE_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}", re.IGNORECASE)


class LoginNameField(TextField):
    """A new login name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            "登录名",
            [RequiredToSubmit()],
            max_length=40,
            autocomplete="username",
            description=RULE,
            **options,
        )

    def parse(self, text: str) -> str:
        name = super().parse(text)
        if not re.fullmatch(r"[A-Za-z0-9_]{4,40}", name):
            raise self.refuse(
                "E_LOGIN_NAME", "登录名应为 4 到 40 位字母、数字或下划线，不含汉字、空格和其他符号"
            )
        if name.isdigit():
            raise self.refuse("E_LOGIN_NAME", "登录名不能全是数字，请加上字母")
        if LIKE_USCC.fullmatch(name):
            raise self.refuse("E_LOGIN_NAME", "登录名不能用统一社会信用代码，请另取一个")
        return name

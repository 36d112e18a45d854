"""How a new password is asked for, wherever one is set."""

from collections.abc import Iterable
from typing import Any

from forms.admin import AdminForm
from forms.base import Refusal, RequiredToSubmit
from forms.fields import FilingField
from models.password_rules import PasswordRules


class PasswordField(FilingField):
    """A password: taken letter by letter as it was typed, and never sent back."""

    kind = "password"

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = str(valuelist[0]) if valuelist and valuelist[0] else None

    def shown_input(self) -> str:
        return ""


class PasswordForm(AdminForm):
    """A new password, typed twice."""

    password = PasswordField("新密码", [RequiredToSubmit()], autocomplete="new-password")
    repeated = PasswordField("再输入一次", [RequiredToSubmit()], autocomplete="new-password")

    def accepts_for(self, rules: PasswordRules, personal: Iterable[str | None]) -> bool:
        """Judge the password by the rules and compare it with the second; `personal` must not be in it."""
        valid = self.accepts()
        if not self.repeated.data:
            self.repeated.errors = [Refusal("E_REQUIRED", "请再输入一次密码")]
        broken = rules.broken(self.password.data or "", personal)
        if self.password.data and broken:
            self.password.errors = [Refusal("E_PASSWORD", "；".join(broken))]
        elif self.password.data and self.repeated.data and self.repeated.data != self.password.data:
            self.repeated.errors = [Refusal("E_PASSWORD_REPEATED", "与上面的新密码不一致，请重新输入")]
        return valid and not (self.password.errors or self.repeated.errors)

    def refuse_former(self, rules: PasswordRules) -> None:
        """Say that the password was used before."""
        self.password.errors = [Refusal("E_PASSWORD_FORMER", f"新密码须{rules.former_shown}，请换一个")]


class ChangeForm(PasswordForm):
    """A new password, and the present one as a proof."""

    present = PasswordField("原密码", [RequiredToSubmit()], autocomplete="current-password")


class PresentForm(AdminForm):
    """The present password, as a proof that the owner of the account is there."""

    present = PasswordField("登录密码", [RequiredToSubmit()], autocomplete="current-password")

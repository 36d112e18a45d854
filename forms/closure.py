"""What somebody types to have an account closed."""

from forms.admin import AdminForm
from forms.base import Refusal, RequiredToSubmit
from forms.choices import TickField
from forms.fields import LongTextField, TextField
from forms.password import PasswordField


class ClosureForm(AdminForm):
    """The proofs that the owner of an account is there, and that he knows what he does."""

    code = TextField("短信验证码", [RequiredToSubmit()], max_length=20, autocomplete="one-time-code",
                     description="6 位数字，5 分钟内有效")  # fmt: skip
    present = PasswordField("登录密码", [RequiredToSubmit()], autocomplete="current-password")
    agreed = TickField("我知道注销后账号和个人信息不能恢复", [RequiredToSubmit()])

    def accepts(self) -> bool:
        """Refuse without the tick, too."""
        valid = super().accepts()
        if not self.agreed.data:
            self.agreed.errors = [Refusal("E_REQUIRED", "请阅读并勾选后再申请注销")]
        return valid and not self.agreed.errors


class UnitClosureForm(AdminForm):
    """Why a unit wants its account closed; the sealed statement is a file beside it."""

    why = LongTextField("注销原因", [RequiredToSubmit()], max_length=300)
    present = PasswordField("登录密码", [RequiredToSubmit()], autocomplete="current-password")

"""What somebody types to change the second factor of his account."""

from forms.admin import AdminForm
from forms.base import RequiredToSubmit
from forms.fields import TextField
from forms.password import PasswordField


class FactorForm(AdminForm):
    """The password, where there is no second factor yet."""

    present = PasswordField("登录密码", [RequiredToSubmit()], autocomplete="current-password")


class ProofForm(FactorForm):
    """The password, and a code of the second factor there is."""

    code = TextField("动态验证码", [RequiredToSubmit()], max_length=40, autocomplete="one-time-code",
                     description="验证器上现在显示的 6 位数字，或一个恢复码")  # fmt: skip


class ClearingForm(AdminForm):
    """Why an administrator takes the second factor of somebody away."""

    clearing_reason = TextField("清除原因", [RequiredToSubmit()], max_length=200,
                                description="例如：手机丢失，本人已到场核实身份")  # fmt: skip

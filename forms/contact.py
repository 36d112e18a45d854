"""What somebody types to change how his account is reached and called."""

from forms.admin import AdminForm
from forms.base import RequiredToSubmit
from forms.codes import MobileField
from forms.login_name import LoginNameField
from forms.password import PasswordField


class NewMobileForm(AdminForm):
    """The mobile that is to take the place of the present one."""

    mobile = MobileField("新手机号", [RequiredToSubmit()], autocomplete="tel",
                         description="用来接收验证码、找回账号和接收办理通知")  # fmt: skip


class PresentPasswordForm(AdminForm):
    """The password, as a proof."""

    present = PasswordField("登录密码", [RequiredToSubmit()], autocomplete="current-password")


class LoginNameForm(AdminForm):
    """Another login name, and the password as a proof."""

    login_name = LoginNameField()
    present = PasswordField("登录密码", [RequiredToSubmit()], autocomplete="current-password")

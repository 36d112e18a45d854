"""What somebody types who lost the way into his account."""

from forms.admin import AdminForm
from forms.base import RequiredToSubmit
from forms.fields import TextField


class CodeForm(AdminForm):
    """The code that came by SMS."""

    code = TextField("短信验证码", [RequiredToSubmit()], max_length=20, autocomplete="one-time-code",
                     description="6 位数字，5 分钟内有效")  # fmt: skip


class ResetForm(AdminForm):
    """The login name whose password is to be set anew."""

    login_name = TextField("登录名", [RequiredToSubmit()], max_length=40, autocomplete="username",
                           description="原外国专家系统用户可以不填开头的 WGZJXM")  # fmt: skip

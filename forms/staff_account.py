"""What an administrator types about somebody of an office or of the operator. A password is never among it."""

from forms.admin import AdminForm
from forms.base import RequiredToSubmit
from forms.choices import ChoiceField
from forms.codes import EmailField, MobileField
from forms.fields import TextField
from forms.login_name import LoginNameField
from models.account import STAFF_ROLE_TEXTS

MAIL_HINT = "设置密码的链接发到手机，填了邮箱也发到邮箱"


class OfficeAccountForm(AdminForm):
    """A reviewer of an office."""

    person_name = TextField("姓名", [RequiredToSubmit()], max_length=50)
    login_name = LoginNameField()
    mobile = MobileField("手机号码", [RequiredToSubmit()])
    email = EmailField("电子邮箱", max_length=100, description=MAIL_HINT)


class OperatorAccountForm(OfficeAccountForm):
    """Somebody who belongs to no office."""

    staff_role = ChoiceField(
        "角色", [RequiredToSubmit()],
        choices=tuple((name, text) for name, text in STAFF_ROLE_TEXTS.items() if name != "reviewer"),
    )  # fmt: skip


class StaffChangeForm(AdminForm):
    """What may change of an account; addresses are only shown masked, so an empty box leaves them."""

    person_name = TextField("姓名", [RequiredToSubmit()], max_length=50)
    mobile = MobileField("新手机号码", description="不改请留空")
    email = EmailField("新电子邮箱", max_length=100, description="不改请留空")


class DisablingForm(AdminForm):
    """Why an account is closed."""

    reason = TextField("停用原因", [RequiredToSubmit()], max_length=200)

"""What the administrator of a unit types to hand filings over."""

from forms.admin import AdminForm
from forms.base import RequiredToSubmit
from forms.fields import LongTextField, TextField


class TransferForm(AdminForm):
    """Who takes the filings of a leaver over."""

    receiver = TextField("接收人登录名", [RequiredToSubmit()], max_length=40,
                         description="本单位的同事：已实名认证，并有有效的“事项办理员”授权")  # fmt: skip


class RelinkForm(AdminForm):
    """Under which name, and which login, the filings were made that are missing now."""

    former_name = TextField(
        "原单位名称", [RequiredToSubmit()], max_length=100, description="申报时使用的名称"
    )
    login_names = TextField(
        "原登录名", [RequiredToSubmit()], max_length=300, description="申报时使用的登录名，几个的用逗号分开"
    )
    numbers = LongTextField("申报编号或版本号", [RequiredToSubmit()], max_length=6000,
                            description="每行一个，印在申报材料每页左上角，例如 ZCKJ-2021-000001")  # fmt: skip

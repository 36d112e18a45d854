"""用户授权管理: whom to look for, and until when he may do what."""

from datetime import date

from forms.admin import AdminForm
from forms.base import Refusal, RequiredToSubmit
from forms.choices import ChoiceField
from forms.codes import HiddenIdNumberField, IdNumberField, MobileField
from forms.fields import DateField, TextField
from forms.registration import judge_id_number
from models.id_rules import ID_TYPES, RESIDENT


class InvitationForm(AdminForm):
    """Who is to get an account; what he signs in with is his own business."""

    person_name = TextField("姓名", [RequiredToSubmit()], max_length=50, description="与证件上的姓名一致")
    mobile = MobileField("手机号", [RequiredToSubmit()], description="激活链接用短信发到这个手机")
    id_type = ChoiceField("证件类型", [RequiredToSubmit()], choices=tuple(ID_TYPES.items()), default=RESIDENT)
    id_number = IdNumberField("证件号码", [RequiredToSubmit()], max_length=30)

    def accepts_on(self, today: date) -> bool:
        """Judge the form; the day decides about dates of birth."""
        accepted = self.accepts()
        return judge_id_number(self, today) and accepted


class PersonSearchForm(AdminForm):
    """Who is to be authorised: his real name and what nobody guesses."""

    person_name = TextField("姓名", [RequiredToSubmit()], max_length=50, description="真实姓名，不是登录名")
    login_name = TextField("登录名", max_length=40, description="与证件号码填一项即可", conditional=True)
    id_number = HiddenIdNumberField(
        "证件号码", max_length=30, description="与登录名填一项即可", conditional=True
    )

    def accepts(self) -> bool:
        """Refuse a search by the name alone."""
        valid = super().accepts()
        if not (self.login_name.data or self.id_number.data or self.login_name.errors):
            self.login_name.errors = [Refusal("E_REQUIRED", "请填写登录名或证件号码")]
        return valid and not self.login_name.errors


def rights_form(rights: dict[str, str]) -> type[AdminForm]:
    """Make a form with the last day of each right, fields named until_<number> in the order of `rights`."""
    fields = {f"until_{number}": DateField(label) for number, label in enumerate(rights.values())}
    return type("RightsForm", (AdminForm,), fields)


class DismissalForm(AdminForm):
    """Why a person may act for the unit no more."""

    reason = TextField("停用原因", max_length=200, description="例如：已离职。本人会看到")

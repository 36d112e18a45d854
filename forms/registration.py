"""What a person or a unit types to register."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from forms.admin import AdminForm
from forms.base import FilingForm, Refusal, RequiredToSubmit
from forms.choices import ChoiceField, TickField
from forms.codes import IdNumberField, MobileField, UsccField
from forms.fields import TextField
from forms.login_name import LoginNameField
from forms.password import PasswordField, PasswordForm
from models.id_rules import ID_TYPES, RESIDENT, wrong_with_id_number
from models.password_rules import PasswordRules

Choices = Sequence[tuple[str, str]]


def judge_id_number(form: FilingForm, today: date) -> bool:
    """Refuse a number that is not one of the chosen paper; the form has id_type and id_number."""
    field, id_type = form["id_number"], form["id_type"].data
    wrong = wrong_with_id_number(id_type, field.data, today) if field.data and id_type else ""
    if wrong and not field.errors:
        field.errors = [Refusal("E_ID_NUMBER", wrong)]
    return not field.errors


def _id_type() -> ChoiceField:
    return ChoiceField("证件类型", [RequiredToSubmit()], choices=tuple(ID_TYPES.items()), default=RESIDENT)


class PersonForm(AdminForm):
    """Who wants to register as a natural person."""

    name = TextField("姓名", [RequiredToSubmit()], max_length=50, autocomplete="name",
                     description="与证件上的姓名一致")  # fmt: skip
    id_type = _id_type()
    id_number = IdNumberField("证件号码", [RequiredToSubmit()], max_length=30,
                              description="居民身份证为 18 位，最后一位可以是 X")  # fmt: skip

    def accepts_on(self, today: date) -> bool:
        """Judge the form; the day decides about dates of birth."""
        accepted = self.accepts()
        return judge_id_number(self, today) and accepted


def unit_form(provinces: Choices) -> type[AdminForm]:
    """Make the form of a unit that wants to register; `provinces` are code and name."""

    class UnitForm(AdminForm):
        name = TextField("单位名称", [RequiredToSubmit()], max_length=100, autocomplete="organization",
                         description="与营业执照（法人证书）上的名称一致")  # fmt: skip
        uscc = UsccField("统一社会信用代码", [RequiredToSubmit()],
                         description="18 位，在营业执照（法人证书）上")  # fmt: skip
        province_code = ChoiceField("单位所在省份", [RequiredToSubmit()], choices=tuple(provinces))

    return UnitForm


class MobileForm(AdminForm):
    """The mobile that a code is sent to."""

    mobile = MobileField("手机号", [RequiredToSubmit()], autocomplete="tel",
                         description="用来接收验证码、找回账号和接收办理通知")  # fmt: skip


class PersonAccountForm(PasswordForm):
    """The account of a natural person."""

    login_name = LoginNameField()
    password = PasswordField("密码", [RequiredToSubmit()], autocomplete="new-password")
    agreed = TickField("我已阅读并同意《用户协议》和《隐私政策》", [RequiredToSubmit()])

    order: tuple[str, ...] = ("login_name", "password", "repeated", "agreed")

    def accepts_all(self, rules: PasswordRules, personal: Sequence[str | None], today: date) -> bool:
        """Judge everything at once, so that nobody is sent back twice; `today` counts for units only."""
        accepted = self.accepts_for(rules, (*personal, self.login_name.data))
        if not self.agreed.data:
            self.agreed.errors = [Refusal("E_REQUIRED", "请阅读并同意后再注册")]
        return accepted and not self.agreed.errors

    def answers(self) -> dict[str, Any]:
        """Return what the account is made of, without password and consent."""
        return {
            name: self[name].data for name in self.order if name not in ("password", "repeated", "agreed")
        }


def unit_account_form(regions: Choices) -> type[PersonAccountForm]:
    """Make the form of a unit's account; `regions` are code and name of the places in its province."""

    class UnitAccountForm(PersonAccountForm):
        region_code = ChoiceField("单位所在地区", [RequiredToSubmit()], choices=tuple(regions))
        legal_representative = TextField("法定代表人姓名", [RequiredToSubmit()], max_length=50)
        person_name = TextField("主代办人姓名", [RequiredToSubmit()], max_length=50,
                                description="负责这个账号的人，可以是单位任意一人")  # fmt: skip
        id_type = _id_type()
        id_number = IdNumberField("主代办人证件号码", [RequiredToSubmit()], max_length=30)

        order = ("region_code", "legal_representative", "person_name", "id_type", "id_number",
                 *PersonAccountForm.order)  # fmt: skip

        def accepts_all(self, rules: PasswordRules, personal: Sequence[str | None], today: date) -> bool:
            """Judge the paper of the 主代办人, too."""
            accepted = super().accepts_all(rules, (*personal, self.id_number.data), today)
            return judge_id_number(self, today) and accepted

    return UnitAccountForm

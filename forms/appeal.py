"""What somebody types who asks for a lost account."""

from datetime import date
from typing import Any

from forms.admin import AdminForm
from forms.base import RequiredToSubmit
from forms.choices import ChoiceField
from forms.codes import IdNumberField, MobileField, UsccField
from forms.fields import TextField
from forms.registration import judge_id_number
from models.id_rules import ID_TYPES, RESIDENT


class AppealForm(AdminForm):
    """The appeal of a natural person."""

    person_name = TextField("姓名", [RequiredToSubmit()], max_length=50, autocomplete="name")
    id_type = ChoiceField("证件类型", [RequiredToSubmit()], choices=tuple(ID_TYPES.items()), default=RESIDENT)
    id_number = IdNumberField("证件号码", [RequiredToSubmit()], max_length=30)

    def accepts_on(self, today: date) -> bool:
        """Judge the form; the day decides about dates of birth."""
        accepted = self.accepts()
        return judge_id_number(self, today) and accepted

    def answers(self) -> dict[str, Any]:
        """Return what the appeal stores; no answer is an empty text."""
        return {name: value or "" for name, value in self.data.items()}


class UnitAppealForm(AdminForm):
    """The appeal of a unit; who handles it may be anybody of the unit."""

    unit_name = TextField("单位名称", [RequiredToSubmit()], max_length=100, autocomplete="organization",
                          description="现在的名称")  # fmt: skip
    former_name = TextField(
        "原单位名称", max_length=100, description="注册账号以后变更过名称的，填注册时的名称"
    )
    uscc = UsccField("统一社会信用代码", [RequiredToSubmit()])
    person_name = TextField("主代办人姓名", [RequiredToSubmit()], max_length=50,
                            description="可以是单位任意一人")  # fmt: skip
    id_type = ChoiceField("证件类型", [RequiredToSubmit()], choices=tuple(ID_TYPES.items()), default=RESIDENT)
    id_number = IdNumberField("主代办人证件号码", [RequiredToSubmit()], max_length=30)

    accepts_on = AppealForm.accepts_on
    answers = AppealForm.answers


class QueryForm(AdminForm):
    """Which appeal somebody asks about."""

    case_no = TextField(
        "申诉编号", [RequiredToSubmit()], max_length=20, description="例如 SS-2021-000001，在短信里"
    )
    mobile = MobileField("手机号", [RequiredToSubmit()], autocomplete="tel", description="申诉时验证的手机号")


class HaltForm(AdminForm):
    """Why an approval is taken back before it takes effect."""

    reason = TextField(
        "停止的原因", [RequiredToSubmit()], max_length=300, description="申诉人会看到，例如：原持有人提出异议"
    )

"""Whom an owner of a service reports: one by one, or a list as it comes out of a spreadsheet."""

from datetime import date

from forms.admin import AdminForm
from forms.base import RequiredToSubmit
from forms.choices import ChoiceField
from forms.codes import IdNumberField, UsccField
from forms.fields import LongTextField, TextField
from forms.registration import judge_id_number
from models.id_rules import ID_TYPES, RESIDENT

STAGES = (("approved", "已报备，现在开通"), ("received", "纸质材料已收到，暂不开通"))


class PersonReportForm(AdminForm):
    """One person."""

    name = TextField("姓名", [RequiredToSubmit()], max_length=50)
    id_type = ChoiceField("证件类型", [RequiredToSubmit()], choices=tuple(ID_TYPES.items()), default=RESIDENT)
    id_number = IdNumberField("证件号码", [RequiredToSubmit()], max_length=30)
    stage = ChoiceField("登记为", [RequiredToSubmit()], choices=STAGES)

    def accepts_on(self, today: date) -> bool:
        """Judge the form; the day decides about dates of birth."""
        accepted = self.accepts()
        return judge_id_number(self, today) and accepted


class UnitReportForm(AdminForm):
    """One unit."""

    name = TextField("单位名称", [RequiredToSubmit()], max_length=100)
    uscc = UsccField("统一社会信用代码", [RequiredToSubmit()])
    stage = ChoiceField("登记为", [RequiredToSubmit()], choices=STAGES)

    def accepts_on(self, today: date) -> bool:
        """Judge the form."""
        return self.accepts()


class ListForm(AdminForm):
    """Many at once, pasted."""

    lines = LongTextField(
        "名单", [RequiredToSubmit()], max_length=60_000, description="从表格复制，或粘贴 CSV 的内容"
    )
    stage = ChoiceField("登记为", [RequiredToSubmit()], choices=STAGES)


class RevocationForm(AdminForm):
    """Why somebody is let in no more."""

    reason = TextField("撤销原因", [RequiredToSubmit()], max_length=300, description="对方会看到")

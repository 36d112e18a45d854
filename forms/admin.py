"""What an administrator may change: batches, offices, regions, texts of notices, special days."""

from collections.abc import Iterable, Sequence
from datetime import date

from forms.base import FilingForm, Refusal, RequiredToSubmit
from forms.choices import ChoiceField, YesNoField
from forms.fields import CountField, DateField, LongTextField, NumberField, TextField

# How the thresholds of a batch are asked; a threshold that is not named here shows its own name.
LIMIT_LABELS = {
    "area": ("服务场地面积不少于", "平方米"),
    "workstations": ("创业工位不少于", "个"),
    "service_ratio": ("常驻团队和企业使用面积加公共服务面积占比不低于", "%"),
    "residents": ("年协议入驻创业团队和企业不少于", "家"),
    "new_registered": ("每年注册成为新企业的创业团队不少于", "家"),
    "financed": ("或每年获得融资不少于", "家"),
    "full_time_staff": ("专职服务人员不少于", "人"),
    "mentors": ("专兼职创业导师不少于", "人"),
    "activities": ("每年开展创新创业活动不少于", "场"),
    "months": ("注册并实际运营不少于", "个月"),
}
# Days that must not come before one another, each with what to say.
ORDER = (
    ("period_start", "period_end", "报告期结束不能早于开始"),
    ("open_at", "applicant_deadline", "申报截止不能早于开始"),
    ("applicant_deadline", "city_deadline", "市级截止不能早于申报截止"),
    ("applicant_deadline", "province_deadline", "省级截止不能早于申报截止"),
    ("city_deadline", "province_deadline", "省级截止不能早于市级截止"),
    ("applicant_deadline", "torch_deadline", "火炬中心截止不能早于申报截止"),
    ("province_deadline", "torch_deadline", "火炬中心截止不能早于省级截止"),
)


class AdminForm(FilingForm):
    """A page of the administrator: unlike a draft it is stored whole or not at all."""

    def accepts(self) -> bool:
        """Validate, and refuse what is asked for and empty."""
        valid = self.validate()
        for field in self:
            if field.is_asked and not field.errors and field.data in (None, ""):
                field.errors = [Refusal("E_REQUIRED", f"请填写{field.label.text}")]
                valid = False
        return valid


class BatchForm(AdminForm):
    """Dates, papers and texts of a batch; its thresholds are `limits_form`."""

    name = TextField("批次名称", [RequiredToSubmit()], max_length=100)
    year = CountField("年度", [RequiredToSubmit()], least=2000, most=2100)
    period_start = DateField("报告期开始", [RequiredToSubmit()])
    period_end = DateField("报告期结束", [RequiredToSubmit()])
    cutoff_date = DateField("累计截止日", [RequiredToSubmit()])
    latest_start_date = DateField("最晚注册并运营的日期")
    open_at = DateField("申报开始", [RequiredToSubmit()])
    applicant_deadline = DateField("申报截止", [RequiredToSubmit()], description="当天 24:00 前可以提交")
    city_deadline = DateField("市级审核截止")
    province_deadline = DateField("省级审核截止")
    torch_deadline = DateField("火炬中心审核截止")
    district_days = CountField(
        "区县级办理时限", least=1, most=250, unit="个工作日", description="留空则不设时限"
    )
    city_days = CountField("市级办理时限", least=1, most=250, unit="个工作日",
                           description="从送达次日起算，申报在申报单位手中和公示期间不计")  # fmt: skip
    province_days = CountField("省级办理时限", least=1, most=250, unit="个工作日")
    torch_days = CountField("火炬中心办理时限", least=1, most=250, unit="个工作日")
    offers_next_office = YesNoField("申报单位可选上一级受理机构", [RequiredToSubmit()])
    exclude_if_operator_certified = YesNoField("运营主体已有国家级孵化器的不得申报", [RequiredToSubmit()])
    paper_copies = CountField("纸质材料份数", [RequiredToSubmit()], most=20, unit="份")
    recommend_quota_ratio = NumberField(
        "推荐名额", most=100, unit="%", description="占省级备案数的百分比，例如 30，留空则不设名额"
    )
    stamp_hint = LongTextField("签章要求", max_length=500)
    format_requirements = LongTextField("规范性要求", max_length=5000, description="填报说明中显示，每段一行")

    def accepts(self) -> bool:
        """Refuse days out of order besides what every page refuses."""
        valid = super().accepts()
        for first, second, message in ORDER:
            earlier, later = self[first].data, self[second].data
            is_wrong = isinstance(earlier, date) and isinstance(later, date) and later < earlier
            if is_wrong and not self[second].errors:
                self[second].errors = [Refusal("E_DATE_ORDER", message)]
                valid = False
        return valid


def new_batch_form(rule_sets: Sequence[tuple[str, str]]) -> type[BatchForm]:
    """Make the form of a batch that is not there yet: it asks whose rules and texts to take over."""
    rule_set = ChoiceField(
        "规则集", [RequiredToSubmit()], choices=rule_sets,
        description="备案条件的门槛、统计年报要求、指标解释和规范性要求由此带入，建立后可以修改",
    )  # fmt: skip
    return type("NewBatchForm", (BatchForm,), {"rule_set": rule_set, "format_requirements": None})


def limits_form(names: Iterable[str], figures: dict[str, str]) -> type[AdminForm]:
    """Make the form of the thresholds `names`: limit_<name> of a condition, or jump_<name>, labelled by `figures`."""
    fields = {}
    for name in names:
        if name in figures:
            label, unit = f"{figures[name]}比上次通过时增减达到", "%"
        else:
            label, unit = LIMIT_LABELS.get(name.removeprefix("limit_"), (name, ""))
        fields[name] = NumberField(label, [RequiredToSubmit()], unit=unit)
    return type("LimitsForm", (AdminForm,), fields)


class OfficeForm(AdminForm):
    """What applicants see of an office, and whether it takes filings."""

    name = TextField("机构名称", [RequiredToSubmit()], max_length=100)
    is_active = YesNoField("受理申报", [RequiredToSubmit()], description="选否则申报由上一级受理")
    address = TextField("纸质材料递交地址", max_length=200)
    phone = TextField("联系电话", max_length=50)
    stamp_hint = LongTextField("签章要求", max_length=500)


class RegionForm(AdminForm):
    """What is decided about a region; its place in the tree comes with the release."""

    is_hardship_region = YesNoField("艰苦边远地区", [RequiredToSubmit()])
    pilot_change = YesNoField("信息变更试点", [RequiredToSubmit()])


class NoticeTextForm(AdminForm):
    """The wording of one notice."""

    title = TextField("标题", [RequiredToSubmit()], max_length=100)
    text = LongTextField("正文", [RequiredToSubmit()], max_length=1000,
                         description="花括号里的词会换成实际内容，例如 {孵化机构} 换成孵化机构名称")  # fmt: skip
    sms = YesNoField("同时发短信", [RequiredToSubmit()])
    mail = YesNoField("同时发邮件", [RequiredToSubmit()])


class SpecialDayForm(AdminForm):
    """A day that is worked or free, other than the public calendar says."""

    day = DateField("日期", [RequiredToSubmit()])
    is_working = YesNoField("是否工作日", [RequiredToSubmit()])
    note = TextField("说明", max_length=50, description="例如：国庆节，或调休")

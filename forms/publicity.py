"""What an office types for a public notice, a letter and a list, and what somebody objects."""

from forms.admin import AdminForm
from forms.base import RequiredToSubmit
from forms.choices import ChoiceField
from forms.fields import CountField, DateField, LongTextField, TextField

DECISIONS = (("upheld", "异议成立"), ("dismissed", "异议不成立"))


class NoticeForm(AdminForm):
    """A public notice."""

    title = TextField("公示标题", [RequiredToSubmit()], max_length=100)
    contact = TextField("联系方式", [RequiredToSubmit()], max_length=200, description="异议也可以向这里反映")
    starts_on = DateField("公示开始", [RequiredToSubmit()])
    ends_on = DateField("公示结束", [RequiredToSubmit()], description="含当天，不少于 5 个工作日")


class LetterForm(AdminForm):
    """A letter of recommendation."""

    letter_no = TextField("推荐函文号", [RequiredToSubmit()], max_length=50)
    letter_on = DateField("推荐函日期", [RequiredToSubmit()])
    registered = CountField(
        "上年度纳入火炬统计的数量", unit="家", description="批次规定名额时填写，用来计算名额"
    )
    over_quota_reason = LongTextField("超出名额的理由", max_length=1000)


class ListForm(AdminForm):
    """A published list."""

    document_no = TextField("文号", [RequiredToSubmit()], max_length=50)
    published_on = DateField("公布日期", [RequiredToSubmit()], description="也是备案（认定）日期")


class ObjectionForm(AdminForm):
    """What anybody may object while a notice runs."""

    person_name = TextField("您的姓名", [RequiredToSubmit()], max_length=50)
    organisation = TextField("工作单位", max_length=100)
    contact = TextField("联系电话", [RequiredToSubmit()], max_length=50, description="只用于核实，不公开")
    text = LongTextField("异议内容和依据", [RequiredToSubmit()], max_length=2000)


class DecisionForm(AdminForm):
    """What the office found about an objection."""

    state = ChoiceField("处理结果", [RequiredToSubmit()], choices=DECISIONS)
    finding = LongTextField("核查结果", [RequiredToSubmit()], max_length=2000)


class RevocationForm(AdminForm):
    """Taking a title away."""

    reason = ChoiceField(
        "原因", [RequiredToSubmit()],
        choices=(
            ("unqualified", "复核不合格"), ("unreported", "连续2次未上报统计数据"), ("fraud", "弄虚作假"),
            ("assessment", "连续2次考核评价不合格"), ("other", "其他"),
        ),
    )  # fmt: skip
    text = LongTextField("说明", max_length=500)
    document_no = TextField("文号", [RequiredToSubmit()], max_length=50)

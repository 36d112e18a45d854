"""What an office is asked before it decides (审核意见), by kind and level.

Source: workflow of the filings: 材料是否真实完整, 是否符合申报条件, 实地核查; the province also 评审分数;
火炬中心 专家评审 or 抽查.
"""

from typing import ClassVar

from forms.base import FilingForm, RequiredToSubmit
from forms.choices import ChoiceField, TickField, YesNoField
from forms.fields import DateField, LongTextField, NumberField, TextField

REASON_LIMIT = 2000
INTENTIONS = (("pass", "通过"), ("return", "退回"), ("reject", "不通过"))

# Sentences that reviewers put in at a click and then complete.
REASON_TEMPLATES = (
    "请按退回要求逐条修改或说明后重新提交。",
    "证明材料不完整，请补充：",
    "证明材料已过期，请上传有效期内的材料：",
    "填报数据与证明材料不一致，请核对：",
    "实地核查情况与填报内容不一致：",
    "经审核，材料真实完整，符合申报条件，同意推荐。",
    "经审核，不符合申报条件：",
)


class OpinionForm(FilingForm):
    """The part every level has. `questions` names the fields that are asked first.

    A question answered 否 excludes 通过. `needed_to_pass` names further answers that 通过 needs.
    """

    questions: ClassVar[tuple[str, ...]] = ()
    needed_to_pass: ClassVar[tuple[str, ...]] = ()

    intention = ChoiceField("受理意向", [RequiredToSubmit()], choices=INTENTIONS)
    reason = LongTextField("意见说明", max_length=REASON_LIMIT, description="申报单位会看到")
    resubmit_by = DateField("重新提交期限")
    is_fraud = TickField("认定为虚报、瞒报、弄虚作假，两年内不得再次申报")


class SiteCheckForm(OpinionForm):
    """A level that visits the place."""

    site_checked = YesNoField("是否已实地核查", [RequiredToSubmit()])
    site_checked_on = DateField("核查日期")
    site_people = TextField("核查人员", max_length=200, description="多人用顿号隔开")
    site_finding = LongTextField("核查情况", max_length=REASON_LIMIT)


class CityOpinionForm(SiteCheckForm):
    """初审: the city on a makerspace."""

    questions = ("is_genuine", "is_qualified", "site_checked")

    is_genuine = YesNoField("材料是否真实完整", [RequiredToSubmit()])
    is_qualified = YesNoField("是否符合申报条件", [RequiredToSubmit()])


class ProvinceOpinionForm(CityOpinionForm):
    """评审: the province on a makerspace."""

    needed_to_pass = ("expert_score",)

    expert_score = NumberField("评审分数", most=100, unit="分")


class TorchOpinionForm(OpinionForm):
    """火炬中心 on a makerspace."""

    needed_to_pass = ("review_method", "review_finding")

    review_method = ChoiceField("评审方式", choices=(("expert_review", "专家评审"), ("spot_check", "抽查")))
    review_finding = LongTextField("评审或抽查情况", max_length=REASON_LIMIT)

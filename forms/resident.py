"""Rows of residents: teams and enterprises."""

from forms.base import FilingForm, RequiredToSubmit
from forms.choices import ChoiceField, YesNoField
from forms.codes import UsccField
from forms.fields import CountField, DateField, MoneyField, NamedRowField, TextField

FINANCING = "获得投融资情况"


def is_financed(row: object) -> bool:
    return bool(row.has_financing)  # type: ignore[attr-defined]


class TeamForm(FilingForm):
    """One start-up team; which answers are asked depends on its status."""

    team_name = TextField("团队名称", [RequiredToSubmit()], width=10, local=True)
    leader_name = TextField("团队负责人", [RequiredToSubmit()], max_length=50, width=6, local=True)
    moved_in_on = DateField("入驻时间", [RequiredToSubmit()])
    team_status = ChoiceField(
        "团队状态",
        [RequiredToSubmit()],
        choices=[("in_space", "众创空间内"), ("converted", "转化为企业"), ("moved_out", "迁出")],
        decides=True,
        width=7,
    )
    member_count = CountField(
        "创业团队人员数量",
        [RequiredToSubmit(when=lambda team: team.team_status == "in_space")],
        short="团队人员\n数量", least=1, width=5,
    )  # fmt: skip
    converted_registered_on = DateField(
        "转化为企业注册时间",
        [RequiredToSubmit(when=lambda team: team.team_status == "converted")],
        short="转化为企业\n注册时间",
    )
    moved_out_on = DateField(
        "迁出时间", [RequiredToSubmit(when=lambda team: team.team_status == "moved_out")]
    )
    has_financing = YesNoField(
        "获得投融资情况", [RequiredToSubmit()], short="有无", group=FINANCING, default=False, decides=True
    )
    financed_on = DateField("获得时间", [RequiredToSubmit(when=is_financed)], group=FINANCING)
    financing_amount = MoneyField(
        "投融资金额",
        [RequiredToSubmit(when=is_financed)],
        short="金额\n（万元）",
        group=FINANCING,
        above_zero=True,
    )


class EnterpriseForm(FilingForm):
    """One resident enterprise; which answers are asked depends on where it came from and whether it left."""

    enterprise_name = TextField("企业名称", [RequiredToSubmit()], width=14, local=True)
    uscc = UsccField("统一社会信用代码", [RequiredToSubmit()], width=12)
    converted_from_team = YesNoField(
        "是否由创业团队转化为企业",
        [RequiredToSubmit()],
        short="由创业团队\n转化",
        default=False,
        decides=True,
    )
    source_team_name = NamedRowField(
        "团队名称",
        [RequiredToSubmit(when=lambda enterprise: bool(enterprise.converted_from_team))],
        table="teams",
        offers=lambda team: team.team_name if team.team_status == "converted" else None,
    )
    registered_on = DateField("注册时间", [RequiredToSubmit()])
    moved_in_on = DateField(
        "入驻时间", [RequiredToSubmit(when=lambda enterprise: enterprise.converted_from_team is False)]
    )
    has_moved_out = YesNoField(
        "是否迁出", [RequiredToSubmit()], short="是否\n迁出", default=False, decides=True
    )
    employee_count = CountField(
        "企业人员数量",
        [RequiredToSubmit(when=lambda enterprise: enterprise.has_moved_out is False)],
        short="企业人员\n数量", least=1, width=5,
    )  # fmt: skip
    moved_out_on = DateField(
        "迁出时间", [RequiredToSubmit(when=lambda enterprise: bool(enterprise.has_moved_out))]
    )
    has_financing = YesNoField(
        "获得投融资情况", [RequiredToSubmit()], short="有无", group=FINANCING, default=False, decides=True
    )
    financed_on = DateField("获得时间", [RequiredToSubmit(when=is_financed)], group=FINANCING)
    financing_amount = MoneyField(
        "投融资金额",
        [RequiredToSubmit(when=is_financed)],
        short="金额\n（万元）",
        group=FINANCING,
        above_zero=True,
    )

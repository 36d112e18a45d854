"""An activity row (创新创业活动)."""

from forms.base import FilingForm, RequiredToSubmit
from forms.choices import ChoiceField
from forms.fields import DateField, LongTextField, TextField


class ActivityForm(FilingForm):
    """One activity of the reporting period."""

    activity_name = TextField("活动名称", [RequiredToSubmit()], width=14, local=True)
    activity_type = ChoiceField(
        "活动类型",
        [RequiredToSubmit()],
        choices=[
            ("salon", "创业沙龙"),
            ("roadshow", "路演"),
            ("contest", "创业大赛"),
            ("training", "创业教育培训"),
            ("other", "其他"),
        ],
    )
    held_on = DateField("举办时间", description="可不填")
    summary = LongTextField("简要概述", [RequiredToSubmit()], max_length=500, width=20, local=True)

"""Rows of recognition: media reports and honors."""

from forms.base import FilingForm, RequiredToSubmit
from forms.choices import ChoiceField
from forms.fields import DateField, TextField


class MediaReportForm(FilingForm):
    """One report in the media."""

    title = TextField("报道标题", [RequiredToSubmit()], max_length=200, width=18, local=True)
    media_name = TextField("媒体名称", [RequiredToSubmit()], width=10, local=True)
    reported_on = DateField("报道时间", [RequiredToSubmit()])


class HonorForm(FilingForm):
    """One honor."""

    honor_name = TextField("荣誉名称", [RequiredToSubmit()], max_length=200, width=16, local=True)
    granted_by = TextField("授予单位", [RequiredToSubmit()], width=12, local=True)
    granted_on = DateField("获得时间", [RequiredToSubmit()])
    honor_level = ChoiceField(
        "级别",
        choices=[
            ("national", "国家级"),
            ("provincial", "省级"),
            ("municipal", "市级"),
            ("other", "其他"),
        ],
    )

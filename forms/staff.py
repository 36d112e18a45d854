"""Rows of people: service staff and mentors."""

from forms.base import FilingForm, RequiredToSubmit
from forms.choices import ChoiceField
from forms.fields import CountField, LongTextField, TextField


class ServiceStaffForm(FilingForm):
    """One full-time member of the service staff."""

    name = TextField("姓名", [RequiredToSubmit()], max_length=50, width=6, local=True)
    age = CountField("年龄", [RequiredToSubmit()], least=16, most=100, width=4, local=False)
    position = TextField("职务", [RequiredToSubmit()], max_length=50, local=True)
    education = ChoiceField(
        "学历",
        [RequiredToSubmit()],
        choices=[
            ("college_or_below", "大专及以下"),
            ("bachelor", "本科"),
            ("master", "硕士"),
            ("doctor", "博士"),
        ],
    )
    major = TextField("所学专业", [RequiredToSubmit()], max_length=50, local=True)
    experience = LongTextField(
        "创业、投融资、企业管理等经验或创业服务相关培训情况",
        [RequiredToSubmit()],
        short="创业、投融资、管理等经验或培训情况",
        max_length=500,
        width=16,
        local=True,
    )


class MentorForm(FilingForm):
    """One mentor."""

    name = TextField("姓名", [RequiredToSubmit()], max_length=50, width=6, local=True)
    employer = TextField("所在单位", [RequiredToSubmit()], width=14, local=True)
    position = TextField("职务", [RequiredToSubmit()], max_length=50, local=True)
    service_field = TextField("服务领域", [RequiredToSubmit()], width=10, local=True)
    engagement = ChoiceField(
        "专职/兼职",
        [RequiredToSubmit()],
        choices=[("full_time", "专职"), ("part_time", "兼职")],
        default="part_time",
        width=5,
    )

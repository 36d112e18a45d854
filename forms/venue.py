"""A venue row (服务场地)."""

from forms.base import FilingForm, RequiredToSubmit
from forms.choices import ChoicesField
from forms.fields import AreaField, CountField, TextField

PARTS = "其中（平方米）"


class VenueForm(FilingForm):
    """One place: its area must be the sum of the four parts."""

    address = TextField("孵化场地地址", [RequiredToSubmit()], max_length=200, width=16, local=True)
    area_total = AreaField("众创空间面积", [RequiredToSubmit()], short="众创空间\n面积", above_zero=True)
    area_resident = AreaField(
        "创业团队和企业场地面积", [RequiredToSubmit()], short="创业团队\n和企业", group=PARTS
    )
    area_public = AreaField("公共服务场地面积", [RequiredToSubmit()], short="公共服务\n场地", group=PARTS)
    area_own_use = AreaField("自用场地面积", [RequiredToSubmit()], short="自用\n场地", group=PARTS, width=5)
    area_other = AreaField("其它面积", [RequiredToSubmit()], short="其它\n面积", group=PARTS, width=5)
    workstations = CountField("创业工位数", [RequiredToSubmit()], short="创业\n工位数", width=5)
    ownership = ChoicesField(
        "产权情况",
        [RequiredToSubmit()],
        choices=[("owned", "自有产权"), ("entrusted", "委托管理"), ("leased", "租赁")],
        decides=True,
    )

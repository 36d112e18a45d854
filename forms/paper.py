"""What is asked when an office takes in the paper of a filing."""

from forms.admin import AdminForm
from forms.base import RequiredToSubmit
from forms.choices import YesNoField
from forms.fields import CountField, TextField


class PaperForm(AdminForm):
    """Stored whole or not at all; whether the version is the right one is judged elsewhere."""

    version_no = TextField("纸质材料上的版本号", [RequiredToSubmit()], max_length=60,
                           description="印在每页左上角；也可扫描封面二维码打开本页")  # fmt: skip
    copies = CountField("份数", [RequiredToSubmit()], least=1, most=50, unit="份")
    has_disc = YesNoField("附光盘", [RequiredToSubmit()])

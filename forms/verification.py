"""The verdict of one member of the staff on papers."""

from forms.admin import AdminForm
from forms.base import Refusal, RequiredToSubmit
from forms.choices import ChoiceField
from forms.fields import TextField


class VerdictForm(AdminForm):
    """Whether the papers prove what was said."""

    verdict = ChoiceField("意见", [RequiredToSubmit()], choices=(("pass", "通过"), ("fail", "不通过")))
    reason = TextField("原因", max_length=300, description="不通过的必填，申请人会看到")

    def accepts(self) -> bool:
        """Refuse a rejection without a reason."""
        valid = super().accepts()
        if self.verdict.data == "fail" and not self.reason.data and not self.reason.errors:
            self.reason.errors = [Refusal("E_REQUIRED", "请写明不通过的原因，例如：证件照片不清晰")]
            return False
        return valid

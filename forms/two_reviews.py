"""The verdict of one of the two people of the staff who decide a case."""

from collections.abc import Sequence

from forms.admin import AdminForm
from forms.base import Refusal, RequiredToSubmit
from forms.choices import ChoiceField
from forms.fields import TextField


class ReviewForm(AdminForm):
    """A verdict; a rejection says why."""

    def accepts(self) -> bool:
        """Refuse a rejection without a reason."""
        valid, reason = super().accepts(), self["reason"]
        if self["verdict"].data == "reject" and not reason.data and not reason.errors:
            reason.errors = [Refusal("E_REQUIRED", "请写明不通过的原因，例如：材料没有盖公章")]
            return False
        return valid


def review_form(choices: Sequence[tuple[str, str]], who: str) -> type[ReviewForm]:
    """Make the form of a verdict, one of `choices`; `who` reads the reason."""
    fields = {
        "verdict": ChoiceField("审核意见", [RequiredToSubmit()], choices=choices),
        "reason": TextField("原因", max_length=300, description=f"不通过的必填，{who}会看到"),
    }
    return type("CaseReviewForm", (ReviewForm,), fields)

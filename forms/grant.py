"""用户授权管理: whom to look for, and until when he may do what."""

from forms.admin import AdminForm
from forms.base import RequiredToSubmit
from forms.fields import DateField, TextField


class PersonSearchForm(AdminForm):
    """Who is to be authorised: his real name and what nobody guesses."""

    person_name = TextField("姓名", [RequiredToSubmit()], max_length=50, description="真实姓名，不是登录名")
    login_name = TextField("登录名", [RequiredToSubmit()], max_length=40)


def rights_form(rights: dict[str, str]) -> type[AdminForm]:
    """Make a form with the last day of each right, fields named until_<number> in the order of `rights`."""
    fields = {f"until_{number}": DateField(label) for number, label in enumerate(rights.values())}
    return type("RightsForm", (AdminForm,), fields)


class DismissalForm(AdminForm):
    """Why a person may act for the unit no more."""

    reason = TextField("停用原因", max_length=200, description="例如：已离职。本人会看到")

"""The form class of filings and what its fields say about themselves."""

from collections.abc import Callable
from typing import Any

from wtforms import Field, Form


class Refusal(str):
    """A message for the applicant together with its code, for example E_NUMBER."""

    code: str

    def __new__(cls, code: str, message: str) -> "Refusal":
        refusal = super().__new__(cls, message)
        refusal.code = code
        return refusal


class RequiredToSubmit:
    """Mark a field that may stay empty in a draft and must be filled before submission.

    `when` looks at the stored row or filing and says whether the answer is asked for at all.
    """

    def __init__(self, when: Callable[[Any], bool] | None = None) -> None:
        self.when = when

    def __call__(self, form: Form, field: Field) -> None:
        """Never refuse: completeness is judged when submitting, not while typing."""

    def applies_to(self, owner: Any) -> bool:
        return self.when is None or self.when(owner)


class FilingForm(Form):
    """A tab or a row as typed. Plain WTForms: needs no request and no application."""

    def refusals(self) -> dict[str, Refusal]:
        """Return the first refusal of every field that could not be taken as typed."""
        return {name: messages[0] for name, messages in self.errors.items() if name}

    def local_names(self) -> str:
        """Return the names of the fields that the browser may keep until the server has them, as one text."""
        return " ".join(field.name for field in self if field.is_local)

    def typed(self) -> dict[str, str]:
        """Return what stands in every field, as text, the way the applicant sees it."""
        return {field.name: field.shown_input() for field in self}


def required_marker(field: Field) -> RequiredToSubmit | None:
    """Return the field's RequiredToSubmit; None for a voluntary answer."""
    return next((v for v in field.validators if isinstance(v, RequiredToSubmit)), None)

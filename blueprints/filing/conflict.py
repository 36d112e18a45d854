"""Two who edit the same row or tab: both sides of every answer, and the choice between them."""

from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from forms.base import FilingForm


def differing(typed: FilingForm, saved: FilingForm) -> list[tuple[Any, Any]]:
    """Pair every field whose typed answer differs from the stored one with the stored field."""
    return [
        (field, saved[field.name]) for field in typed if field.errors or field.data != saved[field.name].data
    ]


def chosen_answers(form: type[FilingForm], owner: Any) -> MultiDict[str, str]:
    """Return the posted answers, with the stored ones where the conflict view chose them.

    The view posts `keep_<field>=theirs` for each of those.
    """
    answers = request.form.copy()
    for field in form(obj=owner):
        if request.form.get(f"keep_{field.name}") == "theirs":
            shown = field.shown_input()
            answers.setlist(field.name, field.data or [] if field.kind == "choices" else [shown])
    return answers

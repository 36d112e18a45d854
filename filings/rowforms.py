"""A row as typed: judged before anything is stored, whether it comes from a page or from a sheet."""

from typing import Any

from failpoints import reach
from filings.kind import Table
from filings.problems import not_fillable
from forms.base import FilingForm, Refusal


def as_typed(table: Table, form: FilingForm) -> Any:
    """Return a row with the answers of `form` that no session knows: rules look at it, nothing stores it."""
    row = table.model()
    for field in form:
        setattr(row, field.name, field.data)
    return row


def judge_form(table: Table, form: FilingForm) -> bool:
    """Validate the row as typed: types, ranges, lengths, and cells that may not be filled."""
    valid = form.validate()
    for name, finding in not_fillable(table, as_typed(table, form)).items():
        if name in form:
            form[name].errors = [Refusal(finding.code, finding.message)]
            valid = False
    reach("row_judged")
    return valid

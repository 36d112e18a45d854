"""The last day to hand a filing in, where the database compares it."""

from datetime import date

from sqlalchemy import ColumnElement, case

from models.batch import Batch
from models.filing import Filing


def last_day() -> ColumnElement[date]:
    """Return what `Filing.applicant_deadline` says, for a statement that joins the batch."""
    own_is_later = Filing.resubmit_by > Batch.applicant_deadline  # not so where no office gave a day
    return case((own_is_later, Filing.resubmit_by), else_=Batch.applicant_deadline)

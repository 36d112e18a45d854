"""One posted PDF, taken in outside of any transaction."""

from flask import request

from blueprints.filing.files import admit_posted
from files.admission import Admitted
from files.names import safe_name
from files.refusals import Refused


def received_pdf(field: str, missing: str) -> tuple[str, Admitted]:
    """Admit the file posted in `field` in the limited child; returns its name and what was admitted.

    Raises Refused, with the words `missing` when none was chosen.
    """
    posted = request.files.get(field)
    if posted is None or not posted.filename:
        raise Refused("E_REQUIRED", missing)
    try:
        return safe_name(posted.filename), admit_posted(posted)
    finally:
        posted.close()

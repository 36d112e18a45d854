"""One posted PDF, taken in outside of any transaction."""

from flask import request
from werkzeug.datastructures import FileStorage

from blueprints.storage import storage
from failpoints import reach
from files.admission import Admitted, admit, receive, require_pdf_name
from files.names import safe_name
from files.refusals import Refused


def received_pdf(field: str, missing: str = "请先选择文件，再点上传") -> tuple[str, Admitted]:
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


def admit_posted(posted: FileStorage) -> Admitted:
    """Let one posted file in. Raises Refused."""
    require_pdf_name(posted.filename or "")
    temp = storage().new_temp()
    try:
        receive(posted.stream, temp)
        reach("upload_received")
        return admit(temp, storage())
    finally:
        temp.unlink(missing_ok=True)

"""The job that prints a comparison; its state and its failure live on the row."""

import uuid

from sqlalchemy.orm import Session

from config import Settings
from extensions import db
from files.storage import storage_from_url
from filings.kind import STATE_TEXTS
from jobs.tasks import TASKS, Task
from materials.comparison import print_comparison
from materials.errors import TypesettingFailed
from models.comparison import PrintedComparison

GAVE_UP = "生成时系统多次出错，请稍后重试；如仍不成功，请致电技术支持"


def make(session: Session, printed_id: uuid.UUID) -> None:
    """Typeset the comparison and note where its PDF is or why there is none."""
    printed = session.get(PrintedComparison, printed_id)
    if printed is None:
        return
    numbers = printed.before.version_no, printed.after.version_no
    documents = printed.before.snapshot, printed.after.snapshot
    storage = storage_from_url(Settings.from_env().storage_url)
    session.rollback()  # typesetting takes a while: hold no transaction meanwhile
    try:
        data, pages = print_comparison(*documents, *numbers, STATE_TEXTS)
    except TypesettingFailed as failure:
        db.start_writing()
        fail(session, printed_id, str(failure))
        return
    temp = storage.new_temp()
    temp.write_bytes(data)
    sha256 = storage.put(temp)
    db.start_writing()
    printed = session.get_one(PrintedComparison, printed_id)
    printed.state, printed.pdf_sha256 = "ready", sha256
    printed.pdf_size, printed.page_count = len(data), pages


def fail(session: Session, printed_id: uuid.UUID, why: str = GAVE_UP) -> None:
    """Note that there is no PDF, and why."""
    printed = session.get(PrintedComparison, printed_id)
    if printed is not None:
        printed.state, printed.failure = "failed", why[:500]


TASKS["print_comparison"] = Task(work=make, gave_up=fail)

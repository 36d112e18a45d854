"""The job that prints a letter or a certificate; its state and its failure live on the row."""

import uuid

from sqlalchemy.orm import Session

from config import Settings
from extensions import db
from files.storage import storage_from_url
from jobs.tasks import TASKS, Task
from materials.errors import TypesettingFailed
from materials.printout import PRINTERS
from models.printout import Printout

GAVE_UP = "生成时系统多次出错，请稍后重试；如仍不成功，请致电技术支持"


def make(session: Session, printout_id: uuid.UUID) -> None:
    """Typeset the document and note where its PDF is or why there is none."""
    printout = session.get(Printout, printout_id)
    if printout is None:
        return
    kind, document = printout.kind, printout.document
    session.rollback()  # typesetting takes a while: hold no transaction meanwhile
    try:
        data, pages = PRINTERS[kind](document)
    except TypesettingFailed as failure:
        db.start_writing()
        fail(session, printout_id, str(failure))
        return
    storage = storage_from_url(Settings.from_env().storage_url)
    temp = storage.new_temp()
    temp.write_bytes(data)
    sha256 = storage.put(temp)
    db.start_writing()
    printout = session.get_one(Printout, printout_id)
    printout.state, printout.pdf_sha256 = "ready", sha256
    printout.pdf_size, printout.page_count = len(data), pages


def fail(session: Session, printout_id: uuid.UUID, why: str = GAVE_UP) -> None:
    """Note that there is no PDF, and why."""
    printout = session.get(Printout, printout_id)
    if printout is not None:
        printout.state, printout.failure = "failed", why[:500]


TASKS["print_out"] = Task(work=make, gave_up=fail)

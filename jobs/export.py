"""The job that writes an export; its progress and its failure live on the row."""

import uuid
from urllib.parse import parse_qsl

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from config import Settings
from extensions import clock, db
from files.storage import FolderStorage, storage_from_url
from filings.review.exporting import ExportBook, submitted
from filings.review.queue import wanted_ids
from filings.review.wanted import Wanted
from jobs.tasks import TASKS, Task
from models.export import Export
from models.filing import Filing
from models.material_version import MaterialVersion
from models.office import Office

AT_ONCE, KEPT = 50, 5
GAVE_UP = "导出时系统多次出错，请稍后重试；如仍不成功，请致电技术支持"


def make(session: Session, export_id: uuid.UUID) -> None:
    """Write the workbook of what the reviewer may see now, and note where it is."""
    export = session.get(Export, export_id)
    if export is None:
        return
    storage = storage_from_url(Settings.from_env().storage_url)
    office = session.get_one(Office, export.office_id)
    wanted = Wanted.read(dict(parse_qsl(export.query)))
    ids = wanted_ids(session, office, wanted, export.account_id, clock.now())
    _clear_away(session, export.account_id, storage)
    book = ExportBook(str(export_id))
    for first in range(0, len(ids), AT_ONCE):
        _note_progress(export_id, first, len(ids))
        _add(session, book, ids[first : first + AT_ONCE])
        session.rollback()  # hold no transaction between pieces
    temp = storage.new_temp()
    try:
        book.save(temp)
        size, sha256 = temp.stat().st_size, storage.put(temp)
    finally:
        temp.unlink(missing_ok=True)
    db.start_writing()
    export = session.get_one(Export, export_id)
    export.state, export.sha256, export.size = "ready", sha256, size
    export.done = export.total = len(ids)


def _add(session: Session, book: ExportBook, ids: list[uuid.UUID]) -> None:
    shown = (Filing.unit, Filing.region, Filing.batch, Filing.receiving_office)
    query = (
        select(Filing, MaterialVersion)
        .join(MaterialVersion, MaterialVersion.version_no == Filing.submitted_version_no)
        .where(Filing.id.in_(ids))
        .options(*(joinedload(part) for part in shown))
    )
    found = {filing.id: (filing, version) for filing, version in session.execute(query)}
    for filing_id in ids:
        if filing_id in found:
            filing, version = found[filing_id]
            book.add(submitted(filing, version.snapshot))


def _note_progress(export_id: uuid.UUID, done: int, total: int) -> None:
    db.session.rollback()
    db.start_writing()
    export = db.session.get_one(Export, export_id)
    export.state, export.done, export.total = "running", done, total
    db.session.commit()


def _clear_away(session: Session, account_id: uuid.UUID, storage: FolderStorage) -> None:
    """Remove the bytes of all but the reviewer's last exports; they hold what filings say of people."""
    mine = select(Export).where(Export.account_id == account_id).order_by(Export.created_at.desc())
    old = [one for one in session.scalars(mine.offset(KEPT)) if one.sha256]
    digests = [one.sha256 for one in old if one.sha256]
    ids = [one.id for one in old]
    session.rollback()
    if not ids:
        return
    for digest in digests:  # before their names: a job that dies in between is done again
        storage.remove(digest)
    db.start_writing()
    for one in session.scalars(select(Export).where(Export.id.in_(ids))):
        one.sha256 = None
    session.commit()


def fail(session: Session, export_id: uuid.UUID, why: str = GAVE_UP) -> None:
    """Note that there is no workbook, and why."""
    export = session.get(Export, export_id)
    if export is not None:
        export.state, export.failure = "failed", why[:500]


TASKS["export_filings"] = Task(work=make, gave_up=fail)

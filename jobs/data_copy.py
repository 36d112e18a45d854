"""The job that makes a copy of somebody's data, and the removal of copies whose week is over."""

import io
import uuid
import zipfile
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.data_archive import add_part, count_parts, parts_of
from accounts.own_data import papers_of, sections_of
from clock import shanghai_day
from config import Settings
from extensions import clock, db, keyring
from files.storage import FolderStorage, storage_from_url
from forms.formats import show_long_date
from jobs.tasks import TASKS, Task
from models.account import Account
from models.activation import CLOSED
from models.data_copy import LIFETIME, DataCopy
from models.notification import notify

PAGE = "/account/data"
GAVE_UP = "制作时系统多次出错，请稍后重新申请；如仍不成功，请致电技术支持"


def make(session: Session, copy_id: uuid.UUID) -> None:
    """Write the archive, sealed, and tell its owner that it is there."""
    copy = session.get(DataCopy, copy_id)
    if copy is None or copy.is_finished:
        return
    account = session.get_one(Account, copy.account_id)
    storage = storage_from_url(Settings.from_env().storage_url)
    day = show_long_date(shanghai_day(clock.now()))
    heading = f"{account.login_name} 的个人信息副本（{day}）"
    sections, papers = sections_of(session, account), papers_of(session, account)
    total, content = count_parts(sections, papers), io.BytesIO()
    session.rollback()  # hold no transaction while the archive is written
    with zipfile.ZipFile(content, "w") as archive:
        for done, (name, part) in enumerate(parts_of(sections, papers, storage, heading)):
            if done % 5 == 0:
                _note_progress(copy_id, done, total)
            add_part(archive, name, part)
    size, sha256 = _stored(storage, keyring.seal_bytes(content.getvalue()))
    db.start_writing()
    copy = session.get(DataCopy, copy_id)
    if copy is None:  # the account was closed meanwhile
        storage.remove(sha256)
        return
    copy.state, copy.done, copy.total, copy.sha256, copy.size = "ready", total, total, sha256, size
    copy.expires_at = datetime.now(UTC) + LIFETIME
    owner = session.get_one(Account, copy.account_id)
    notify(session, [owner], "data_copy_ready", {"天数": LIFETIME.days}, PAGE, clock.now())


def _note_progress(copy_id: uuid.UUID, done: int, total: int) -> None:
    db.start_writing()
    copy = db.session.get_one(DataCopy, copy_id)
    copy.state, copy.done, copy.total = "running", done, total
    db.session.commit()


def _stored(storage: FolderStorage, content: bytes) -> tuple[int, str]:
    temp = storage.new_temp()
    try:
        temp.write_bytes(content)
        return len(content), storage.put(temp)
    finally:
        temp.unlink(missing_ok=True)


def fail(session: Session, copy_id: uuid.UUID, why: str = GAVE_UP) -> None:
    """Note that there is no archive, and why."""
    copy = session.get(DataCopy, copy_id)
    if copy is not None:
        copy.state, copy.failure = "failed", why


TASKS["copy_data"] = Task(work=make, gave_up=fail)


def remove_due(settings: Settings) -> int:
    """Remove the bytes of copies whose time is over; returns how many.

    First the bytes, then their name: a process that dies in between leaves a row that says what is to be done.
    """
    over = select(DataCopy.id, DataCopy.sha256).where(
        DataCopy.sha256.is_not(None), DataCopy.expires_at <= datetime.now(UTC)
    )
    try:
        due = db.session.execute(over).all()
    finally:
        db.close()
    if not due:
        return 0
    storage = storage_from_url(settings.storage_url)
    for one in due:
        storage.remove(one.sha256)
    try:
        db.start_writing()
        for one in due:
            _forget_bytes(db.session(), one.id)
        db.session.commit()
    finally:
        db.close()
    return len(due)


def _forget_bytes(session: Session, copy_id: uuid.UUID) -> None:
    """Let the row say that the bytes are gone; nothing is left to be shown to who closed his account."""
    copy = session.get_one(DataCopy, copy_id)
    if session.scalar(select(Account.state).where(Account.id == copy.account_id)) == CLOSED:
        session.delete(copy)
    else:
        copy.sha256 = None

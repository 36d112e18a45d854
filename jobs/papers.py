"""Removes the bytes that were given up, unless something else needs them: first the bytes, then the row.

A process that dies in between leaves a row that says so, and the next sweep goes on.
"""

from sqlalchemy import select

from accounts.retention import is_needed, is_shared
from config import Settings
from extensions import db
from files.storage import FolderStorage, storage_from_url
from models.stored_file import StoredFile

AT_ONCE = 20
YOUNG_SECONDS = 3600  # an upload that has just put the same bytes is about to name them


def remove_discarded(settings: Settings) -> int:
    """Remove what may go, each file in its own transaction; returns how many files went."""
    digests = _discarded()
    if not digests:
        return 0
    storage = storage_from_url(settings.storage_url)
    return sum(_remove(storage, digest) for digest in digests)


def _discarded() -> list[str]:
    try:
        given_up = select(StoredFile.sha256).where(StoredFile.discarded_at.is_not(None))
        return list(db.session.scalars(given_up.order_by(StoredFile.discarded_at).limit(AT_ONCE)))
    finally:
        db.close()


def _remove(storage: FolderStorage, digest: str) -> bool:
    db.start_writing()
    try:
        file = db.session.get(StoredFile, digest, with_for_update=True)
        if file is None or file.discarded_at is None:
            return False
        if is_needed(db.session(), file):
            file.discarded_at = None
            db.session.commit()
            return False
        own = [one for one in {file.sha256, file.clean_sha256} if not is_shared(db.session(), file, one)]
        if not all(storage.remove_old(one, YOUNG_SECONDS) for one in own):
            return False
        db.session.delete(file)
        db.session.commit()
        return True
    finally:
        db.close()

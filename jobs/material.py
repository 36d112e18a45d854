"""The job that makes the PDF of a version; its progress and its failure live on the version's row."""

import time
import uuid
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from clock import SHANGHAI
from config import Settings
from extensions import clock, db
from failpoints import reach
from files.storage import FolderStorage, storage_from_url
from filings.submission import dispensable_versions, read_versions
from jobs.tasks import TASKS, Task
from materials.errors import EvidenceUnreadable, TypesettingFailed
from materials.generate import build
from materials.manuscript import VersionStamp
from models.filing import Filing
from models.material_version import MaterialVersion

PROGRESS_SECONDS = 0.5
GAVE_UP = "生成时系统多次出错，请稍后再次点击下载材料；如仍不成功，请致电技术支持"


def generate(session: Session, version_id: uuid.UUID) -> None:
    """Typeset, merge and stamp the version, and note where its PDF is or why there is none."""
    version = session.get(MaterialVersion, version_id)
    if version is None:  # its draft was removed while it waited
        return
    settings = Settings.from_env()
    storage = storage_from_url(settings.storage_url)
    stamp = VersionStamp(
        version.version_no, version.generated_at.astimezone(SHANGHAI),
        f"{settings.public_url}/verify/{version.version_no}",
    )  # fmt: skip
    _remove_old_bytes(session, version.filing_id, storage)
    document, out = version.snapshot, storage.new_temp()
    session.rollback()  # the work takes minutes: hold no transaction meanwhile
    try:
        built = build(document, stamp, storage.path, out, _progress_of(version_id))
        sha256 = storage.put(out)
    except (EvidenceUnreadable, TypesettingFailed) as failure:
        db.start_writing()
        fail(session, version_id, str(failure), getattr(failure, "no", None))
        return
    finally:
        out.unlink(missing_ok=True)
    db.start_writing()
    version = session.get_one(MaterialVersion, version_id)
    _let_submit(session, version.filing_id)
    version.state, version.pdf_sha256, version.pdf_size = "ready", sha256, built.size
    version.page_count, version.finished_at = built.pages, clock.now()
    for old in dispensable_versions(session, version.filing_id):
        old.pdf_removed_at = clock.now()  # the bytes go with the next generation, after this is committed
    reach("result_noted")


def _let_submit(session: Session, filing_id: uuid.UUID) -> None:
    """Wait for whoever is just submitting: the version that is handed in must keep its bytes.

    Before anything else of this transaction is written, as a submission takes the filing first, too. SQLite has
    one writer anyway.
    """
    session.execute(select(Filing.id).where(Filing.id == filing_id).with_for_update(key_share=True))


def _remove_old_bytes(session: Session, filing_id: uuid.UUID, storage: FolderStorage) -> None:
    for version in read_versions(session, filing_id):
        if version.pdf_removed_at is not None and version.pdf_sha256 is not None:
            storage.remove(version.pdf_sha256)


def fail(session: Session, version_id: uuid.UUID, why: str, attachment_no: int | None = None) -> None:
    """Note that the version has no PDF, and why."""
    version = session.get(MaterialVersion, version_id)
    if version is None:
        return
    version.state, version.failure, version.failed_attachment_no = "failed", why, attachment_no
    version.finished_at = clock.now()


def _progress_of(version_id: uuid.UUID) -> Callable[[str, int, int, str], None]:
    """Return a callback that writes progress down, at most twice a second and at every new step."""
    last: tuple[str, float] = ("", 0.0)

    def progress(step: str, done: int, total: int, what: str) -> None:
        nonlocal last
        now = time.monotonic()
        if step == last[0] and now - last[1] < PROGRESS_SECONDS:
            return
        last = (step, now)
        db.start_writing()
        version = db.session.get_one(MaterialVersion, version_id)
        version.state, version.step, version.step_done = "running", step, done
        version.step_total, version.step_what = total, what[:300]
        db.session.commit()

    return progress


TASKS["generate_material"] = Task(
    work=generate, gave_up=lambda session, version_id: fail(session, version_id, GAVE_UP)
)

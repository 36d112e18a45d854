"""Papers, and appeals as they are after their applicant has handed them in, without the way there."""

import os
import time
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from files.storage import FolderStorage
from jobs.papers import YOUNG_SECONDS
from models.appeal import PAPERS, Appeal, submit_appeal
from models.stored_file import StoredFile
from tests.build import NOW
from tests.completing import small_pdf

PERSON = {"person_name": "王小明", "id_type": "resident_id", "id_number": "110108199003074519"}
UNIT = PERSON | {"unit_name": "测试甲科技有限公司", "former_name": "", "uscc": "91110108MA01ABC25F"}
MOBILE = "13912345678"


def stored_pdf(session: Session, storage: FolderStorage, words: str = "证明") -> str:
    """Put a small PDF into the storage, as admitted, and return its digest."""
    temp = Path(storage.new_temp())
    temp.write_bytes(small_pdf(words))
    size, sha256 = temp.stat().st_size, storage.put(temp)
    if session.get(StoredFile, sha256) is None:
        session.add(StoredFile(sha256=sha256, size=size, clean_sha256=sha256, clean_size=size, pages=1, notes=[],
                               created_at=NOW))  # fmt: skip
        session.commit()
    return sha256


def age(storage: FolderStorage, *digests: str) -> None:
    """Let files lie in the storage as long as those of old cases do."""
    old = time.time() - 2 * YOUNG_SECONDS
    for digest in digests:
        os.utime(storage.path(digest), (old, old))


def build_appeal(session: Session, storage: FolderStorage, answers: dict[str, str], **changes: Any) -> Appeal:
    """Hand in an appeal of a unit or, without a code, of a person, with all its papers."""
    account_type = "legal" if "uscc" in answers else "natural"
    papers = {name: (f"{name}.pdf", stored_pdf(session, storage, name)) for name in PAPERS[account_type]}
    appeal = submit_appeal(session, account_type, answers, MOBILE, papers, "127.0.0.1", NOW)
    for name, value in changes.items():
        setattr(appeal, name, value)
    session.commit()
    return appeal

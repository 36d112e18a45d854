"""Papers that identify people are deleted 180 days after their case is closed; what was done with them stays recorded.

Source: 个人信息保护法 第十九条 (保存期限应当为实现处理目的所必要的最短时间); the days are those of the platform.
"""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, cast, func, or_, select
from sqlalchemy.orm import Session

from models.appeal import Appeal, AppealPaper
from models.event import SYSTEM, record_event
from models.handover import Handover
from models.material_version import MaterialVersion
from models.stored_file import StoredFile, give_up, is_referred_to
from models.verification import OPEN, Verification, VerificationFile

KEPT = timedelta(days=180)


def delete_old_papers(session: Session, now: datetime) -> int:
    """Take the papers of cases closed long ago away, and give their bytes up; returns how many papers.

    The bytes go in a step of their own, when nothing else refers to them (`jobs/papers.py`).
    """
    limit = now - KEPT
    return (
        _of_appeals(session, limit, now)
        + _of_verifications(session, limit, now)
        + _of_handovers(session, limit, now)
    )


def _of_appeals(session: Session, limit: datetime, now: datetime) -> int:
    closed = select(Appeal).where(
        func.coalesce(Appeal.recovered_at, Appeal.decided_at) <= limit,
        or_(Appeal.state != "approved", Appeal.recovered_at.is_not(None)),
        select(AppealPaper.id).where(AppealPaper.appeal_id == Appeal.id).exists(),
    )
    count = 0
    for appeal in session.scalars(closed):
        papers = list(appeal.papers)
        for paper in papers:
            session.delete(paper)
        _note(session, appeal.id, appeal.id, [paper.paper for paper in papers], now)
        give_up(session, [paper.sha256 for paper in papers], now)
        count += len(papers)
    return count


def _of_verifications(session: Session, limit: datetime, now: datetime) -> int:
    """A case that ended without a decision, as its subject changed, counts from its last paper."""
    last = select(func.max(VerificationFile.uploaded_at)).where(
        VerificationFile.verification_id == Verification.id
    )
    closed = select(Verification).where(
        Verification.state.not_in(OPEN),
        Verification.files.any(),
        func.coalesce(Verification.decided_at, last.scalar_subquery()) <= limit,
    )
    count = 0
    for case in session.scalars(closed):
        files = list(case.files)
        stream = case.unit_id if case.subject == "unit" else case.account_id
        case.files.clear()
        if files and stream is not None:
            _note(session, stream, case.id, [file.slot for file in files], now)
        give_up(session, [file.sha256 for file in files], now)
        count += len(files)
    return count


def _of_handovers(session: Session, limit: datetime, now: datetime) -> int:
    closed = select(Handover).where(Handover.decided_at <= limit, Handover.statement_sha256.is_not(None))
    found = session.scalars(closed).all()
    for handover in found:
        sha256, handover.statement_sha256 = handover.statement_sha256, None
        _note(session, handover.id, handover.id, ["statement"], now)
        give_up(session, [sha256 or ""], now)
    return len(found)


def _note(session: Session, stream: uuid.UUID, case: uuid.UUID, papers: list[str], now: datetime) -> None:
    details = {"case": str(case), "papers": sorted(papers)}
    record_event(session, stream, "delete_papers", SYSTEM, now, details=details)


def is_needed(session: Session, file: StoredFile) -> bool:
    """Say whether some row, or a frozen document, refers to the file."""
    if is_referred_to(session, file.sha256):
        return True
    frozen = select(MaterialVersion.id).where(_names(file.sha256)).limit(1)
    return session.execute(frozen).first() is not None


def _names(sha256: str) -> ColumnElement[bool]:
    """Return the condition that a snapshot, whose evidence may have been replaced since, names the file."""
    return cast(MaterialVersion.snapshot, String).contains(sha256)


def is_shared(session: Session, file: StoredFile, digest: str) -> bool:
    """Say whether another stored file has these bytes, as its original or its clean copy."""
    other = select(StoredFile.sha256).where(
        StoredFile.sha256 != file.sha256, or_(StoredFile.sha256 == digest, StoredFile.clean_sha256 == digest)
    )
    return session.execute(other.limit(1)).first() is not None

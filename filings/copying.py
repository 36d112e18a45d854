"""Carry a filing over into the next batch: what was written once need not be written again."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from filings.editing import rejudge_filing
from filings.kind import Kind, Slot
from filings.kinds import kind_of
from filings.refused import Refused
from filings.submission import open_batch, open_filing
from models.attachment import Attachment
from models.batch import Batch
from models.event import Actor, record_event
from models.filing import Filing
from models.moves import Status

ENDED = (Status.VOID, Status.REJECTED, Status.WITHDRAWN)


def may_be_copied(filing: Filing, batch: Batch | None, now: datetime) -> bool:
    """Say whether the filing ended without success and `batch`, which is open now, is another than its own."""
    may_go_on = filing.status == Status.WITHDRAWN and filing.is_open_for_applicant(now)
    is_over = filing.status in ENDED and not may_go_on
    return is_over and batch is not None and batch.id != filing.batch_id


def copy_into_open_batch(session: Session, filing: Filing, actor: Actor, now: datetime) -> Filing:
    """Open a draft in the open batch with the answers, rows and files of this filing.

    What is signed or confirmed for one batch is left out: the tick under 填报说明 and the 承诺书. Raises Refused.
    """
    kind = kind_of(filing)
    if not may_be_copied(filing, open_batch(session, kind, now), now):
        raise Refused("E_BATCH_CLOSED", "目前没有可以复制到的申报批次，或者这份申报仍在办理")
    draft = open_filing(session, kind, filing.unit, filing.carrier, actor, now)
    _copy_answers(kind, filing, draft)
    owners = {filing.id: draft.id, **_copy_rows(session, kind, filing, draft)}
    _copy_files(session, kind, filing, draft, owners)
    session.flush()
    rejudge_filing(session, draft)  # the periods of this batch are others
    record_event(session, draft.id, "copy", actor, now, note=filing.batch.name,
                 details={"filing_id": str(filing.id)})  # fmt: skip
    return draft


def _copy_answers(kind: Kind, filing: Any, draft: Any) -> None:
    for tab in kind.tabs:
        for name, question in tab.fields.items():
            if question.kind != "tick":
                setattr(draft, name, getattr(filing, name))
    draft.name = filing.name


def _copy_rows(session: Session, kind: Kind, filing: Filing, draft: Filing) -> dict[uuid.UUID, uuid.UUID]:
    """Copy the rows that are not removed; return the new id of each."""
    copies: dict[uuid.UUID, uuid.UUID] = {}
    for table in kind.tables:
        model = table.model
        rows = session.scalars(select(model).where(model.filing_id == filing.id, model.removed_at.is_(None)))
        for row in rows.all():
            copies[row.id] = uuid.uuid4()
            answers = {name: getattr(row, name) for name in table.fields}
            session.add(model(id=copies[row.id], filing_id=draft.id, place=row.place, **answers))
    return copies


def _copy_files(
    session: Session, kind: Kind, filing: Filing, draft: Filing, owners: dict[uuid.UUID, uuid.UUID]
) -> None:
    """Let the copies point to the same stored bytes."""
    slots = {slot.name: slot for slot in _slots(kind)}
    for file in session.scalars(select(Attachment).where(Attachment.filing_id == filing.id)).all():
        signed_anew = file.slot in slots and slots[file.slot].has_template
        if file.owner_id in owners and not signed_anew:
            session.add(
                Attachment(
                    filing_id=draft.id, owner_id=owners[file.owner_id], slot=file.slot, name=file.name,
                    sha256=file.sha256, uploaded_at=file.uploaded_at, uploaded_by_id=file.uploaded_by_id,
                )
            )  # fmt: skip


def _slots(kind: Kind) -> list[Slot]:
    of_rows = [slot for table in kind.tables for slot in table.slots]
    return [*(slot for tab in kind.tabs for slot in tab.slots), *of_rows]

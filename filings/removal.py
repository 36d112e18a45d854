"""Removing a draft that nobody but its unit ever saw."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from filings.kinds import kind_of
from models.attachment import Attachment
from models.event import Actor, record_event
from models.filing import Filing
from models.material_version import MaterialVersion
from models.moves import IllegalMove
from models.pending_file import PendingFile
from models.tab_state import TabState
from models.table_import import TableImport


def remove_draft(session: Session, filing: Filing, actor: Actor, at: datetime) -> None:
    """Remove the draft with its rows, files and versions; the event that says so stays."""
    if filing.was_submitted or not filing.is_editable:
        raise IllegalMove("remove")
    record_event(session, filing.id, "remove", actor, at, from_status=filing.status, note=filing.name)
    parts: tuple[type[Any], ...] = (Attachment, PendingFile, TabState, TableImport, MaterialVersion)
    for model in (*parts, *(table.model for table in kind_of(filing).tables)):
        session.execute(delete(model).where(model.filing_id == filing.id))
    session.delete(filing)

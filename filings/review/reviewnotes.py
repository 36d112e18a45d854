"""The private notes on a filing that an office may read."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.filing import Filing
from models.office import Office
from models.review_note import ReviewNote
from policies import may_read_note


def notes_for(session: Session, filing: Filing, office: Office) -> Sequence[ReviewNote]:
    """Read the notes of the office and of the levels below it, the oldest first."""
    query = select(ReviewNote).where(ReviewNote.filing_id == filing.id, ReviewNote.removed_at.is_(None))
    found = session.scalars(query.options(joinedload(ReviewNote.office)).order_by(ReviewNote.created_at))
    return [
        note for note in found if may_read_note(office.level, note.office_id == office.id, note.office.level)
    ]

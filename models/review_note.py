"""Review notes (审核备注): what reviewers tell each other, pinned to a place; applicants never see them."""

import uuid
from datetime import datetime
from typing import Self

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Base, HasUuid, UtcDateTime
from models.office import Office


class ReviewNote(HasUuid, Base):
    """One note. It travels upwards: its office and the levels above read it, those below do not.

    `place` is as in return requests: `tab`, `tab/field`, `table/row` or `table/row/field`.
    """

    __tablename__ = "review_note"

    filing_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("filing.id"), index=True)
    office_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("office.id"))
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    author_name: Mapped[str] = mapped_column(String(50))
    version_no: Mapped[str] = mapped_column(String(40), comment="what the author had before him")
    place: Mapped[str] = mapped_column(String(120))
    place_text: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(String(1000))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    office: Mapped[Office] = relationship()

    @classmethod
    def pin(
        cls, session: Session, *, filing_id: uuid.UUID, version_no: str, office_id: uuid.UUID,
        author_id: uuid.UUID, author_name: str, place: str, place_text: str, text: str, at: datetime,
    ) -> Self:  # fmt: skip
        """Pin a note; the caller has checked that the place is there and the office may read the filing."""
        note = cls(
            id=uuid.uuid4(), filing_id=filing_id, version_no=version_no, office_id=office_id,
            author_id=author_id, author_name=author_name, place=place, place_text=place_text, text=text,
            created_at=at,
        )  # fmt: skip
        session.add(note)
        return note

    def remove(self, at: datetime) -> None:
        """Take the note down; its row stays, so that it can be accounted for."""
        self.removed_at = at

"""Public notices (公示) of an office, and the objections raised against them."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, update
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from models.base import Base, HasUuid, UtcDateTime
from models.batch import Batch
from models.event import Actor
from models.filing import Filing
from models.moves import IllegalMove
from models.office import Office
from models.sealed import Sealed

OBJECTION_TEXTS = {"open": "待处理", "upheld": "异议成立", "dismissed": "异议不成立"}


class PublicNotice(HasUuid, Base):
    """One notice: some filings, shown to everybody from `starts_on` to `ends_on`, both days included."""

    __tablename__ = "public_notice"

    office_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("office.id"), index=True)
    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("batch.id"))
    title: Mapped[str] = mapped_column(String(100))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    contact: Mapped[str] = mapped_column(
        String(200), comment="where objections may be raised besides the site"
    )
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))

    office: Mapped[Office] = relationship()
    batch: Mapped[Batch] = relationship()
    entries: Mapped[list["NoticeEntry"]] = relationship(back_populates="notice", order_by="NoticeEntry.place")
    objections: Mapped[list["Objection"]] = relationship(
        back_populates="notice", order_by="Objection.raised_at"
    )

    def is_running_on(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on

    def is_over_on(self, day: date) -> bool:
        return day > self.ends_on


class NoticeEntry(HasUuid, Base):
    """One filing of a notice, as it read when it was published."""

    __tablename__ = "notice_entry"

    notice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("public_notice.id"))
    filing_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("filing.id"), index=True)
    round: Mapped[int] = mapped_column(comment="the submission it is about")
    revision: Mapped[int] = mapped_column(comment="of the filing when it was sent into the notice")
    place: Mapped[int]
    name: Mapped[str] = mapped_column(String(100))
    operator: Mapped[str] = mapped_column(String(100))
    address: Mapped[str] = mapped_column(String(200))
    started_on: Mapped[date | None]

    notice: Mapped[PublicNotice] = relationship(back_populates="entries")
    filing: Mapped[Filing] = relationship()

    __table_args__ = (UniqueConstraint("notice_id", "filing_id"),)


class Objection(HasUuid, Base):
    """What somebody objects to one entry. Who it is stays with the office; the contact is sealed."""

    __tablename__ = "objection"

    notice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("public_notice.id"), index=True)
    filing_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("filing.id"), index=True)
    person_name: Mapped[str] = mapped_column(String(50))
    organisation: Mapped[str] = mapped_column(String(100), default="")
    contact: Mapped[str] = mapped_column(Sealed)
    text: Mapped[str] = mapped_column(Text)
    evidence_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    evidence_name: Mapped[str] = mapped_column(String(200), default="")
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default="open", comment="open, upheld, dismissed")
    finding: Mapped[str] = mapped_column(Text, default="", comment="what the office found")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    notice: Mapped[PublicNotice] = relationship(back_populates="objections")
    filing: Mapped[Filing] = relationship()

    @property
    def state_text(self) -> str:
        return OBJECTION_TEXTS[self.state]

    def says(self, filing_id: uuid.UUID, said: Mapping[str, str | None]) -> bool:
        """Say whether it is about that filing and holds every one of these answers."""
        return self.filing_id == filing_id and all(getattr(self, name) == text for name, text in said.items())

    def decide(self, state: str, finding: str, actor: Actor, at: datetime) -> None:
        """Note what the office found; raises IllegalMove when it was decided before, even a moment ago."""
        session = object_session(self)
        if session is None:
            raise IllegalMove("an objection without a session")
        changed = session.execute(
            update(Objection).where(Objection.id == self.id, Objection.state == "open")
            .values(state=state, finding=finding, decided_at=at, decided_by_id=actor.account_id)
            .returning(Objection.id).execution_options(synchronize_session="fetch")
        ).first()  # fmt: skip
        if changed is None:
            raise IllegalMove("decide")

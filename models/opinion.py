"""Opinions (审核意见): saved for the office alone, then sent; frozen from then on."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.account import Account
from models.base import Base, HasUuid, UtcDateTime
from models.event import Actor
from models.office import Office
from models.stored_file import StoredFile

INTENTION_TEXTS = {"pass": "通过", "return": "退回", "reject": "不通过"}
_unsent = text("sent_at IS NULL")


class Frozen(Exception):
    """A sent opinion is never changed; a mistake is corrected by a new act."""


class Opinion(HasUuid, Base):
    """What an office thinks of one submission. `round` and `version_no` say of which.

    Three states: begun (files only), saved (`saved_at`; may be changed by the office and is seen by nobody
    else), sent (`sent_at`; frozen). `corrected_at`: sent by mistake and taken back, kept for the record.
    """

    __tablename__ = "opinion"

    filing_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("filing.id"), index=True)
    office_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("office.id"), index=True)
    level: Mapped[str] = mapped_column(String(10), comment="of the office when it judged")
    round: Mapped[int] = mapped_column(comment="the submission judged: 1, 2, 3 …")
    version_no: Mapped[str] = mapped_column(String(40), comment="the 版本号 judged")
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    version: Mapped[int] = mapped_column(default=0, comment="counts savings; 0: nothing saved yet")
    intention: Mapped[str | None] = mapped_column(String(10), comment="pass, return, reject")
    answers: Mapped[list[dict[str, Any]]] = mapped_column(
        JSON, default=list, comment="the questions of the level: name, label, value, text each"
    )
    reason: Mapped[str] = mapped_column(Text, default="")
    site_checked_on: Mapped[date | None]
    site_people: Mapped[str] = mapped_column(String(200), default="")
    site_finding: Mapped[str] = mapped_column(Text, default="")
    resubmit_by: Mapped[date | None] = mapped_column(comment="退回 only: a longer time for the applicant")
    is_fraud: Mapped[bool] = mapped_column(default=False, comment="不通过 only: 弄虚作假, bars the operator")
    saved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    sent_revision: Mapped[int | None] = mapped_column(comment="of the filing; orders what was sent")
    sent_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    corrected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    office: Mapped[Office] = relationship()
    author: Mapped[Account] = relationship(foreign_keys=[author_id])
    sent_by: Mapped[Account | None] = relationship(foreign_keys=[sent_by_id])
    files: Mapped[list["OpinionFile"]] = relationship(
        back_populates="opinion", order_by="OpinionFile.uploaded_at", cascade="all, delete-orphan"
    )

    __table_args__ = (
        # An office has one opinion in hand per filing, whoever of it writes.
        Index("uq_opinion_in_hand", "filing_id", "office_id", unique=True,
              sqlite_where=_unsent, postgresql_where=_unsent),
    )  # fmt: skip

    @property
    def is_saved(self) -> bool:
        return self.saved_at is not None

    @property
    def is_sent(self) -> bool:
        return self.sent_at is not None

    @property
    def has_site_check(self) -> bool:
        return self.site_checked_on is not None

    @property
    def intention_text(self) -> str:
        return INTENTION_TEXTS.get(self.intention or "", "")

    def answer(self, name: str) -> Any:
        """Return the answer to a question of the level; None when it was not asked or answered."""
        return next((answer["value"] for answer in self.answers if answer["name"] == name), None)

    def save(self, actor: Actor, at: datetime, **said: Any) -> None:
        """Note what the office thinks, as long as it is not sent."""
        if self.is_sent or actor.account_id is None:
            raise Frozen
        for name, value in said.items():
            setattr(self, name, value)
        self.author_id, self.saved_at = actor.account_id, at
        self.version += 1

    def send(self, actor: Actor, at: datetime, revision: int) -> None:
        """Freeze the opinion; called by the act of the filing, then at `revision`, that makes it effective."""
        if self.is_sent or not self.is_saved:
            raise Frozen
        self.sent_at, self.sent_by_id, self.sent_revision = at, actor.account_id, revision


class OpinionFile(HasUuid, Base):
    """A file of an opinion: `opinion_file` the signed opinion, `site_photo` a picture of the visit."""

    __tablename__ = "opinion_file"

    opinion_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("opinion.id"), index=True)
    slot: Mapped[str] = mapped_column(String(20), comment="opinion_file, site_photo")
    name: Mapped[str] = mapped_column(String(200), comment="as the reviewer named it")
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    uploaded_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))

    opinion: Mapped[Opinion] = relationship(back_populates="files")
    file: Mapped[StoredFile] = relationship(lazy="joined")

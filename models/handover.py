"""交接: filings that go from a leaver to a colleague, or from a unit's former entry to the renamed unit."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.account import Account
from models.base import Base, HasUuid
from models.event import Actor
from models.filing import Filing
from models.stored_file import StoredFile
from models.two_reviews import WAITING, TooLate, TwoReviews
from models.unit import Unit

KIND_TEXTS = {"project_transfer": "人员离职交接", "project_relink": "更名后关联申报"}
STATE_TEXTS = {
    "submitted": "已提交", "in_review": "审核中", "second_review": "复核中", "approved": "已办结",
    "rejected": "未通过", "withdrawn": "已撤回",
}  # fmt: skip


class Handover(TwoReviews, Base):
    """One request of a unit. Verdicts: approve, which carries it out, and reject.

    project_transfer names leaver and receiver; project_relink the former name, the unit it was filed under
    (`from_unit`) and the login names used there, as typed.
    """

    __tablename__ = "handover"
    outcomes: ClassVar[Mapping[str, str]] = {"approve": "approved", "reject": "rejected"}
    noun: ClassVar[str] = "handover"

    case_no: Mapped[str] = mapped_column(String(20), unique=True, comment="JJ-2021-000001")
    kind: Mapped[str] = mapped_column(String(20), comment="project_transfer, project_relink")
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True, comment="that asks")
    applicant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    leaver_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), comment="transfer only")
    receiver_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), comment="transfer only")
    from_unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"), comment="relink only")
    former_name: Mapped[str] = mapped_column(String(100), default="", comment="relink only")
    new_name: Mapped[str] = mapped_column(String(100), default="", comment="relink only")
    login_names: Mapped[str] = mapped_column(String(300), default="", comment="relink only, as typed")
    statement_name: Mapped[str] = mapped_column(String(255), comment="of the stamped statement")
    statement_sha256: Mapped[str | None] = mapped_column(
        ForeignKey("stored_file.sha256"), comment="None: deleted after its time"
    )

    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])
    from_unit: Mapped[Unit | None] = relationship(foreign_keys=[from_unit_id])
    applicant: Mapped[Account] = relationship(foreign_keys=[applicant_id])
    leaver: Mapped[Account | None] = relationship(foreign_keys=[leaver_id])
    receiver: Mapped[Account | None] = relationship(foreign_keys=[receiver_id])
    statement: Mapped[StoredFile | None] = relationship()
    parts: Mapped[list["HandoverFiling"]] = relationship(back_populates="handover")

    @property
    def kind_text(self) -> str:
        return KIND_TEXTS[self.kind]

    @property
    def state_text(self) -> str:
        return STATE_TEXTS[self.state]

    @property
    def is_waiting(self) -> bool:
        """Whether it is not decided, so that the unit may take it back."""
        return self.state in WAITING

    @property
    def filings(self) -> list[Filing]:
        return sorted((part.filing for part in self.parts), key=lambda filing: filing.serial)

    def withdraw(self, session: Session, seen: int, actor: Actor, at: datetime) -> None:
        """Take the request back before it is decided."""
        if not self.is_waiting:
            raise TooLate
        self._move(session, seen, "withdraw", actor, at, "withdrawn", decided_at=at)


class HandoverFiling(HasUuid, Base):
    """One filing of a request."""

    __tablename__ = "handover_filing"

    handover_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("handover.id"))
    filing_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("filing.id", ondelete="CASCADE"), index=True)

    handover: Mapped[Handover] = relationship(back_populates="parts")
    filing: Mapped[Filing] = relationship()

    __table_args__ = (UniqueConstraint("handover_id", "filing_id"),)

"""Requests of units to have their account closed: a sealed statement, and two people of the staff who decide."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.account import Account
from models.base import Base
from models.event import Actor
from models.stored_file import StoredFile
from models.two_reviews import WAITING, TooLate, TwoReviews
from models.unit import Unit

STATE_TEXTS = {
    "submitted": "已提交", "in_review": "审核中", "second_review": "复核中", "approved": "已通过",
    "rejected": "未通过", "withdrawn": "已撤回",
}  # fmt: skip
_waiting = text("state IN ('submitted', 'in_review', 'second_review')")


class ClosureRequest(TwoReviews, Base):
    """One request of one unit. Verdicts: approve, which begins the fortnight, and reject."""

    __tablename__ = "closure_request"
    outcomes: ClassVar[Mapping[str, str]] = {"approve": "approved", "reject": "rejected"}
    noun: ClassVar[str] = "closure_request"

    case_no: Mapped[str] = mapped_column(String(20), unique=True, comment="ZX-2021-000001")
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    why: Mapped[str] = mapped_column(String(300))
    statement_name: Mapped[str] = mapped_column(String(255), comment="of the sealed statement")
    statement_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))

    unit: Mapped[Unit] = relationship()
    account: Mapped[Account] = relationship(foreign_keys=[account_id])
    statement: Mapped[StoredFile] = relationship()

    __table_args__ = (
        # One at a time, whatever is pressed twice.
        Index(
            "uq_closure_request_waiting",
            "unit_id",
            unique=True,
            sqlite_where=_waiting,
            postgresql_where=_waiting,
        ),
    )

    @property
    def state_text(self) -> str:
        return STATE_TEXTS[self.state]

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING

    def withdraw(self, session: Session, seen: int, actor: Actor, at: datetime) -> None:
        """Take the request back before it is decided."""
        if not self.is_waiting:
            raise TooLate
        self._move(session, seen, "withdraw", actor, at, "withdrawn", decided_at=at)


def newest_request(session: Session, unit_id: uuid.UUID) -> ClosureRequest | None:
    """Return the unit's newest request; None when it never asked."""
    query = select(ClosureRequest).where(ClosureRequest.unit_id == unit_id)
    return session.scalars(
        query.order_by(ClosureRequest.created_at.desc(), ClosureRequest.case_no.desc())
    ).first()

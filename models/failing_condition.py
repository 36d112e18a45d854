"""Which conditions a submitted filing does not meet: a small table, so that offices can ask for one of them."""

import uuid
from typing import Any

from sqlalchemy import ForeignKey, String, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base


class FailingCondition(Base):
    """One condition that one filing failed when it was submitted last."""

    __tablename__ = "failing_condition"

    filing_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("filing.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(20), primary_key=True, comment="for example MK-04C")


def note_failing(session: Session, filing_id: uuid.UUID, values: dict[str, Any]) -> None:
    """Note what fails in this submission instead of what failed before; `values` as stored at submission."""
    session.execute(delete(FailingCondition).where(FailingCondition.filing_id == filing_id))
    session.add_all(
        FailingCondition(filing_id=filing_id, code=code)
        for code, state in values.get("conditions", {}).items()
        if state == "fail"
    )

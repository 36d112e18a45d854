"""Answers to codes shown on sign-in pages (二维码登录): what a telephone said, and whether the page made use of it."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Uuid, delete, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.account import Account
from models.base import Base, UtcDateTime, insert_into

LIFETIME = timedelta(minutes=2)
KEPT = timedelta(hours=1)  # long after its code can be confirmed, so that none is answered twice


class QrAnswer(Base):
    """The one answer to a code. Showing one stores nothing: it is signed, and names itself. Real time only."""

    __tablename__ = "qr_answer"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, comment="of the code")
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), comment="who answered")
    is_confirmed: Mapped[bool]
    has_second_factor: Mapped[bool] = mapped_column(comment="as the session that confirmed")
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[Account] = relationship()

    def is_usable(self, now: datetime) -> bool:
        """Say whether a session may still come of it."""
        return self.is_confirmed and self.used_at is None and now - self.answered_at < LIFETIME


def answer_code(
    session: Session, code_id: uuid.UUID, account: Account, now: datetime, *, is_confirmed: bool,
    has_second_factor: bool,
) -> bool:  # fmt: skip
    """Note the answer; False when the code was answered before, be it a moment ago."""
    session.execute(delete(QrAnswer).where(QrAnswer.answered_at < now - KEPT))
    given = insert_into(session, QrAnswer).values(
        id=code_id, account_id=account.id, is_confirmed=is_confirmed, has_second_factor=has_second_factor,
        answered_at=now,
    )  # fmt: skip
    return session.execute(given.on_conflict_do_nothing().returning(QrAnswer.id)).first() is not None


def spend_answer(session: Session, code_id: uuid.UUID, now: datetime) -> QrAnswer | None:
    """Use a confirmation up and return it; None when there is none, it is too old, or it was used."""
    spent = session.execute(
        update(QrAnswer)
        .where(
            QrAnswer.id == code_id, QrAnswer.is_confirmed, QrAnswer.used_at.is_(None),
            QrAnswer.answered_at > now - LIFETIME,
        )
        .values(used_at=now)
        .returning(QrAnswer.id)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    return session.get(QrAnswer, code_id, populate_existing=True) if spent.first() else None

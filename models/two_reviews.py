"""Cases that two different people of the staff decide together: one takes and judges it, another one looks again.

States: submitted → in_review (somebody took it) → second_review → what both said. Verdicts that differ cancel each
other, and the case waits as at first. Every act names the `version` it saw, so that of two at once one wins.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, String, update
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column, relationship

from models.account import Account
from models.base import HasUuid, UtcDateTime
from models.event import Actor, record_event

SAME_PERSON = "复核人不能与初审人相同"
SOMEBODY_FASTER = "这件刚刚有人处理过，请刷新页面查看最新状态"
WAITING = ("submitted", "in_review", "second_review")
# Whoever took a case and left it so long gives it up to anybody who takes it over.
FORGOTTEN = timedelta(days=1)


class WrongMove(Exception):
    """The case is not where this act needs it, or this person may not do it; the message says so."""


class TooLate(WrongMove):
    """Somebody else moved the case meanwhile."""

    def __init__(self) -> None:
        super().__init__(SOMEBODY_FASTER)


class TwoReviews(HasUuid):
    """What such a case remembers. `outcomes` maps the first word of a verdict to the state it ends in."""

    outcomes: ClassVar[Mapping[str, str]] = {}
    noun: ClassVar[str] = ""  # the second word of its acts in the record

    state: Mapped[str] = mapped_column(String(20), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="business time")
    version: Mapped[int] = mapped_column(default=1, server_default="1", comment="counts acts")
    first_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_verdict: Mapped[str] = mapped_column(String(60), default="", server_default="")
    first_reason: Mapped[str] = mapped_column(String(500), default="", server_default="")
    rounds: Mapped[int] = mapped_column(
        default=0, server_default="0", comment="how often two verdicts differed"
    )
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, comment="business time; the case is closed"
    )
    reason: Mapped[str] = mapped_column(String(500), default="", comment="why it was rejected")

    @declared_attr
    @classmethod
    def first_by(cls) -> Mapped[Account | None]:
        return relationship(foreign_keys=[cls.first_by_id])

    def is_seen_by(self, account_id: uuid.UUID) -> bool:
        """Say whether this person may look at its papers now: who took it, then everybody else."""
        if self.state == "in_review":
            return self.first_by_id == account_id
        return self.state == "second_review" and self.first_by_id != account_id

    def may_be_taken(self, account_id: uuid.UUID, at: datetime) -> bool:
        """Say whether the person may take it: nobody has it, or somebody else forgot it."""
        if self.state == "submitted":
            return True
        forgotten = self.taken_at is not None and at - self.taken_at > FORGOTTEN
        return self.state == "in_review" and self.first_by_id != account_id and forgotten

    def take(self, session: Session, seen: int, actor: Actor, at: datetime) -> None:
        """Begin the first review."""
        if actor.account_id is None or not self.may_be_taken(actor.account_id, at):
            raise TooLate
        self._move(session, seen, "take", actor, at, "in_review", first_by_id=actor.account_id, taken_at=at)

    def give_back(self, session: Session, seen: int, actor: Actor, at: datetime) -> None:
        """Let somebody else begin."""
        if self.state != "in_review" or self.first_by_id != actor.account_id:
            raise TooLate
        self._move(session, seen, "give_back", actor, at, "submitted", **_NOBODY)

    def judge(
        self, session: Session, seen: int, actor: Actor, verdict: str, reason: str, at: datetime
    ) -> bool:
        """Note a verdict; the same of a second person decides. Returns whether it is decided."""
        if self.state == "in_review" and self.first_by_id == actor.account_id:
            self._move(session, seen, "judge", actor, at, "second_review", note=reason, verdict=verdict,
                       first_verdict=verdict, first_reason=reason)  # fmt: skip
            return False
        if self.state != "second_review":
            raise TooLate
        if self.first_by_id == actor.account_id:
            raise WrongMove(SAME_PERSON)
        if verdict != self.first_verdict:
            self._move(session, seen, "judge", actor, at, "submitted", note=reason, verdict=verdict,
                       rounds=self.rounds + 1, **_NOBODY)  # fmt: skip
            return False
        told = reason or self.first_reason if verdict == "reject" else ""
        self._move(session, seen, "judge", actor, at, self.outcomes[verdict.partition(":")[0]], note=reason,
                   verdict=verdict, decided_by_id=actor.account_id, decided_at=at, reason=told)  # fmt: skip
        return True

    def _move(
        self, session: Session, seen: int, act: str, actor: Actor, at: datetime, state: str, *, note: str = "",
        verdict: str = "", **changes: Any,
    ) -> None:  # fmt: skip
        """Change the state only if it still is what the person saw, and record the event."""
        kind, before = type(self), self.state
        changed = session.execute(
            update(kind)
            .where(kind.id == self.id, kind.state == before, kind.version == seen)
            .values(state=state, version=seen + 1, **changes)
            .returning(kind.id)
            .execution_options(synchronize_session="fetch")
        ).first()
        if changed is None:
            raise TooLate
        session.expire(self, ["first_by"])
        record_event(session, self.id, f"{act}_{self.noun}", actor, at, from_status=before, to_status=state,
                     note=note[:1000], details={"verdict": verdict} if verdict else {})  # fmt: skip


_NOBODY: dict[str, Any] = {"first_by_id": None, "taken_at": None, "first_verdict": "", "first_reason": ""}

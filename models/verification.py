"""Cases of 实名认证: the automatic check, then papers that two people of the staff look at."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.account import Account
from models.base import Base, HasUuid, UtcDateTime
from models.event import Actor
from models.person import Person
from models.real_name import HasRealName
from models.stored_file import StoredFile
from models.two_reviews import SAME_PERSON, WrongMove
from models.unit import Unit

__all__ = ["OPEN", "OWN_CASE", "SLOTS", "SUBJECT_TEXTS", "Verification", "VerificationFile", "WrongMove"]

# An unavailable registry is asked again after these; then papers are asked for.
RETRIES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
LEASE = timedelta(minutes=1)
OWN_CASE = "不能审核自己的认证"
SUBJECT_TEXTS = {"person": "自然人", "unit": "法人", "agent": "主代办人"}
SLOTS = {
    "person": {"id_front": "证件正面", "id_back": "证件反面"},
    "unit": {"licence": "营业执照（或登记证书）", "letter": "盖章授权书", "rep_id": "法定代表人证件"},
    "agent": {"id_front": "证件正面", "id_back": "证件反面", "letter": "盖章授权书"},
}
OPEN = ("checking", "wants_papers", "pending")
_open = text("state IN ('checking', 'wants_papers', 'pending')")


class Verification(HasUuid, Base):
    """One case about one subject; a change of its name or number ends it and another begins.

    States: checking (the registry is asked), wants_papers, pending (staff look), passed, failed, ended.
    The subject carries the text that people see; only this class and a change of its data set it.
    """

    __tablename__ = "verification"

    subject: Mapped[str] = mapped_column(String(10), comment="person, unit, agent")
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), comment="person and agent")
    unit_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("unit.id"), index=True, comment="unit and agent"
    )
    state: Mapped[str] = mapped_column(String(20), default="checking", index=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0, comment="of asking the registry")
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="real time of the next attempt")
    request_id: Mapped[str] = mapped_column(String(100), default="", comment="what the registry calls it")
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    first_passes: Mapped[bool | None]
    first_reason: Mapped[str] = mapped_column(String(300), default="")
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(
        String(300), default="", comment="why it failed, as the subject reads it"
    )

    account: Mapped[Account | None] = relationship(foreign_keys=[account_id])
    unit: Mapped[Unit | None] = relationship()
    first_by: Mapped[Account | None] = relationship(foreign_keys=[first_by_id])
    files: Mapped[list["VerificationFile"]] = relationship(
        back_populates="case", order_by="VerificationFile.slot", cascade="all, delete-orphan"
    )

    __table_args__ = (
        Index("uq_verification_open_account", "subject", "account_id", unique=True,
              sqlite_where=_open, postgresql_where=_open),
        Index("uq_verification_open_unit", "subject", "unit_id", unique=True,
              sqlite_where=_open, postgresql_where=_open),
    )  # fmt: skip

    @property
    def subject_text(self) -> str:
        return SUBJECT_TEXTS[self.subject]

    @property
    def name(self) -> str:
        """The unit or person it is about."""
        return self.unit.name if self.subject == "unit" and self.unit else self.account.person_name  # type: ignore[union-attr]

    @property
    def waits_for_registry(self) -> bool:
        """Whether the registry was not available and is asked again."""
        return self.state == "checking" and self.attempts > 0

    @property
    def missing_slots(self) -> list[str]:
        there = {file.slot for file in self.files}
        return [label for slot, label in SLOTS[self.subject].items() if slot not in there]

    def who(self, session: Session) -> HasRealName:
        """Return whom or what the case is about."""
        if self.subject == "unit":
            return session.get_one(Unit, self.unit_id)
        return session.get_one(Person, self.account_id)

    def claim(self, session: Session, now: datetime) -> bool:
        """Take the right to ask the registry for a while; False when somebody else has it or it is settled."""
        due = (Verification.next_at.is_(None)) | (Verification.next_at <= now)
        claimed = session.execute(
            update(Verification)
            .where(Verification.id == self.id, Verification.state == "checking", due)
            .values(next_at=now + LEASE)
            .returning(Verification.id)
            .execution_options(synchronize_session="fetch")
        )
        return claimed.first() is not None

    def note_answer(
        self, session: Session, outcome: str, request_id: str, at: datetime, now: datetime
    ) -> None:
        """Note what the registry said; `at` is business time, `now` the real one. An outage is no failure."""
        if self.state != "checking":
            return
        self.attempts += 1
        if outcome == "unavailable" and self.attempts <= len(RETRIES):
            self.next_at = now + RETRIES[self.attempts - 1]
            return
        self.request_id, self.checked_at, self.next_at = request_id, at, None
        self.state = "passed" if outcome == "match" else "wants_papers"
        if outcome in ("match", "mismatch"):
            self.who(session).real_name_state = "auto_passed" if outcome == "match" else "auto_failed"

    def hand_in(self, session: Session, at: datetime) -> None:
        """Hand the papers to the staff."""
        if self.state != "wants_papers":
            raise WrongMove("现在不能提交材料，请刷新页面查看最新状态")
        if self.missing_slots:
            raise WrongMove(f"还缺：{'、'.join(self.missing_slots)}")
        self.state, self.handed_in_at = "pending", at
        self.first_by_id = self.first_passes = None
        self.who(session).real_name_state = "manual_pending"

    def judge(self, session: Session, actor: Actor, passes: bool, reason: str, at: datetime) -> bool:
        """Note the verdict of one person; the same of a second one decides. Returns whether it is decided.

        Two that differ cancel each other: the papers are looked at anew.
        """
        if self.state != "pending":
            raise WrongMove("这件认证已经办结，请返回列表")
        if actor.account_id in (self.account_id, None):
            raise WrongMove(OWN_CASE)
        if self.first_by_id is None:
            self.first_by_id, self.first_passes, self.first_reason = actor.account_id, passes, reason
            return False
        if self.first_by_id == actor.account_id:
            raise WrongMove(SAME_PERSON)
        if self.first_passes != passes:
            self.first_by_id, self.first_passes, self.first_reason = None, None, ""
            return False
        self.state, self.decided_by_id, self.decided_at = (
            ("passed" if passes else "failed"),
            actor.account_id,
            at,
        )
        self.reason = "" if passes else reason or self.first_reason
        self.who(session).real_name_state = "manual_passed" if passes else "manual_failed"
        return True

    def end(self) -> None:
        """End a case whose subject is another one now."""
        self.state, self.next_at = "ended", None


class VerificationFile(HasUuid, Base):
    """A paper of a case."""

    __tablename__ = "verification_file"

    verification_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("verification.id"), index=True)
    slot: Mapped[str] = mapped_column(String(20), comment="as in SLOTS")
    name: Mapped[str] = mapped_column(String(200), comment="as the person named it")
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    uploaded_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    case: Mapped[Verification] = relationship(back_populates="files")
    file: Mapped[StoredFile] = relationship(lazy="joined")

    __table_args__ = (UniqueConstraint("verification_id", "slot"),)

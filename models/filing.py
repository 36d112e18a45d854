"""Filings (申报): what all kinds share. Every move is a method here and leaves an event."""

import uuid
from datetime import date, datetime
from typing import Any, Self

from sqlalchemy import JSON, ForeignKey, Index, String, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session, relationship

from failpoints import reach
from models.account import Account
from models.base import Base, HasUuid, UtcDateTime
from models.batch import Batch, end_of
from models.carrier import Carrier
from models.event import Actor, record_event
from models.failing_condition import note_failing
from models.material_version import MaterialVersion
from models.moves import EDITABLE, LEVEL_TEXTS, MOVES, STATUS_TEXTS, IllegalMove, Status
from models.notification import announce
from models.office import Office, highest, lowest
from models.opinion import Opinion
from models.region import Region
from models.unit import Unit
from models.whereabouts import NOWHERE, UNASSIGNED, UNSEEN, before_office

_open_carriers = text("status IN ('draft', 'under_review', 'publicity', 'returned', 'withdrawn')")


class Filing(HasUuid, Base):
    """One filing of any kind. Only the methods below assign `status`."""

    __tablename__ = "filing"

    kind: Mapped[str] = mapped_column(String(30), index=True)
    serial: Mapped[int] = mapped_column(unique=True, comment="printed in the 版本号")
    name: Mapped[str] = mapped_column(String(100), comment="of the carrier, as lists show it")
    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("batch.id"), index=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    carrier_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("carrier.id"), index=True, comment="empty until approval when the carrier is new"
    )
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    status: Mapped[str] = mapped_column(String(20), default=Status.DRAFT)
    current_level: Mapped[str | None] = mapped_column(String(10))
    receiving_office_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("office.id"), index=True)
    first_level: Mapped[str | None] = mapped_column(
        String(10), comment="lowest level it was handed in at; None while no office may see it"
    )
    reached_level: Mapped[str | None] = mapped_column(String(10), comment="highest level it ever came before")
    current_office_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("office.id"), comment="who has to decide now; None when it is nobody's turn"
    )
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="before the current office")
    opened_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, comment="whoever it went to last looked into it; ends the time for a correction"
    )
    assignee_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    assigned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resubmit_by: Mapped[date | None] = mapped_column(comment="last day an office gave for mending")
    round: Mapped[int] = mapped_column(default=0, comment="how often it was submitted")
    revision: Mapped[int] = mapped_column(default=0, comment="counts acts; an act on an older one fails")
    submitted_version_no: Mapped[str | None] = mapped_column(String(40))
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_values: Mapped[dict[str, Any]] = mapped_column(
        JSON, default=dict, comment="derived values and condition states, stored once at submission"
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    handler_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("account.id"), comment="办理人 of the unit: who opened it, until it is handed over"
    )
    updated_by: Mapped[str] = mapped_column(String(50), default="", comment="login name, for 由…保存")

    batch: Mapped[Batch] = relationship()
    unit: Mapped[Unit] = relationship()
    carrier: Mapped[Carrier | None] = relationship()
    region: Mapped[Region] = relationship()
    receiving_office: Mapped[Office | None] = relationship(foreign_keys=[receiving_office_id])
    current_office: Mapped[Office | None] = relationship(foreign_keys=[current_office_id])
    assignee: Mapped[Account | None] = relationship(foreign_keys=[assignee_id])
    handler: Mapped[Account | None] = relationship(foreign_keys=[handler_id])

    __mapper_args__ = {"polymorphic_on": "kind"}
    __table_args__ = (
        # Two requests at once cannot open two filings for one carrier in one batch.
        Index("uq_filing_open_carrier", "kind", "batch_id", "carrier_id", unique=True,
              sqlite_where=_open_carriers, postgresql_where=_open_carriers),
        # The queue reads a page in one of these orders, from wherever the page begins.
        Index("ix_filing_desk", "current_office_id", "status", "arrived_at"),
        Index("ix_filing_desk_arrived_at", "current_office_id", "arrived_at", "id"),
        Index("ix_filing_desk_name", "current_office_id", "name", "id"),
        # Two counters of the queue: what nobody has taken, what somebody has.
        Index("ix_filing_desk_assigned_at", "current_office_id", "status", "assigned_at"),
        Index("ix_filing_assignee_desk", "assignee_id", "current_office_id"),
        Index("ix_filing_submitted_at", "submitted_at", "id"),
        Index("ix_filing_name", "name", "id"),
    )  # fmt: skip

    @property
    def is_editable(self) -> bool:
        return self.status in EDITABLE

    @property
    def status_text(self) -> str:
        """The status as shown, with the level: 市级审核中."""
        label = STATUS_TEXTS[self.status]
        level = LEVEL_TEXTS.get(self.current_level or "", "")
        return level + label if self.status == Status.UNDER_REVIEW else label

    @property
    def was_submitted(self) -> bool:
        """Say whether it was ever submitted, also when it was taken back since."""
        return self.submitted_at is not None

    @property
    def is_submitted(self) -> bool:
        """Say whether an office has it: `submitted_version_no` is the version that counts."""
        return self.was_submitted and self.status not in (Status.DRAFT, Status.WITHDRAWN)

    @classmethod
    def open(
        cls, session: Session, *, batch: Batch, unit: Unit, carrier: Carrier | None, serial: int,
        actor: Actor, at: datetime,
    ) -> Self:  # fmt: skip
        """Open a draft (T1): the guards are the caller's; prefilling is the kind's."""
        filing = cls(
            serial=serial, batch=batch, unit=unit, carrier=carrier, status=Status.DRAFT,
            name=carrier.name if carrier else f"{unit.name}（新增）", created_at=at, updated_at=at,
            region_code=carrier.region_code if carrier else unit.region_code, updated_by=actor.name,
            handler_id=actor.account_id,
        )  # fmt: skip
        session.add(filing)
        session.flush()  # need filing.id for the event
        record_event(session, filing.id, "open", actor, at, to_status=Status.DRAFT)
        return filing

    def touch(self, actor: Actor, at: datetime) -> None:
        """Note who changed an answer last, and when."""
        self.updated_at, self.updated_by = at, actor.name

    def is_open_for_applicant(self, now: datetime) -> bool:
        """Say whether it may be handed in: in the applicants' time, or by the day an office gave."""
        return self.batch.is_open_for_applicants(now) or (
            self.resubmit_by is not None and now < end_of(self.resubmit_by)
        )

    @property
    def applicant_deadline(self) -> date:
        """The last day to hand it in."""
        return max(self.batch.applicant_deadline, self.resubmit_by or self.batch.applicant_deadline)

    def submit(self, version: MaterialVersion, office: Office, values: dict[str, Any], actor: Actor,
               at: datetime) -> None:  # fmt: skip
        """Hand the filing with its pinned `version` to `office` (T4). Completeness is the caller's."""
        self._move(
            "submit", actor, at, note=office.name,
            details={"version_no": version.version_no, "pdf_sha256": version.pdf_sha256,
                     "content_hash": version.content_hash, "round": self.round + 1,
                     "to_level": office.level},
            receiving_office_id=office.id, round=self.round + 1,
            first_level=lowest(self.first_level, office.level),
            submitted_version_no=version.version_no, submitted_at=at, submitted_values=values,
            **before_office(office, self.reached_level, at),
        )  # fmt: skip
        note_failing(self._session(), self.id, values)

    def withdraw(self, actor: Actor, at: datetime) -> None:
        """Take the filing back (T5); possible while nobody has saved an opinion on this submission."""
        if self._opinions(Opinion.round == self.round, Opinion.saved_at.is_not(None)):
            raise IllegalMove("withdraw")
        unseen = {} if self._opinions(Opinion.sent_at.is_not(None)) else UNSEEN
        self._move("withdraw", actor, at, **NOWHERE, **unseen)

    def resume(self, actor: Actor, at: datetime) -> None:
        """Go on filling a withdrawn filing (T6)."""
        self._move("resume", actor, at)

    def pass_on(self, opinion: Opinion, office: Office, actor: Actor, at: datetime) -> None:
        """Send 通过 to the office of the next level (T7)."""
        self._decide("pass", opinion, actor, at, note=office.name, to_level=office.level,
                     **before_office(office, self.reached_level, at))  # fmt: skip

    def give_notice(self, opinion: Opinion, actor: Actor, at: datetime) -> None:
        """Send 通过 where it starts the public notice (T10, T13)."""
        self._decide("give_notice", opinion, actor, at, **UNASSIGNED)

    def approve(self, opinion: Opinion, actor: Actor, at: datetime) -> None:
        """Send 通过 where nobody has to decide after it (T15)."""
        self._decide("approve", opinion, actor, at, **NOWHERE)

    def return_for_correction(self, opinion: Opinion, actor: Actor, at: datetime) -> None:
        """Send 退回 to the applicant (T8), who then has at least until `opinion.resubmit_by`."""
        self._decide("return", opinion, actor, at, resubmit_by=opinion.resubmit_by, **NOWHERE)

    def reject(self, opinion: Opinion, actor: Actor, at: datetime) -> None:
        """Send 不通过 (T9)."""
        self._decide("reject", opinion, actor, at, **NOWHERE)

    def recommend(self, office: Office, actor: Actor, at: datetime, *, note: str = "",
                  details: dict[str, Any] | None = None) -> None:  # fmt: skip
        """Hand it up after the public notice (T11). Period, objections and quota are the caller's."""
        self._move("recommend", actor, at, note=note or office.name,
                   details={**(details or {}), "to_level": office.level}, **before_office(office, self.reached_level, at))  # fmt: skip

    def uphold_objection(self, actor: Actor, at: datetime, note: str) -> None:
        """Take it back from the public notice to the same desk (T12)."""
        self._move("uphold_objection", actor, at, note=note, details={"to_level": self.current_level},
                   arrived_at=at)  # fmt: skip

    def publish(self, actor: Actor, at: datetime, *, note: str = "",
                details: dict[str, Any] | None = None) -> None:  # fmt: skip
        """Put it on the list after the last notice (T14). The register is the caller's."""
        self._move("publish", actor, at, note=note, details=details, **NOWHERE)

    def expire(self, actor: Actor, at: datetime) -> None:
        """End a draft whose time is over (T16)."""
        self._move("expire", actor, at, **NOWHERE)

    def revoke(self, actor: Actor, at: datetime, *, note: str, details: dict[str, Any]) -> None:
        """Note that the title it led to was taken away (T17); the register is the caller's."""
        self._move("revoke", actor, at, note=note, details=details)

    def void(self, actor: Actor, at: datetime, note: str) -> None:
        """End it because its carrier lost its title (T17)."""
        self._move("void", actor, at, note=note, **NOWHERE)

    def correct(self, opinion: Opinion, actor: Actor, at: datetime, reason: str) -> None:
        """Take back what the office has just sent (T18); possible while nobody has opened it."""
        if actor.office_id != opinion.office_id or not self.is_unopened_since(opinion):
            raise IllegalMove("correct")
        sent = self._opinions(Opinion.sent_at.is_not(None), Opinion.corrected_at.is_(None))
        self._move(
            "correct", actor, at, note=reason, details={"opinion_id": str(opinion.id), "to_level": opinion.level},
            **UNASSIGNED, current_level=opinion.level, current_office_id=opinion.office_id,
            reached_level=highest(*(one.level for one in sent)), arrived_at=at, resubmit_by=None,
        )  # fmt: skip
        opinion.corrected_at = at

    def is_unopened_since(self, opinion: Opinion) -> bool:
        """Say whether nobody it went to has looked into it, and the applicant has changed nothing."""
        untouched = self.status != Status.RETURNED or (
            opinion.sent_at is not None and self.updated_at <= opinion.sent_at
        )
        return self.opened_at is None and untouched

    def take_turn(self) -> None:
        """Make every other act on what this request saw fail; raises IllegalMove if one came before."""
        self._change("take_turn")

    def _decide(self, act: str, opinion: Opinion, actor: Actor, at: datetime, note: str = "",
                to_level: str | None = None, **changes: Any) -> None:  # fmt: skip
        details = {"opinion_id": str(opinion.id), "round": self.round, "level": self.current_level}
        if to_level is not None:
            details["to_level"] = to_level
        opinion.send(actor, at, self.revision)
        self._move(act, actor, at, note=note or opinion.reason, details=details, **changes)

    def _move(self, act: str, actor: Actor, at: datetime, *, note: str = "",
              details: dict[str, Any] | None = None, **changes: Any) -> None:  # fmt: skip
        """Change the state only if it still is what this request saw, and record the event."""
        move, before = MOVES[act], self.status
        is_holder = actor.office_id is not None and actor.office_id == self.current_office_id
        if not move.allows(before, actor.role) or (move.by_holder and not is_holder):
            raise IllegalMove(act)
        target = move.target or before
        self._change(act, status=target, opened_at=None, **changes)
        reach("filing_moved")
        event = record_event(self._session(), self.id, act, actor, at, from_status=before,
                             to_status=target, note=note[:1000], details=details)  # fmt: skip
        announce(self._session(), self, event)

    def _change(self, act: str, **values: Any) -> None:
        session = self._session()
        changed = session.execute(
            update(Filing)
            .where(Filing.id == self.id, Filing.status == self.status, Filing.revision == self.revision)
            .values(revision=self.revision + 1, **values)
            .returning(Filing.id).execution_options(synchronize_session="fetch")
        ).first()  # fmt: skip
        if changed is None:
            raise IllegalMove(act)
        session.expire(self, ["receiving_office", "current_office", "assignee"])

    def _opinions(self, *conditions: Any) -> list[Opinion]:
        query = select(Opinion).where(Opinion.filing_id == self.id, *conditions)
        return list(self._session().scalars(query))

    def _session(self) -> Session:
        session = object_session(self)
        if session is None:
            raise IllegalMove("a filing without a session")
        return session

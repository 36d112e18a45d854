"""Filings (申报): what all kinds share. Every act is a method here and leaves an event."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import JSON, ForeignKey, Index, String, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session, relationship

from failpoints import reach
from models.base import Base, HasUuid, UtcDateTime
from models.batch import Batch
from models.carrier import Carrier
from models.event import Actor, record_event
from models.material_version import MaterialVersion
from models.office import Office
from models.region import Region
from models.unit import Unit


class Status(StrEnum):
    DRAFT = "draft"
    UNDER_REVIEW = "under_review"
    PUBLICITY = "publicity"
    RETURNED = "returned"
    REJECTED = "rejected"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    VOID = "void"


STATUS_TEXTS = {
    "draft": "填报中",
    "under_review": "审核中",
    "publicity": "公示中",
    "returned": "已退回",
    "rejected": "不通过",
    "approved": "已通过",
    "withdrawn": "已撤回",
    "void": "已作废",
}
LEVEL_TEXTS = {"district": "区县级", "city": "市级", "province": "省级", "torch": "火炬中心"}
EDITABLE = (Status.DRAFT, Status.RETURNED)
OPEN = (Status.DRAFT, Status.UNDER_REVIEW, Status.PUBLICITY, Status.RETURNED, Status.WITHDRAWN)
_open_carriers = text("status IN ('draft', 'under_review', 'publicity', 'returned', 'withdrawn')")


class IllegalMove(Exception):
    """The act is not possible in the filing's present status, for example because somebody was faster."""


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
    submitted_version_no: Mapped[str | None] = mapped_column(String(40))
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_values: Mapped[dict[str, Any]] = mapped_column(
        JSON, default=dict, comment="derived values and condition states, stored once at submission"
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by: Mapped[str] = mapped_column(String(50), default="", comment="login name, for 由…保存")

    batch: Mapped[Batch] = relationship()
    unit: Mapped[Unit] = relationship()
    carrier: Mapped[Carrier | None] = relationship()
    region: Mapped[Region] = relationship()
    receiving_office: Mapped[Office | None] = relationship()

    __mapper_args__ = {"polymorphic_on": "kind"}
    __table_args__ = (
        # Two requests at once cannot open two filings for one carrier in one batch.
        Index("uq_filing_open_carrier", "kind", "batch_id", "carrier_id", unique=True,
              sqlite_where=_open_carriers, postgresql_where=_open_carriers),
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
        )  # fmt: skip
        session.add(filing)
        session.flush()  # need filing.id for the event
        record_event(session, filing.id, "open", actor, at, to_status=Status.DRAFT)
        return filing

    def touch(self, actor: Actor, at: datetime) -> None:
        """Note who changed an answer last, and when."""
        self.updated_at, self.updated_by = at, actor.name

    def submit(self, version: MaterialVersion, office: Office, values: dict[str, Any], actor: Actor,
               at: datetime) -> None:  # fmt: skip
        """Hand the filing with its pinned `version` to `office` (T4). Completeness is the caller's."""
        self._move(EDITABLE, Status.UNDER_REVIEW, "submit", actor, at, note=office.name,
                   details={"version_no": version.version_no, "pdf_sha256": version.pdf_sha256,
                            "content_hash": version.content_hash})  # fmt: skip
        self.current_level, self.receiving_office = office.level, office
        self.submitted_version_no, self.submitted_at = version.version_no, at
        self.submitted_values = values

    def withdraw(self, actor: Actor, at: datetime) -> None:
        """Take the filing back (T5); possible while no office has acted on it."""
        self._move((Status.UNDER_REVIEW,), Status.WITHDRAWN, "withdraw", actor, at)
        self.current_level = None

    def resume(self, actor: Actor, at: datetime) -> None:
        """Go on filling a withdrawn filing (T6)."""
        self._move((Status.WITHDRAWN,), Status.DRAFT, "resume", actor, at)

    def _move(self, allowed: tuple[Status, ...], to: Status, act: str, actor: Actor, at: datetime, *,
              note: str = "", details: dict[str, Any] | None = None) -> None:  # fmt: skip
        """Change the status only if it still is what this request saw, and record the event."""
        session = object_session(self)
        if session is None or self.status not in allowed:
            raise IllegalMove(act)
        before = self.status
        changed = session.execute(
            update(Filing).where(Filing.id == self.id, Filing.status == before).values(status=to)
            .returning(Filing.id).execution_options(synchronize_session="fetch")
        ).first()  # fmt: skip
        if changed is None:
            raise IllegalMove(act)
        reach("filing_moved")
        record_event(session, self.id, act, actor, at, from_status=before, to_status=to, note=note,
                     details=details)  # fmt: skip

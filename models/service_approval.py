"""报备: whom the owner of a service lets in, noted by the staff from papers and lists of the owners."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.account import Account
from models.base import Base, HasUuid, UtcDateTime
from models.event import Actor, record_event
from models.id_rules import ID_TYPES
from models.sealed import Sealed, id_number_digests, mask_id_number
from models.two_reviews import TooLate
from models.unit import Unit

_living = text("revoked_at IS NULL")


class ServiceApproval(HasUuid, Base):
    """One person, by identity paper, or one unit, by 统一社会信用代码, reported for one service.

    They need no account yet. It counts while `approved_at` is set and nobody revoked it.
    """

    __tablename__ = "service_approval"

    item: Mapped[str] = mapped_column(String(40), comment="key of the service item")
    name: Mapped[str] = mapped_column(String(100), comment="of the person or unit, as reported")
    id_type: Mapped[str] = mapped_column(String(30), default="", comment="of a person")
    id_number: Mapped[str | None] = mapped_column(Sealed)
    id_number_digest: Mapped[str | None] = mapped_column(String(64), comment="as that of accounts")
    uscc: Mapped[str | None] = mapped_column(String(18), comment="of a unit")
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    papers_received_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="纸质材料已收到")
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="已开通")
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(String(300), default="", comment="why it was revoked")

    __table_args__ = (
        Index("uq_service_approval_person", "item", "id_number_digest", unique=True,
              sqlite_where=_living, postgresql_where=_living),
        Index("uq_service_approval_unit", "item", "uscc", unique=True,
              sqlite_where=_living, postgresql_where=_living),
        CheckConstraint("(uscc IS NULL) <> (id_number_digest IS NULL)", name="one_subject"),
    )  # fmt: skip

    @property
    def masked_number(self) -> str:
        """The number as pages show it: that of a person masked, the public code of a unit whole."""
        return self.uscc or mask_id_number(self.id_number or "")

    @property
    def id_type_text(self) -> str:
        return ID_TYPES.get(self.id_type, "")

    @property
    def counts(self) -> bool:
        return self.approved_at is not None and self.revoked_at is None

    def note_papers(self, session: Session, has_come: bool, actor: Actor, at: datetime) -> None:
        """Note that the papers have come, or that they have not after all."""
        act = "receive_approval_papers" if has_come else "miss_approval_papers"
        self._change(session, act, actor, at, papers_received_at=at if has_come else None)

    def approve(self, session: Session, actor: Actor, at: datetime) -> None:
        """Let whoever is meant in."""
        if self.approved_at is not None:
            raise TooLate
        self._change(session, "approve_service", actor, at, approved_at=at)

    def revoke(self, session: Session, reason: str, actor: Actor, at: datetime) -> None:
        """Let whoever is meant in no more; the row stays as the record, and can be reported anew."""
        self._change(session, "revoke_service", actor, at, note=reason, revoked_at=at, reason=reason,
                     revoked_by_id=actor.account_id)  # fmt: skip

    def _change(
        self, session: Session, act: str, actor: Actor, at: datetime, note: str = "", **values: object
    ) -> None:
        """Change what nobody revoked meanwhile, and record it."""
        changed = session.execute(
            update(ServiceApproval)
            .where(
                ServiceApproval.id == self.id, ServiceApproval.revoked_at.is_(None),
                ServiceApproval.approved_at.is_not_distinct_from(self.approved_at),
            )
            .values(**values)
            .returning(ServiceApproval.id)
            .execution_options(synchronize_session="fetch")
        ).first()  # fmt: skip
        if changed is None:
            raise TooLate
        record_event(session, self.id, act, actor, at, note=note, details={"service": self.item})


def report_of(session: Session, item: str, subject: Account | Unit) -> ServiceApproval | None:
    """Return what stands about a person or a unit that nobody revoked; None when nothing does."""
    living = select(ServiceApproval).where(ServiceApproval.item == item, ServiceApproval.revoked_at.is_(None))
    if isinstance(subject, Unit):
        return session.scalars(living.where(ServiceApproval.uscc == subject.uscc)).first()
    if not subject.id_number:
        return None
    digests = id_number_digests(subject.id_type, subject.id_number)
    return session.scalars(living.where(ServiceApproval.id_number_digest.in_(digests))).first()


def is_approved(session: Session, item: str, subject: Account | Unit) -> bool:
    """Say whether the owner of the service lets the person or unit in."""
    report = report_of(session, item, subject)
    return report is not None and report.counts


def reports_for(session: Session, item: str, name: str, most: int) -> Sequence[ServiceApproval]:
    """List who is reported for a service, also those revoked, the newest first; `name` narrows the list."""
    query = select(ServiceApproval).where(ServiceApproval.item == item)
    if name:
        query = query.where(ServiceApproval.name.contains(name, autoescape=True))
    return session.scalars(
        query.order_by(ServiceApproval.added_at.desc(), ServiceApproval.id).limit(most)
    ).all()

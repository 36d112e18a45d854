"""What a province recommends to the national office, and the list that office publishes."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, HasUuid, UtcDateTime
from models.batch import Batch
from models.carrier import Carrier
from models.filing import Filing
from models.office import Office


class Recommendation(HasUuid, Base):
    """One letter (推荐函) with its table (推荐汇总表)."""

    __tablename__ = "recommendation"

    office_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("office.id"), index=True)
    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("batch.id"), index=True)
    to_office_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("office.id"))
    letter_no: Mapped[str] = mapped_column(String(50), comment="文号")
    letter_on: Mapped[date]
    quota: Mapped[int | None] = mapped_column(comment="how many the batch allows; none: no quota")
    over_quota_reason: Mapped[str] = mapped_column(Text, default="")
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    scan_sha256: Mapped[str | None] = mapped_column(
        ForeignKey("stored_file.sha256"), comment="the stamped letter, uploaded back"
    )
    scan_name: Mapped[str] = mapped_column(String(200), default="")

    office: Mapped[Office] = relationship(foreign_keys=[office_id])
    to_office: Mapped[Office] = relationship(foreign_keys=[to_office_id])
    batch: Mapped[Batch] = relationship()
    entries: Mapped[list["RecommendationEntry"]] = relationship(
        back_populates="recommendation", order_by="RecommendationEntry.place"
    )


class RecommendationEntry(HasUuid, Base):
    """One row of the table. Source: notice of 2021, 推荐汇总表: 评审分数, 公示情况."""

    __tablename__ = "recommendation_entry"

    recommendation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recommendation.id"), index=True)
    filing_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("filing.id"), index=True)
    place: Mapped[int]
    expert_score: Mapped[str] = mapped_column(String(10), default="")
    publicity_note: Mapped[str] = mapped_column(String(200), default="")

    recommendation: Mapped[Recommendation] = relationship(back_populates="entries")
    filing: Mapped[Filing] = relationship()


class Publication(HasUuid, Base):
    """One published list (公布名单) of those that hold the title from `published_on`."""

    __tablename__ = "publication"

    office_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("office.id"))
    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("batch.id"), index=True)
    title: Mapped[str] = mapped_column(String(100))
    document_no: Mapped[str] = mapped_column(String(50), comment="文号")
    published_on: Mapped[date]
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))

    office: Mapped[Office] = relationship()
    batch: Mapped[Batch] = relationship()
    entries: Mapped[list["PublicationEntry"]] = relationship(
        back_populates="publication", order_by="PublicationEntry.place"
    )


class PublicationEntry(HasUuid, Base):
    """One carrier of a published list."""

    __tablename__ = "publication_entry"

    publication_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("publication.id"), index=True)
    filing_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("filing.id"), index=True)
    carrier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("carrier.id"), index=True)
    place: Mapped[int]
    certificate_no: Mapped[str] = mapped_column(String(50), unique=True)

    publication: Mapped[Publication] = relationship(back_populates="entries")
    filing: Mapped[Filing] = relationship()
    carrier: Mapped[Carrier] = relationship()

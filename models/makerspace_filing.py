"""Filings for the national list of makerspaces (国家备案众创空间申报)."""

import uuid
from datetime import date
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.filing import Filing


class MakerspaceFiling(Filing):
    """The answers that stand once in the form; every one may be empty until submission."""

    __tablename__ = "makerspace_filing"
    __mapper_args__ = {"polymorphic_identity": "makerspace"}

    id: Mapped[uuid.UUID] = mapped_column(ForeignKey("filing.id"), primary_key=True)

    instructions_read: Mapped[bool | None]
    priority_directions: Mapped[list[Any] | None] = mapped_column(JSON)

    makerspace_name: Mapped[str | None] = mapped_column(String(100))
    operator_registered_on: Mapped[date | None]
    operation_started_on: Mapped[date | None]
    operator_nature: Mapped[str | None] = mapped_column(String(30))
    is_independent_legal_entity: Mapped[bool | None]
    makerspace_type: Mapped[str | None] = mapped_column(String(20))
    focus_field: Mapped[str | None] = mapped_column(String(100))
    provincial_filing_level: Mapped[str | None] = mapped_column(String(20))
    provincial_filed_on: Mapped[date | None]
    makerspace_address: Mapped[str | None] = mapped_column(String(200))
    website: Mapped[str | None] = mapped_column(String(200))
    wechat_account: Mapped[str | None] = mapped_column(String(100))
    manager_name: Mapped[str | None] = mapped_column(String(50))
    contact_name: Mapped[str | None] = mapped_column(String(50))
    contact_mobile: Mapped[str | None] = mapped_column(String(20))
    contact_email: Mapped[str | None] = mapped_column(String(100))
    introduction: Mapped[str | None] = mapped_column(Text)

    service_capability_text: Mapped[str | None] = mapped_column(Text)
    service_performance_text: Mapped[str | None] = mapped_column(Text)
    brand_culture_text: Mapped[str | None] = mapped_column(Text)
    development_plan_text: Mapped[str | None] = mapped_column(Text)

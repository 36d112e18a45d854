"""What a unit says about itself besides its register data (我的信息)."""

import uuid
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Hundredths, UtcDateTime
from models.sealed import Sealed
from models.stored_file import StoredFile
from models.unit import Unit


class UnitProfile(Base):
    """The rest of 法人单位基本信息 (its 法人授权信息 and 法定代表人信息 too) and of 法人单位其他信息."""

    __tablename__ = "unit_profile"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    english_name: Mapped[str | None] = mapped_column(String(200))
    short_name: Mapped[str | None] = mapped_column(String(50))
    website: Mapped[str | None] = mapped_column(String(200))
    area_type: Mapped[str | None] = mapped_column(String(20), comment="domestic, hk_macao_taiwan, abroad")
    legal_type: Mapped[str | None] = mapped_column(
        String(30), comment="enterprise, public_institution, social_organisation, other"
    )
    postcode: Mapped[str | None] = mapped_column(String(10))
    unit_email: Mapped[str | None] = mapped_column(String(100))
    currency: Mapped[str | None] = mapped_column(String(20))
    capital: Mapped[Decimal | None] = mapped_column(Hundredths, comment="注册资金, 万")
    register_office: Mapped[str | None] = mapped_column(String(100))
    register_state: Mapped[str | None] = mapped_column(String(20))
    term_from: Mapped[date | None]
    term_to: Mapped[date | None] = mapped_column(comment="None: 长期")
    unit_phone: Mapped[str | None] = mapped_column(String(30))
    unit_fax: Mapped[str | None] = mapped_column(String(30))
    # 法人授权信息
    authorised_person: Mapped[str | None] = mapped_column(String(50))
    authorised_matter: Mapped[str | None] = mapped_column(String(200))
    authorised_until: Mapped[date | None]
    letter_name: Mapped[str | None] = mapped_column(String(255), comment="盖章授权书")
    letter_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    letter_uploaded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # 法定代表人信息; the name is the unit's `legal_representative`
    rep_place_type: Mapped[str | None] = mapped_column(String(20))
    rep_continent: Mapped[str | None] = mapped_column(String(20))
    rep_id_type: Mapped[str | None] = mapped_column(String(30))
    rep_id_number: Mapped[str | None] = mapped_column(Sealed)
    rep_valid_to: Mapped[date | None]
    rep_is_permanent: Mapped[bool] = mapped_column(default=False, server_default=false())
    # 法人单位其他信息
    business_term: Mapped[str | None] = mapped_column(String(50))
    industry_first: Mapped[str | None] = mapped_column(String(50))
    industry_second: Mapped[str | None] = mapped_column(String(50))
    business_register: Mapped[str | None] = mapped_column(String(100))
    approved_on: Mapped[str | None] = mapped_column(String(30), comment="核准时间; a day or 无")
    foreign_source: Mapped[str | None] = mapped_column(String(50))
    tax_method: Mapped[str | None] = mapped_column(String(50))
    company_type: Mapped[str | None] = mapped_column(String(50))

    unit: Mapped[Unit] = relationship()
    letter: Mapped[StoredFile | None] = relationship()

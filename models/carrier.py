"""Carriers (孵化机构): the living register of incubators, makerspaces and university science parks."""

import uuid
from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, HasUuid
from models.region import Region
from models.unit import Unit

CARRIER_KINDS = {"incubator": "孵化器", "makerspace": "众创空间", "university_science_park": "大学科技园"}
TITLED_KINDS = {
    "makerspace": "众创空间", "incubator": "科技企业孵化器", "university_science_park": "大学科技园",
}  # fmt: skip
NATIONAL_STATES = {"none": "未获国家级资格", "nationally_filed": "国家备案", "certified": "国家级"}


class Carrier(HasUuid, Base):
    """One incubator, makerspace or science park; an approved filing creates or alters it."""

    __tablename__ = "carrier"

    kind: Mapped[str] = mapped_column(String(30), comment="incubator, makerspace, university_science_park")
    name: Mapped[str] = mapped_column(String(100))
    operator_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    address: Mapped[str] = mapped_column(String(200), default="")
    operation_started_on: Mapped[date | None]
    national_state: Mapped[str] = mapped_column(String(20), default="none")
    certified_on: Mapped[date | None]
    certificate_no: Mapped[str | None] = mapped_column(String(50))
    revoked_on: Mapped[date | None]
    provincial_filing_level: Mapped[str | None] = mapped_column(String(20))
    provincial_filed_on: Mapped[date | None]

    operator: Mapped[Unit] = relationship()
    region: Mapped[Region] = relationship()

    @property
    def title_text(self) -> str:
        """The national title as certificates call it: 国家备案众创空间; 国家级 and 国家备案 are not the same."""
        return {"nationally_filed": "国家备案", "certified": "国家级"}.get(
            self.national_state, ""
        ) + TITLED_KINDS[self.kind]

    @property
    def state_text(self) -> str:
        """The title the carrier holds, the highest one: 国家级，2018年认定."""
        if self.revoked_on is not None:
            return f"已取消资格，{self.revoked_on.year}年"
        if self.national_state != "none":
            year = f"，{self.certified_on.year}年" if self.certified_on else ""
            return NATIONAL_STATES[self.national_state] + year
        level = {"provincial": "省级备案", "municipal": "市级备案"}.get(
            self.provincial_filing_level or "", ""
        )
        year = f"，{self.provincial_filed_on.year}年" if self.provincial_filed_on else ""
        return level + year if level else "未备案"

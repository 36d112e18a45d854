"""Units (单位): the legal entities that file; a unit that runs carriers is their operator."""

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, HasUuid
from models.region import Region

REAL_NAME_TEXTS = {
    "none": "未实名认证",
    "auto_passed": "国家平台实名认证通过",
    "auto_failed": "实名认证失败",
    "manual_pending": "实名认证审核中",
    "manual_passed": "科技部平台人工审核通过",
    "manual_failed": "实名认证失败",
    "stale": "信息已变更，请重新认证",
}


class Unit(HasUuid, Base):
    """A legal entity with its register data."""

    __tablename__ = "unit"

    name: Mapped[str] = mapped_column(String(100), unique=True)
    uscc: Mapped[str] = mapped_column(String(18), unique=True, comment="统一社会信用代码")
    legal_representative: Mapped[str] = mapped_column(String(50))
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    address: Mapped[str] = mapped_column(String(200), default="")
    registered_on: Mapped[date | None]
    nature: Mapped[str | None] = mapped_column(String(30), comment="as operator_nature of the filing")
    real_name_state: Mapped[str] = mapped_column(String(20), default="none")
    is_active: Mapped[bool] = mapped_column(default=True, comment="停用 makes all its grants ineffective")

    region: Mapped[Region] = relationship()

    @property
    def is_real_named(self) -> bool:
        return self.real_name_state in ("auto_passed", "manual_passed")

    @property
    def real_name_text(self) -> str:
        return REAL_NAME_TEXTS[self.real_name_state]

"""Administrative regions: where a place lies, and to whom it reports."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base

NATION = "000000"


class Region(Base):
    """One region of GB/T 2260; `admin_parent` differs from `geo_parent` where reporting skips a level.

    Levels: nation, province, city, district. A 计划单列市 such as 深圳 keeps its province as `geo_parent`
    (for addresses) and reports straight to the nation (`admin_parent`). 兵团 has the pseudo-code 660000.
    """

    __tablename__ = "region"

    code: Mapped[str] = mapped_column(String(6), primary_key=True, comment="GB/T 2260, six digits")
    name: Mapped[str] = mapped_column(String(50))
    level: Mapped[str] = mapped_column(String(10), comment="nation, province, city, district")
    geo_parent_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"), index=True)
    admin_parent_code: Mapped[str | None] = mapped_column(
        ForeignKey("region.code"), index=True, comment="routing parent"
    )
    is_municipality: Mapped[bool] = mapped_column(default=False, comment="直辖市")
    is_separately_planned: Mapped[bool] = mapped_column(default=False, comment="计划单列市")
    is_hardship_region: Mapped[bool] = mapped_column(default=False, comment="艰苦边远地区")
    pilot_change: Mapped[bool] = mapped_column(default=False, comment="信息变更试点")

    geo_parent: Mapped["Region | None"] = relationship(foreign_keys=[geo_parent_code], remote_side=[code])
    admin_parent: Mapped["Region | None"] = relationship(foreign_keys=[admin_parent_code], remote_side=[code])

    @property
    def full_name(self) -> str:
        """The place as written in an address: 广东省 广州市 天河区."""
        above = self.geo_parent
        if above is None or above.code == NATION:
            return self.name
        return f"{above.full_name} {self.name}"

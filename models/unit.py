"""Units (单位): the legal entities that file; a unit that runs carriers is their operator."""

import unicodedata
from datetime import date

from sqlalchemy import ForeignKey, Index, String, false, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, validates

from models.base import Base, HasUuid
from models.real_name import HasRealName
from models.region import Region
from models.uscc import wrong_with_uscc


class Unit(HasUuid, HasRealName, Base):
    """A legal entity with its register data."""

    __tablename__ = "unit"

    name: Mapped[str] = mapped_column(String(100), unique=True)
    name_key: Mapped[str | None] = mapped_column(
        String(300), comment="the name without regard to width, blanks and brackets"
    )
    uscc: Mapped[str] = mapped_column(String(18), unique=True, comment="统一社会信用代码")
    uscc_invalid: Mapped[bool] = mapped_column(
        default=False, server_default=false(), comment="an older system let it pass; to be corrected"
    )
    legal_representative: Mapped[str] = mapped_column(String(50))
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    address: Mapped[str] = mapped_column(String(200), default="")
    registered_on: Mapped[date | None]
    nature: Mapped[str | None] = mapped_column(String(30), comment="as operator_nature of the filing")
    is_active: Mapped[bool] = mapped_column(default=True, comment="停用 makes all its grants ineffective")

    region: Mapped[Region] = relationship()

    __table_args__ = (Index("uq_unit_name_key", "name_key", unique=True),)

    @validates("name")
    def _key_name(self, _attribute: str, name: str) -> str:
        self.name_key = name_key(name)
        return name

    @validates("uscc")
    def _judge_code(self, _attribute: str, uscc: str) -> str:
        self.uscc_invalid = bool(wrong_with_uscc(uscc))
        return uscc


def name_key(name: str) -> str:
    """Return a name without what people write differently: （北京） and (北京) and ( 北京 ) are one name."""
    plain = unicodedata.normalize("NFKC", name).translate(str.maketrans("〔〕【】[]", "()()()")).casefold()
    visible = (c for c in plain if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf"))
    return "".join(visible)[:300]


def unit_named(session: Session, name: str) -> Unit | None:
    """Return the unit of this name, however it is written; None when the name is free."""
    return session.scalars(select(Unit).where(Unit.name_key == name_key(name))).first()


def unit_of_code(session: Session, uscc: str) -> Unit | None:
    """Return the unit of this 统一社会信用代码; None when nobody has it."""
    return session.scalars(select(Unit).where(Unit.uscc == uscc)).first()

"""What a natural person says about himself, and whether it was verified."""

import uuid
from datetime import date

from sqlalchemy import ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.account import Account
from models.base import Base
from models.real_name import HasRealName


class Person(HasRealName, Base):
    """The person behind an account: of a natural account its owner, of a legal account its 主代办人.

    Name, identity paper, mobile and mail stand on the account. An account without a person has not begun its
    实名认证.
    """

    __tablename__ = "person"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    gender: Mapped[str | None] = mapped_column(String(10), comment="male, female")
    ethnicity: Mapped[str | None] = mapped_column(String(20))
    position: Mapped[str | None] = mapped_column(String(50))
    born_on: Mapped[date | None]
    phone: Mapped[str | None] = mapped_column(String(30))
    fax: Mapped[str | None] = mapped_column(String(30))
    place_type: Mapped[str | None] = mapped_column(
        String(20), comment="类型: mainland, hk_macao_taiwan, foreign"
    )
    continent: Mapped[str | None] = mapped_column(String(20), comment="foreign only")
    id_valid_to: Mapped[date | None] = mapped_column(comment="last valid day of the identity paper")
    id_is_permanent: Mapped[bool] = mapped_column(default=False, server_default=false())
    area: Mapped[str | None] = mapped_column(String(100), comment="所在地区 as typed")
    home_address: Mapped[str | None] = mapped_column(String(200))

    account: Mapped[Account] = relationship()

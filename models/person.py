"""What a natural person says about himself, and whether it was verified."""

import uuid

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.account import Account
from models.base import Base
from models.real_name import HasRealName


class Person(HasRealName, Base):
    """The person behind a natural account. An account without one has not begun its 实名认证."""

    __tablename__ = "person"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)

    account: Mapped[Account] = relationship()

"""Views of the queue that a reviewer saved for himself."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, HasUuid, UtcDateTime

MOST_VIEWS = 20


class SavedView(HasUuid, Base):
    """A name for a choice of filters; `query` is what stands in the address after the question mark."""

    __tablename__ = "saved_view"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(30))
    query: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("account_id", "name"),)

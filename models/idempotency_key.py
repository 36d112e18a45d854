"""Keys that make a repeated request answer like the first instead of acting again."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime


class IdempotencyKey(Base):
    """One unsafe request that was carried out, and the id of what it made."""

    __tablename__ = "idempotency_key"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    path: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(
        String(64),
        default="",
        server_default="",
        comment="of what was posted, so that a key means one content",
    )
    made_id: Mapped[uuid.UUID | None]
    made_version: Mapped[int | None] = mapped_column(comment="the version of the row or tab that came of it")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

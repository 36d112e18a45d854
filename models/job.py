"""Jobs: the record of background work. Redis only wakes the worker."""

import uuid
from datetime import datetime

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, HasUuid, UtcDateTime


class Job(HasUuid, Base):
    """One piece of work on one target, owned for a time by the worker that holds its lease."""

    __tablename__ = "job"

    task: Mapped[str] = mapped_column(String(40), comment="name in jobs.TASKS")
    target_id: Mapped[uuid.UUID]
    state: Mapped[str] = mapped_column(String(10), default="queued", comment="queued, running, done, failed")
    attempts: Mapped[int] = mapped_column(default=0, comment="counted before the work starts")
    lease_token: Mapped[uuid.UUID | None]
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("uq_job_task_target_id", "task", "target_id", unique=True),
        Index(
            "ix_job_unfinished",
            "state",
            sqlite_where=text("state IN ('queued', 'running')"),
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
    )

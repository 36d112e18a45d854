"""What a worker runs: one entry point for every task, ids in, nothing out."""

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from extensions import db
from failpoints import reach
from jobs import queue

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Task:
    """A kind of background work.

    `work(session, target_id)` may commit progress on its way, and leaves its result uncommitted: it is
    committed together with the job, or not at all. A failure the user can do something about is a result,
    too. `gave_up(session, target_id)` writes down, also uncommitted, that all attempts broke.
    """

    work: Callable[[Session, uuid.UUID], None]
    gave_up: Callable[[Session, uuid.UUID], None]


TASKS: dict[str, Task] = {}


def run(job_id: str) -> None:
    """Do the job, unless it is done or somebody else holds it. Safe to call twice, also at once."""
    lease = _claimed(uuid.UUID(job_id))
    if lease is None:
        return
    with queue.kept_alive(lease):
        try:
            TASKS[lease.task].work(db.session(), lease.target_id)
            _keep_result(lease)
        except Exception:  # the edge of the job; it is tried again
            log.exception("Job %s (%s %s) broke", lease.job_id, lease.task, lease.target_id)
            _give_back(lease)
        finally:
            db.close()


def _claimed(job_id: uuid.UUID) -> queue.Lease | None:
    db.start_writing()
    lease = queue.claim(db.session(), job_id, datetime.now(UTC))
    db.session.commit()
    reach("job_claimed")
    return lease


def _keep_result(lease: queue.Lease) -> None:
    if not db.session().in_transaction():
        db.start_writing()
    if queue.finish(db.session(), lease, datetime.now(UTC)):
        reach("job_finished")
        db.session.commit()
        reach("job_committed")
        log.info("Job %s (%s %s) is done", lease.job_id, lease.task, lease.target_id)
    else:
        db.session.rollback()


def _give_back(lease: queue.Lease) -> None:
    db.start_writing()
    queue.fail(db.session(), lease)
    db.session.commit()

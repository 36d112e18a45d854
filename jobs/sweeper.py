"""Finds the jobs that Redis forgot, and ends those that broke too often."""

import logging
import uuid
from datetime import UTC, datetime

from redis import Redis

from extensions import db
from jobs import queue, tasks

log = logging.getLogger(__name__)


def sweep(redis: Redis) -> None:
    """Wake a worker for every free job that is not waiting in Redis; give up after the last attempt."""
    try:
        free = queue.free_jobs(db.session(), datetime.now(UTC))
        spent = [job.id for job in free if job.attempts >= queue.MAX_ATTEMPTS]
        lost = [job.id for job in free if job.attempts < queue.MAX_ATTEMPTS]
    finally:
        db.close()
    for job_id in spent:
        _give_up(job_id)
    waiting = set(queue.rq_queue(redis).job_ids) if lost else set()
    for job_id in lost:
        if str(job_id) not in waiting:
            queue.wake(job_id)


def _give_up(job_id: uuid.UUID) -> None:
    """Mark a job as failed and let its task say so; one that cannot does not stop the others."""
    db.start_writing()
    try:
        ended = queue.give_up(db.session(), job_id, datetime.now(UTC))
        if ended is not None:
            tasks.TASKS[ended.task].gave_up(db.session(), ended.target_id)
            log.error("Job %s (%s %s) broke every time", job_id, ended.task, ended.target_id)
        db.session.commit()
    except Exception:
        log.exception("Giving up job %s broke", job_id)
    finally:
        db.close()

"""The queue of record is the table `job`; losing Redis loses nothing but time.

Leases are counted in real time (`now` is never the business clock): a demo that turns its clock must not
end them.
"""

import logging
import threading
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from redis import Redis
from redis.exceptions import ConnectionError as RedisGone
from redis.exceptions import TimeoutError as RedisSilent
from rq import Queue
from rq.exceptions import DequeueTimeout
from rq.serializers import JSONSerializer
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from extensions import db
from failpoints import reach
from models.job import Job

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=45)
LONGEST_LEASE = timedelta(minutes=10)  # and no clock of another machine is ahead of ours by more
MAX_ATTEMPTS = 3
MAX_SECONDS = 1800  # one attempt; then the worker kills it
QUEUE_NAME = "hatchery"
NO_REDIS = (RedisGone, RedisSilent)


@dataclass(frozen=True)
class Lease:
    """The right to work on a job for a while; worthless once somebody else has claimed the job."""

    job_id: uuid.UUID
    task: str
    target_id: uuid.UUID
    token: uuid.UUID


class _Bell:
    """Holds the connection that wakes workers, for this process."""

    redis: Redis | None = None


def connect(redis_url: str) -> None:
    """Say where Redis is; with an empty URL nobody is woken and the sweeper alone finds the jobs."""
    _Bell.redis = connection(redis_url) if redis_url else None


def connection(redis_url: str) -> Redis:
    """Return a connection that gives up after a second instead of holding a request."""
    return Redis.from_url(redis_url, socket_connect_timeout=1, socket_timeout=1)


class WakefulQueue(Queue):
    """A queue whose waiters come back when their time is over, also after the clock was set back.

    RQ waits on and on until the time of day has moved as far as it meant to wait; set back by a day, a worker
    would sweep no more for a day.
    """

    @classmethod
    def dequeue_any(cls, *arguments: Any, **options: Any) -> Any:
        """Return the next job and its queue; None when none came in time."""
        try:
            return super().dequeue_any(*arguments, **options)
        except DequeueTimeout:
            return None


def rq_queue(redis: Redis) -> Queue:
    """Return the RQ queue. It carries JSON: what is found in Redis is never unpickled."""
    return WakefulQueue(QUEUE_NAME, connection=redis, serializer=JSONSerializer, default_timeout=MAX_SECONDS)


def enqueue(session: Session, task: str, target_id: uuid.UUID) -> Job:
    """Note that `task` is to be done for `target_id`, once; the caller commits and then calls `wake`."""
    wanted = select(Job).where(Job.task == task, Job.target_id == target_id)
    job = session.scalars(wanted).first()
    if job is not None:
        return job
    job = Job(id=uuid.uuid4(), task=task, target_id=target_id, created_at=datetime.now(UTC))
    try:
        with session.begin_nested():
            session.add(job)
    except IntegrityError:  # somebody was faster
        return session.scalars(wanted).one()
    reach("job_noted")
    return job


def wake(job_id: uuid.UUID) -> None:
    """Tell a worker of a committed job. Without Redis the sweeper finds the job a little later."""
    if _Bell.redis is None:
        log.warning("No Redis: job %s waits for the sweeper", job_id)
        return
    try:
        rq_queue(_Bell.redis).enqueue(
            "jobs.tasks.run", str(job_id), job_id=str(job_id), result_ttl=0, failure_ttl=3600
        )
    except NO_REDIS as error:
        log.warning("Redis does not answer (%s): job %s waits for the sweeper", error, job_id)


def wake_all(job_ids: Iterable[uuid.UUID]) -> None:
    """Tell workers of several committed jobs."""
    for job_id in job_ids:
        wake(job_id)


def claim(session: Session, job_id: uuid.UUID, now: datetime) -> Lease | None:
    """Take the lease of a job that is queued or whose worker is lost; None if it is not to be had.

    The attempt is counted here, before the work starts, so that a file which kills its worker is tried
    three times and not for ever.
    """
    token = uuid.uuid4()
    taken = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.attempts < MAX_ATTEMPTS, _is_free(now))
        .values(state="running", attempts=Job.attempts + 1, lease_token=token, lease_until=now + LEASE)
        .returning(Job.task, Job.target_id)
    ).first()
    return Lease(job_id, taken.task, taken.target_id, token) if taken else None


def renew(session: Session, lease: Lease, now: datetime) -> bool:
    """Keep the lease for another while; False if it is no longer ours."""
    return _change(session, lease, lease_until=now + LEASE)


def finish(session: Session, lease: Lease, now: datetime) -> bool:
    """Mark the job as done, in the transaction that holds its result.

    False if the lease is no longer ours: then the caller rolls back and the result is never seen.
    """
    return _change(session, lease, state="done", finished_at=now, lease_token=None, lease_until=None)


def fail(session: Session, lease: Lease) -> bool:
    """Give the job back after an attempt that broke; the sweeper tries again or gives up."""
    return _change(session, lease, state="queued", lease_token=None, lease_until=None)


def give_up(session: Session, job_id: uuid.UUID, now: datetime) -> Lease | None:
    """Mark a free job as failed after its last attempt; None if it is not so any more."""
    ended = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.attempts >= MAX_ATTEMPTS, _is_free(now))
        .values(state="failed", finished_at=now, lease_token=None, lease_until=None)
        .returning(Job.task, Job.target_id)
    ).first()
    return Lease(job_id, ended.task, ended.target_id, uuid.uuid4()) if ended else None


def release(session: Session, job_id: uuid.UUID, now: datetime) -> None:
    """End the lease of a job whose process is known to be dead, so that nobody waits for it."""
    session.execute(update(Job).where(Job.id == job_id, Job.state == "running").values(lease_until=now))


def release_all(session: Session, now: datetime) -> None:
    """End all leases: whoever held them is known to be dead."""
    session.execute(update(Job).where(Job.state == "running").values(lease_until=now))


def free_jobs(session: Session, now: datetime) -> list[Job]:
    """Return the unfinished jobs that nobody works on, the oldest first."""
    return list(session.scalars(select(Job).where(_is_free(now)).order_by(Job.created_at)))


@contextmanager
def kept_alive(lease: Lease) -> Iterator[None]:
    """Renew the lease from a thread of its own as long as the block runs.

    The block ends its transactions itself: at its end the thread may be waiting for their locks.
    """
    ended = threading.Event()
    thread = threading.Thread(target=_renew_until, args=(ended, lease), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _renew_until(ended: threading.Event, lease: Lease) -> None:
    while not ended.wait(LEASE.total_seconds() / 4):
        try:
            with Session(db.engine) as session:
                still_ours = renew(session, lease, datetime.now(UTC))
                session.commit()
        except OperationalError as error:  # a long write of somebody else; there are three more chances
            log.warning("The lease of job %s could not be renewed: %s", lease.job_id, error)
            continue
        if not still_ours and not ended.is_set():
            log.warning("The lease of job %s is lost; its result will not be kept", lease.job_id)
            return


def _is_free(now: datetime) -> ColumnElement[bool]:
    """Say which jobs may be claimed.

    A lease that ends later than any can was taken before the clock was set back, and its worker has not
    renewed it since: to wait for its end could mean to wait for a day.
    """
    over = or_(Job.lease_until <= now, Job.lease_until > now + LONGEST_LEASE)
    return or_(Job.state == "queued", and_(Job.state == "running", over))


def _change(session: Session, lease: Lease, **values: object) -> bool:
    changed = session.execute(
        update(Job)
        .where(Job.id == lease.job_id, Job.lease_token == lease.token, Job.state == "running")
        .values(**values)
        .returning(Job.id)
    )
    return changed.first() is not None

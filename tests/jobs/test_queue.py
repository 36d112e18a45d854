import time
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from jobs import queue
from models.job import Job

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TARGET = uuid.UUID(int=7)


@pytest.fixture
def job(session: Session) -> Job:
    job = queue.enqueue(session, "count", TARGET)
    session.commit()
    return job


def test_a_task_is_noted_once_per_target(session: Session, job: Job) -> None:
    assert queue.enqueue(session, "count", TARGET).id == job.id
    assert queue.enqueue(session, "count", uuid.uuid4()).id != job.id
    assert queue.enqueue(session, "other", TARGET).id != job.id


def test_a_job_of_a_transaction_that_was_rolled_back_is_not_noted(session: Session) -> None:
    queue.enqueue(session, "count", TARGET)
    session.rollback()
    assert queue.free_jobs(session, NOW) == []


def test_only_one_worker_gets_the_lease(session: Session, job: Job) -> None:
    lease = queue.claim(session, job.id, NOW)
    assert lease is not None
    assert (lease.task, lease.target_id) == ("count", TARGET)
    assert queue.claim(session, job.id, NOW + queue.LEASE - timedelta(seconds=1)) is None
    assert queue.free_jobs(session, NOW) == []


def test_a_lost_worker_loses_its_lease_to_the_next(session: Session, job: Job) -> None:
    lost = claimed(session, job, NOW)
    later = NOW + queue.LEASE
    next_one = claimed(session, job, later)
    assert not queue.renew(session, lost, later)
    assert not queue.finish(session, lost, later)
    assert not queue.fail(session, lost)
    assert queue.finish(session, next_one, later)
    assert job.state == "done"


def test_a_renewed_lease_lasts_longer(session: Session, job: Job) -> None:
    lease = claimed(session, job, NOW)
    assert queue.renew(session, lease, NOW + timedelta(seconds=30))
    assert queue.claim(session, job.id, NOW + queue.LEASE) is None


def test_a_job_is_tried_three_times_and_then_given_up(session: Session, job: Job) -> None:
    for attempt in range(3):
        assert queue.give_up(session, job.id, NOW) is None
        lease = claimed(session, job, NOW)
        assert job.attempts == attempt + 1
        assert queue.fail(session, lease)
    assert queue.claim(session, job.id, NOW) is None
    ended = queue.give_up(session, job.id, NOW)
    assert ended is not None
    assert (job.state, job.finished_at) == ("failed", NOW)
    assert queue.free_jobs(session, NOW) == []


def test_a_job_that_is_done_cannot_be_had_again(session: Session, job: Job) -> None:
    queue.finish(session, claimed(session, job, NOW), NOW)
    assert queue.claim(session, job.id, NOW + timedelta(days=1)) is None
    assert queue.free_jobs(session, NOW + timedelta(days=1)) == []


def test_the_lease_of_a_dead_process_is_free_at_once(session: Session, job: Job) -> None:
    claimed(session, job, NOW)
    queue.release(session, job.id, NOW)
    assert [free.id for free in queue.free_jobs(session, NOW)] == [job.id]


def test_nobody_waits_a_day_for_a_lease_after_the_clock_was_set_back(session: Session, job: Job) -> None:
    lost = claimed(session, job, NOW + timedelta(days=1))
    assert [free.id for free in queue.free_jobs(session, NOW)] == [job.id]
    next_one = claimed(session, job, NOW)
    assert not queue.finish(session, lost, NOW)
    assert queue.finish(session, next_one, NOW)


def test_a_lease_renewed_after_the_clock_was_set_back_is_kept(session: Session, job: Job) -> None:
    lease = claimed(session, job, NOW + timedelta(days=1))
    assert queue.renew(session, lease, NOW)
    assert queue.free_jobs(session, NOW) == []
    assert queue.finish(session, lease, NOW)


def test_a_missing_redis_holds_nobody_up(caplog: pytest.LogCaptureFixture) -> None:
    started = time.monotonic()
    queue.connect("redis://127.0.0.1:1")
    queue.wake(uuid.uuid4())
    queue.wake(uuid.uuid4())
    queue.connect("")
    queue.wake(uuid.uuid4())
    assert len(caplog.messages) == 3
    assert time.monotonic() - started < 1


def claimed(session: Session, job: Job, now: datetime) -> queue.Lease:
    lease = queue.claim(session, job.id, now)
    session.commit()
    assert lease is not None
    return lease

import threading
import uuid

import pytest
from sqlalchemy.orm import Session

from jobs import queue, sweeper, tasks
from models.counter import Counter
from models.job import Job
from tests.jobs import worker_process
from tests.jobs.conftest import RedisChild

TARGET = uuid.UUID(int=7)


@pytest.fixture(autouse=True)
def _test_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "TASKS", worker_process.TASKS)


def test_running_a_job_twice_gives_one_result(session: Session) -> None:
    job = enqueued(session, "count")
    tasks.run(str(job.id))
    tasks.run(str(job.id))
    assert counted(session, "kept") == 1
    assert (job.state, job.attempts) == ("done", 1)


def test_running_a_job_many_times_at_once_gives_one_result(session: Session) -> None:
    job = enqueued(session, "count")
    threads = [threading.Thread(target=tasks.run, args=[str(job.id)]) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted(session, "kept") == 1
    assert (job.state, job.attempts) == ("done", 1)


def test_a_result_is_dropped_when_somebody_else_has_claimed_the_job(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "finish", lambda *_: False)
    job = enqueued(session, "count")
    tasks.run(str(job.id))
    assert counted(session, "kept") == 0


def test_a_broken_task_is_tried_three_times_and_then_says_so(session: Session, redis: RedisChild) -> None:
    job = enqueued(session, "break_off")
    for _attempt in range(4):
        sweeper.sweep(redis.client)
        tasks.run(str(job.id))
    assert (counted(session, "kept"), counted(session, "gave up")) == (0, 1)
    assert (job.state, job.attempts) == ("failed", 3)


def test_a_task_that_cannot_give_up_does_not_stop_the_others(
    session: Session, redis: RedisChild, caplog: pytest.LogCaptureFixture
) -> None:
    unknown, broken = enqueued(session, "forgotten"), enqueued(session, "break_off")
    for job in (unknown, broken):
        job.attempts = 3
    session.commit()
    sweeper.sweep(redis.client)
    session.rollback()
    assert broken.state == "failed"
    assert f"Giving up job {unknown.id} broke" in caplog.messages


def test_the_sweeper_wakes_a_worker_once_per_job(session: Session, redis: RedisChild) -> None:
    jobs = [enqueued(session, "count"), enqueued(session, "break_off")]
    sweeper.sweep(redis.client)
    sweeper.sweep(redis.client)
    assert sorted(queue.rq_queue(redis.client).job_ids) == sorted(str(job.id) for job in jobs)


def enqueued(session: Session, task: str) -> Job:
    job = queue.enqueue(session, task, TARGET)
    session.commit()
    return job


def counted(session: Session, what: str) -> int:
    session.rollback()  # ends the reading transaction, which would not see what came after it
    counter = session.get(Counter, f"{what} {TARGET}")
    return counter.value if counter else 0

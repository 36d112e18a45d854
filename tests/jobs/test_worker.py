"""A real worker, a real Redis, and what may happen to them."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from datetime import time as clock_time
from pathlib import Path

import pytest
from flask import Flask
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from files.storage import FolderStorage
from jobs import deliveries, papers, periodic, queue
from jobs.worker import Stopped, SweepingWorker
from models.counter import Counter
from models.delivery import Delivery
from models.job import Job
from tests.build import NOW, build_account
from tests.jobs.conftest import RedisChild

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 30  # seconds; on a busy machine everything takes longer
StartWorker = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def start_worker(database_url: str, tmp_path: Path, redis: RedisChild) -> Iterator[StartWorker]:
    environment = os.environ | {
        "HATCHERY_DATABASE_URL": database_url,
        "HATCHERY_DATA_DIR": str(tmp_path),
        "HATCHERY_REDIS_URL": redis.url,
    }
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.jobs.worker_process"]
        started.append(subprocess.Popen(command, cwd=ROOT, env=environment))
        return started[-1]

    yield start
    for worker in started:
        worker.kill()
        worker.wait()


def test_every_job_is_done_once_although_redis_is_flushed_and_killed(
    session: Session, redis: RedisChild, start_worker: StartWorker
) -> None:
    start_worker()
    jobs = [enqueue_and_wake(session, "count") for _ in range(30)]
    wait_until(lambda: any(state_of(session, job) == "done" for job in jobs))
    redis.client.flushall()
    jobs += [enqueue_and_wake(session, "count") for _ in range(5)]
    redis.kill()
    jobs += [enqueue_and_wake(session, "count") for _ in range(5)]
    redis.start()
    wait_until(lambda: all(state_of(session, job) == "done" for job in jobs))
    results = session.scalars(select(Counter.value).where(Counter.name.startswith("kept "))).all()
    assert results == [1] * 40


def test_a_job_survives_the_worker_that_is_killed_in_the_middle(
    session: Session, start_worker: StartWorker
) -> None:
    job = enqueue_and_wake(session, "count_slowly")
    worker = start_worker()
    wait_until(lambda: state_of(session, job) == "running")
    worker.kill()
    start_worker()
    wait_until(lambda: state_of(session, job) == "done")
    assert job.attempts == 2
    assert session.get_one(Counter, f"kept {job.target_id}").value == 1


def test_what_killed_processes_left_in_the_storage_is_removed(
    tmp_path: Path, start_worker: StartWorker
) -> None:
    storage = FolderStorage(tmp_path / "files")
    old, in_use = storage.new_temp(), storage.new_temp()
    os.utime(old, (0, 0))
    start_worker()
    wait_until(lambda: not old.exists())
    assert in_use.exists()


def test_a_file_that_kills_its_process_does_not_stop_the_others(
    session: Session, start_worker: StartWorker
) -> None:
    poison, harmless = enqueue_and_wake(session, "crash"), enqueue_and_wake(session, "count")
    start_worker()
    wait_until(lambda: state_of(session, poison) == "failed" and state_of(session, harmless) == "done")
    assert poison.attempts == 3
    assert session.get_one(Counter, f"gave up {poison.target_id}").value == 1


@pytest.fixture
def worker(app: Flask, redis: RedisChild) -> Iterator[SweepingWorker]:
    """A worker in this process, which sweeps when it is told to."""
    kept = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    SweepingWorker.settings = app.config["SETTINGS"]
    yield SweepingWorker([queue.rq_queue(redis.client)], connection=redis.client, serializer=JSONSerializer)
    SweepingWorker.is_stopping = False
    for one, handler in kept.items():
        signal.signal(one, handler)


def test_a_step_that_breaks_holds_up_neither_the_others_nor_the_jobs(
    session: Session, redis: RedisChild, worker: SweepingWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_settings: Settings) -> int:
        raise AttributeError("somebody's address")

    removed: list[Settings] = []
    monkeypatch.setattr(deliveries, "send_due", broken)
    monkeypatch.setattr(papers, "remove_discarded", removed.append)
    job = enqueue_and_wake(session, "count")
    found = worker.dequeue_job_and_maintain_ttl(None)
    assert found is not None
    assert (found[0].id, len(removed)) == (str(job.id), 1)
    redis.kill()
    with pytest.raises(queue.NO_REDIS):
        worker._sweep()
    redis.start()


def test_no_step_takes_the_wish_to_stop_for_its_own_failure(
    worker: SweepingWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told_to_stop(_session: Session, _now: datetime) -> int:
        worker.request_stop(signal.SIGTERM, None)
        return 0

    monkeypatch.setattr(periodic, "DAILY", (periodic.Daily("told to stop", clock_time(0), told_to_stop),))
    with pytest.raises(Stopped):
        worker._sweep()
    with pytest.raises(StopRequested):
        worker.dequeue_job_and_maintain_ttl(None)


def test_messages_are_sent_while_redis_is_away_and_a_job_waits_for_it(
    session: Session, redis: RedisChild, worker: SweepingWorker
) -> None:
    account = build_account(session, email="a@example.com")
    message = Delivery.to(account, "mail", "标题", "内容", "return", NOW)
    session.add(message)
    session.commit()
    enqueue_and_wake(session, "count")
    redis.kill()
    with pytest.raises(queue.NO_REDIS):
        worker._sweep()
    session.rollback()
    assert message.state == "sent"
    redis.start()


def enqueue_and_wake(session: Session, task: str) -> Job:
    session.rollback()
    job = Job(id=uuid.uuid4(), task=task, target_id=uuid.uuid4(), created_at=datetime.now(UTC))
    session.add(job)
    session.commit()
    queue.wake(job.id)
    return job


def state_of(session: Session, job: Job) -> str:
    session.rollback()
    return job.state


def wait_until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.1)

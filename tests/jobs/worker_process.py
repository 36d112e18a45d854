"""A worker with the tasks of the tests: `python -m tests.jobs.worker_process` with HATCHERY_… set."""

import os
import signal
import time
import uuid
from datetime import timedelta

from sqlalchemy.orm import Session

from config import Settings
from extensions import db
from jobs import queue, tasks, worker
from jobs.child import die_with_parent
from models.counter import next_number


def count(session: Session, target_id: uuid.UUID) -> None:
    """Leave a result that shows how often it was kept."""
    db.start_writing()
    next_number(session, f"kept {target_id}")


def count_slowly(session: Session, target_id: uuid.UUID) -> None:
    db.start_writing()
    next_number(session, f"begun {target_id}")
    session.commit()
    time.sleep(1.5)
    count(session, target_id)


def crash(session: Session, target_id: uuid.UUID) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def break_off(session: Session, target_id: uuid.UUID) -> None:
    count(session, target_id)
    raise ValueError("a broken task")


def gave_up(session: Session, target_id: uuid.UUID) -> None:
    next_number(session, f"gave up {target_id}")


TASKS = {
    work.__name__: tasks.Task(work=work, gave_up=gave_up) for work in (count, count_slowly, crash, break_off)
}

if __name__ == "__main__":
    die_with_parent(os.getppid(), signal.SIGKILL)
    queue.LEASE = timedelta(seconds=2)
    worker.SWEEP_SECONDS = 1
    tasks.TASKS.update(TASKS)
    worker.work(Settings.from_env())

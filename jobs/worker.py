"""The worker process: takes jobs from Redis, runs each in a fork, and sweeps in between."""

import logging
import math
import os
import signal
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from types import FrameType
from typing import Any

from redis import Redis
from rq import Worker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.queue import Queue
from rq.serializers import JSONSerializer
from sqlalchemy.exc import OperationalError

import jobs.comparison
import jobs.data_copy
import jobs.export
import jobs.material
import jobs.printout  # noqa: F401  (names its task)
import models  # noqa: F401  (maps every table)
from config import Settings
from extensions import clock, db, keyring
from files.storage import storage_from_url
from jobs import (
    appeals,
    closures,
    data_copy,
    deliveries,
    hardening,
    papers,
    periodic,
    queue,
    sweeper,
    verifications,
)
from jobs.child import die_with_parent, give_way
from keys import data_secrets

log = logging.getLogger(__name__)

SWEEP_SECONDS = 5
LEFTOVER_SECONDS = 3600  # no upload and no job needs a temporary file for so long


def work_alone(settings: Settings) -> None:
    """Work as the only worker there is: a job whose worker was killed waits for no lease to end."""
    db.connect(settings.database_url)
    try:
        db.start_writing()
        queue.release_all(db.session(), datetime.now(UTC))
        db.session.commit()
    except OperationalError as error:  # the leases end by themselves a little later
        log.warning("The leases of the last worker could not be ended: %s", error)
    finally:
        db.close()
        db.engine.dispose()
    work(settings)


def work(settings: Settings) -> None:
    """Work until told to stop."""
    give_way()
    db.connect(settings.database_url)
    keyring.load(data_secrets(settings))
    clock.offset_file = settings.clock_file if settings.now else None
    queue.connect(settings.redis_url)
    redis = Redis.from_url(settings.redis_url)
    SweepingWorker.settings = settings
    while not SweepingWorker.is_stopping:
        try:
            worker = SweepingWorker([queue.rq_queue(redis)], connection=redis, serializer=JSONSerializer)
            worker.work(logging_level="WARNING")
        except queue.NO_REDIS as error:
            log.warning("Redis does not answer: %s", error)
        except (StopRequested, Stopped):
            return
        time.sleep(0 if SweepingWorker.is_stopping else 1)


class Stopped(BaseException):
    """Somebody asked to stop. No step of a sweep may take it for a failure of its own, hence no Exception."""


class SweepingWorker(Worker):
    """An RQ worker that sweeps at its start and every five seconds while it waits.

    It sweeps between jobs, in the thread that forks: with a second thread a fork could copy a lock or a
    database connection in the middle of its use.
    """

    settings: Settings
    queue_class = queue.WakefulQueue
    max_connection_wait_time = 5.0
    is_stopping = False
    swept_at = -math.inf

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Stop after the job that runs now; the second signal ends the job, too."""
        SweepingWorker.is_stopping = True
        try:
            super().request_stop(signum, frame)
        except StopRequested:
            raise Stopped from None

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """Wait for the next job; sweep first and whenever none came for a while."""
        while True:
            try:
                self._sweep()
                found = super().dequeue_job_and_maintain_ttl(timeout, max_idle_time=SWEEP_SECONDS)
                if found is not None:
                    return found
            except queue.NO_REDIS as error:
                log.warning("Redis does not answer: %s", error)
                time.sleep(1)
            except Stopped:
                raise StopRequested from None

    def _sweep(self) -> None:
        """Do what waits, one thing after the other; what breaks is logged and holds up neither others nor jobs."""
        for step in self._steps():
            try:
                step()
            except queue.NO_REDIS:
                raise
            except Exception:
                log.exception("A step of the sweep broke")
            finally:
                db.close()

    def _steps(self) -> tuple[Callable[[], object], ...]:
        settings = self.settings
        return (
            self._sweep_storage,
            periodic.run_due,
            partial(deliveries.send_due, settings),
            partial(verifications.verify_due, settings),
            partial(appeals.hand_over_due, settings),
            hardening.harden_some,
            partial(data_copy.remove_due, settings),
            partial(papers.remove_discarded, settings),
            closures.close_due,
            partial(sweeper.sweep, self.connection),  # last: codes and mail go out while Redis is away
        )

    def _sweep_storage(self) -> None:
        """Remove what killed processes left in the storage, once in an hour."""
        if time.monotonic() - SweepingWorker.swept_at < LEFTOVER_SECONDS:
            return
        SweepingWorker.swept_at = time.monotonic()
        try:
            storage_from_url(self.settings.storage_url).sweep_temp(LEFTOVER_SECONDS)
        except OSError as error:
            log.warning("Temporary files could not be swept: %s", error)

    def fork_work_horse(self, job: Job, queue: Queue) -> None:
        """Fork without database connections: parent and child must not share one."""
        db.close()
        db.engine.dispose()
        self._parent = os.getpid()
        super().fork_work_horse(job, queue)

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """Run the job in the child, which ends with its worker: the lease is soon free again."""
        die_with_parent(self._parent, signal.SIGKILL)
        super().main_work_horse(job, queue)

    def handle_work_horse_killed(self, job: Job, retpid: int, ret_val: int, rusage: Any) -> None:
        """Free the job of a child that died, so that the next sweep finds it."""
        db.start_writing()
        queue.release(db.session(), uuid.UUID(job.id), datetime.now(UTC))
        db.session.commit()
        db.close()

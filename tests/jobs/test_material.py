import uuid

import pytest
from sqlalchemy.orm import Session

import jobs.material
from jobs import queue, tasks
from models.job import Job
from tests.build import NOW


@pytest.fixture
def job(session: Session) -> Job:
    """A job whose version is gone: its draft was removed while the job waited."""
    job = Job(id=uuid.uuid4(), task="generate_material", target_id=uuid.uuid4(), created_at=NOW)
    session.add(job)
    session.commit()
    return job


def test_the_job_of_a_removed_draft_ends(session: Session, job: Job) -> None:
    job_id = str(job.id)
    session.commit()
    tasks.run(job_id)
    assert (job.state, job.attempts) == ("done", 1)


def test_giving_up_the_job_of_a_removed_draft_ends_it(session: Session, job: Job) -> None:
    job.attempts = queue.MAX_ATTEMPTS
    assert queue.give_up(session, job.id, NOW) is not None
    tasks.TASKS[job.task].gave_up(session, job.target_id)
    session.commit()
    session.refresh(job)
    assert job.state == "failed"
    assert jobs.material.GAVE_UP

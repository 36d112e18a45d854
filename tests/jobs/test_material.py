import threading
import time
import uuid
from types import SimpleNamespace

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

import jobs.material
from config import Settings
from extensions import db
from filings.snapshot import values_of
from filings.submission import offered_offices
from jobs import queue, tasks
from models.event import Actor
from models.filing import Filing
from models.job import Job
from models.material_version import MaterialVersion
from tests.build import NOW
from tests.submitting import complete_filing, finished_version

PATIENCE = 30  # seconds; on a busy machine everything takes longer


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


def test_a_version_that_is_just_being_submitted_keeps_its_pdf(
    session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest of five is handed in while the job of the fifth asks which of them may go."""
    monkeypatch.setattr("config.Settings.from_env", lambda *ignored: settings)
    is_built = threading.Event()

    def build(*_about: object) -> SimpleNamespace:
        is_built.set()
        return SimpleNamespace(size=1, pages=1)

    monkeypatch.setattr(jobs.material, "build", build)
    filing = complete_filing(session)
    oldest, second, *_, newest = [finished_version(session, filing).id for _ in range(5)]
    filing_id = filing.id
    session.rollback()
    db.start_writing()
    submitted = db.session.scalars(
        select(Filing).where(Filing.id == filing_id).with_for_update(key_share=True)
    ).one()
    version = db.session.get_one(MaterialVersion, oldest)
    office = offered_offices(db.session(), submitted)[0]
    submitted.submit(version, office, values_of(version.snapshot), Actor(None, "测试", "legal"), NOW)
    db.session.flush()
    job = threading.Thread(target=generate, args=[newest])
    job.start()
    assert is_built.wait(PATIENCE)
    wait_until_blocked(job)
    db.session.commit()
    db.close()
    job.join(PATIENCE)
    kept = [session.get_one(MaterialVersion, one).pdf_removed_at is None for one in (oldest, second, newest)]
    assert kept == [True, False, True]


def generate(version_id: uuid.UUID) -> None:
    jobs.material.generate(db.session(), version_id)
    db.session.commit()
    db.close()


def wait_until_blocked(job: threading.Thread) -> None:
    """Wait until the job waits for a lock or is done; on SQLite it waits for its turn, which nobody sees."""
    if db.engine.dialect.name == "sqlite":
        return
    blocked = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    deadline = time.monotonic() + PATIENCE
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while job.is_alive() and not connection.scalar(blocked):
            assert time.monotonic() < deadline, "the job neither waits nor ends"
            time.sleep(0.01)

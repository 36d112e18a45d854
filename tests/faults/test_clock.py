"""The real clock of the machine is set a day ahead or back while the product works, and put right again."""

import os
import signal
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import select

from jobs.queue import LEASE
from models.job import Job
from ops import redis_server
from tests import completing, served
from tests.faults.desks import CompleteDesk
from tests.faults.http_clerk import HttpClerk
from tests.faults.jumping import JumpingClock
from tests.faults.site import Site, running, url_on

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("failpoints")]

LOGIN = "gz_qihang"
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> JumpingClock:
    return JumpingClock(tmp_path_factory.mktemp("clock"))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(
    request: pytest.FixtureRequest, clock: JumpingClock, sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:  # fmt: skip
    url = url_on(request.param, "clock", request)
    folder = tmp_path_factory.mktemp("clock") / "var"
    with running(folder, sqlite_template, url, **clock.variables) as site:
        yield site


@pytest.fixture
def desk(site: Site, clock: JumpingClock) -> Iterator[CompleteDesk]:
    yield CompleteDesk(site, LOGIN)
    site.disarm()
    clock.jump(timedelta())


def newest_job(desk: CompleteDesk) -> Job:
    with desk.site.session() as session:
        return session.scalars(select(Job).where(Job.target_id == desk.versions()[-1].id)).one()


def has_begun(desk: CompleteDesk, point: str) -> None:
    """Ask for a version and wait until its job stands at the point."""
    desk.site.arm(point, "pause")
    assert desk.generate(uuid.uuid4().hex).status_code == 303
    served.wait_until(lambda: desk.site.was_reached(point), desk.site.served.said)


def is_generated(desk: CompleteDesk, attempts: int = 1) -> None:
    """Let the newest version be finished; it is there once, and so is its result."""
    version, count = desk.wait_for_pdf(), len(desk.versions())
    served.wait_until(lambda: newest_job(desk).state == "done", desk.site.served.said)
    assert newest_job(desk).attempts == attempts
    answer = desk.clerk.get(f"{desk.filing}/materials/{version.version_no}.pdf")
    assert (answer.status_code, len(answer.data)) == (200, version.pdf_size)
    assert len(desk.versions()) == count


def status(clerk: HttpClerk, desk: CompleteDesk) -> int:
    return clerk.get(f"{desk.filing}/venue_rows").status_code


@pytest.mark.parametrize("by", [DAY, -DAY], ids=["ahead", "back"])
def test_a_clock_that_is_set_wrong_and_right_again_loses_no_job_and_no_session(
    by: timedelta, clock: JumpingClock, site: Site, desk: CompleteDesk, print_figure: Callable[[str], None]
) -> None:
    before = desk.clerk
    has_begun(desk, "evidence_merged")
    clock.jump(by)
    is_renewed(desk, clock.now)
    # A session that nobody used for a day is over, by its rule; one of tomorrow is not.
    assert status(before, desk) == (401 if by == DAY else 200)
    desk.clerk = meanwhile = site.sign_in(LOGIN, clock.now())
    site.disarm()
    is_generated(desk)
    assert desk.save_row("meanwhile").status_code == 200
    site.arm("pages_stamped", "exit")  # a worker that dies now
    desk.generate(uuid.uuid4().hex)
    is_generated(desk, attempts=2)

    has_begun(desk, "manuscript_set")
    clock.jump(timedelta())
    assert (status(before, desk), status(meanwhile, desk)) == (200, 200 if by == DAY else 401)
    desk.clerk = before
    before.csrf = ""  # a form that was open when the clock was set back is refused, and opened again
    is_renewed(desk, clock.now)
    site.disarm()
    is_generated(desk)
    hand_in(desk)
    assert site.troubles() == []
    assert [code for one in (before, meanwhile) for code in one.statuses if code >= 500] == []
    print_figure(
        f"{site.engine.dialect.name}: {by.days:+} day and right again, {len(desk.versions())} versions, 0 lost"
    )


def is_renewed(desk: CompleteDesk, now: Callable[[], datetime]) -> None:
    """Wait until the lease of the running job ends soon by the clock that was set."""

    def ends_soon() -> bool:
        until = newest_job(desk).lease_until
        return until is not None and timedelta() < until - now() <= LEASE

    served.wait_until(ends_soon, lambda: f"{newest_job(desk).lease_until}, now {now()}")


def hand_in(desk: CompleteDesk) -> None:
    office = completing.offices(desk.clerk, desk.filing)[0]  # type: ignore[arg-type]
    before = desk.submissions()
    assert desk.submit(office, uuid.uuid4().hex).status_code == 303
    assert desk.submissions() == before + 1


def test_a_worker_that_waits_goes_on_sweeping_when_the_clock_is_set_back(
    clock: JumpingClock, site: Site, desk: CompleteDesk
) -> None:
    clock.jump(-DAY)
    desk.clerk = site.sign_in(LOGIN, clock.now())
    [worker] = site.served.processes("ops.cli worker")
    os.kill(worker, signal.SIGSTOP)  # so that Redis forgets the job before the worker hears of it
    desk.generate(uuid.uuid4().hex)
    with Redis.from_url(redis_server.url(site.settings.data_dir)) as redis:
        redis.flushall()
    os.kill(worker, signal.SIGCONT)
    is_generated(desk)

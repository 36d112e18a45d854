"""Redis emptied, clocks that jump, connections that are dropped, under the running product."""

import os
import signal
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import func, select, text

from clock import Clock
from models.event import Event
from ops import redis_server
from tests import completing, served
from tests.build import NOW
from tests.faults.desks import CompleteDesk
from tests.faults.site import Site, running

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("failpoints")]


@pytest.fixture(scope="module")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(tmp_path_factory.mktemp("outages") / "var", sqlite_template) as site:
        yield site


@pytest.fixture(scope="module")
def desk(site: Site) -> CompleteDesk:
    return CompleteDesk(site, "gz_qihang")


def office(desk: CompleteDesk) -> str:
    return completing.offices(desk.clerk, desk.filing)[0]  # type: ignore[arg-type]


def business_clock(site: Site) -> Clock:
    clock = Clock()
    clock.offset_file = site.settings.clock_file
    return clock


def test_a_job_that_redis_forgot_is_done(site: Site, desk: CompleteDesk) -> None:
    [worker] = site.served.processes("ops.cli worker")
    os.kill(worker, signal.SIGSTOP)  # so that it does not hear of the job before Redis forgets it
    desk.generate(uuid.uuid4().hex)
    with Redis.from_url(redis_server.url(site.settings.data_dir)) as redis:
        redis.flushall()
    os.kill(worker, signal.SIGCONT)
    desk.wait_for_pdf()
    assert site.troubles() == []


def test_a_business_clock_that_jumps_while_a_job_runs_ends_neither_job_nor_session(
    site: Site, desk: CompleteDesk
) -> None:
    clock = business_clock(site)
    here = clock.now()
    site.arm("evidence_merged", "pause")
    desk.generate(uuid.uuid4().hex)
    served.wait_until(lambda: site.was_reached("evidence_merged"), site.served.said)
    clock.move_to(here + timedelta(days=400))
    site.disarm()
    assert desk.wait_for_pdf().has_pdf
    answer = desk.submit(office(desk), uuid.uuid4().hex)
    assert (answer.status_code, "不在申报时间内" in answer.text) == (422, True)
    clock.move_to(here - timedelta(days=2))
    assert desk.save_row("before").status_code == 200
    desk.generate(uuid.uuid4().hex)
    desk.wait_for_pdf()
    clock.move_to(here)
    before = desk.submissions()
    assert desk.submit(office(desk), uuid.uuid4().hex).status_code == 303
    assert desk.submissions() == before + 1
    desk.take_back()
    assert site.troubles() == []
    assert desk.clerk.statuses.get(500) is None


@pytest.mark.parametrize("days", [-8, 10])
def test_a_restart_never_turns_the_business_clock_back(days: int, site: Site, desk: CompleteDesk) -> None:
    site.kill_all()
    site.served.variables["HATCHERY_NOW"] = (NOW + timedelta(days=days)).isoformat()
    site.served.start()
    with site.session() as session:
        newest: datetime = session.execute(select(func.max(Event.at))).scalar_one()
    assert business_clock(site).now() >= max(newest, NOW + timedelta(days=days))
    assert desk.save_row(f"{days}").status_code == 200
    assert site.troubles() == []


def test_postgresql_drops_every_connection_in_the_middle_of_a_job(
    postgres_cluster, tmp_path: Path, sqlite_template: Path  # type: ignore[no-untyped-def]
) -> None:  # fmt: skip
    postgres_cluster.create("outages", "template")
    with running(tmp_path / "var", sqlite_template, postgres_cluster.url("outages")) as site:
        desk = CompleteDesk(site, "gz_qihang")
        for point in ("job_claimed", "evidence_merged", "pdf_written", "result_noted"):
            site.arm(point, "pause")
            desk.generate(uuid.uuid4().hex)
            served.wait_until(lambda: site.was_reached(point), site.served.said)  # noqa: B023
            with site.session() as session:
                session.execute(
                    text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                         " WHERE datname = 'outages' AND pid <> pg_backend_pid()")
                )  # fmt: skip
            site.disarm()
            desk.wait_for_pdf()
            assert desk.save_row(point).status_code == 200
        assert site.troubles() == []
        assert desk.clerk.statuses.get(500) is None

"""Nothing of a killed server lies about after the next start."""

import time
from pathlib import Path

import pytest

from jobs.queue import LEASE
from tests import served
from tests.faults.desks import CompleteDesk
from tests.faults.site import running

pytestmark = pytest.mark.xdist_group("failpoints")


@pytest.mark.long
def test_no_temporary_file_outlives_the_next_start(tmp_path: Path, sqlite_template: Path) -> None:
    with running(tmp_path / "var", sqlite_template) as site:
        desk = CompleteDesk(site, "gz_qihang")
        site.arm("pdf_written", "pause")
        desk.generate("one")
        served.wait_until(lambda: site.was_reached("pdf_written"), site.served.said)
        [leftover] = site.temporary_files()
        site.kill_all()
        site.disarm()
        site.served.start()
        assert leftover not in site.temporary_files()
        started = time.monotonic()
        assert desk.wait_for_pdf().has_pdf
        assert time.monotonic() - started < LEASE.total_seconds(), "the job waited for its dead worker"
        assert site.temporary_files() == []
        assert site.troubles() == []

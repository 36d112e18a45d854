"""The supervisor by itself."""

import contextlib
import os
import signal
import sys

import pytest

from ops.supervisor import Program, Supervisor


def test_a_log_on_a_full_disk_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    log = open("/dev/full", "w", encoding="utf-8")  # noqa: SIM115 - to close it fails, too
    monkeypatch.setattr(sys, "stderr", log)
    supervisor = Supervisor()
    supervisor.start(Program("echo", ["/bin/echo", "something"], dict(os.environ), signal.SIGKILL))
    program = supervisor.programs[0]
    assert supervisor.run(until=lambda: program.failures == 1)  # it spoke, ended, and will be started again
    supervisor.stop()
    with contextlib.suppress(OSError):
        log.close()

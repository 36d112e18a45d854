"""`hatchery serve` with real processes."""

import os
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.served import COMMAND, ROOT, Served, environment, free_port, wait_until

pytestmark = pytest.mark.xdist_group("browser")  # they share the prepared demo
Serve = Callable[[], Served]


@pytest.fixture
def serve(demo_installation: Path, tmp_path: Path) -> Iterator[Serve]:
    """Starts a copy of the demo; called twice, two copies side by side."""
    copies: list[Served] = []

    def start() -> Served:
        data_dir = tmp_path / f"copy {len(copies) + 1}"
        shutil.copytree(demo_installation, data_dir)
        copies.append(Served(data_dir))
        return copies[-1].start()

    yield start
    for copy in copies:
        if copy.process.poll() is None:
            copy.stop()


def test_it_says_where_it_is_and_who_may_sign_in(serve: Serve) -> None:
    served = serve()
    said = served.said()
    assert f"孵化申报已启动：{served.url}" in said
    assert "gz_qihang" in said
    assert "Hatchery-2021-demo" in said
    complaints = [line for line in said.splitlines() if "worker |" in line and " INFO " not in line]
    assert complaints == []
    assert status(served) == 200
    served.stop(signal.SIGINT)
    assert served.processes() == []
    assert served.process.returncode == 0


def test_the_dead_are_started_again(serve: Serve) -> None:
    served = serve()
    for name in ("redis-server", "ops.cli worker", "ops.cli web"):
        before = set(served.processes(name))
        assert before, name
        for process in before:
            os.kill(process, signal.SIGKILL)
        wait_until(lambda: set(served.processes(name)) - before, served.said)  # noqa: B023
    wait_until(lambda: status(served) == 200, served.said)


def test_nothing_is_left_when_the_supervisor_is_killed(serve: Serve) -> None:
    served = serve()
    wait_until(lambda: len(served.processes()) >= 5)  # redis, worker, web and its two workers
    served.stop(signal.SIGKILL)
    wait_until(lambda: served.processes() == [], lambda: str(served.processes()))


def test_two_copies_run_side_by_side_but_not_on_one_data_folder(serve: Serve) -> None:
    first, second = serve(), serve()
    assert status(first) == status(second) == 200
    again = subprocess.run(
        [*COMMAND, "serve"], cwd=ROOT, capture_output=True, text=True, check=False,
        env=environment(first.data_dir) | {"HATCHERY_PORT": str(free_port())},
    )  # fmt: skip
    assert again.returncode == 1
    assert "正由另一个 hatchery serve 使用" in again.stderr
    assert status(first) == 200


def test_a_taken_port_is_named(serve: Serve, tmp_path: Path) -> None:
    first = serve()
    again = subprocess.run(
        [*COMMAND, "serve"], cwd=ROOT, capture_output=True, text=True, check=False,
        env=environment(tmp_path / "other") | {"HATCHERY_PORT": str(first.port)},
    )  # fmt: skip
    assert again.returncode == 1
    assert f"端口 {first.port} 已被占用" in again.stderr


def status(served: Served) -> int:
    try:
        with urllib.request.urlopen(f"{served.url}/readyz", timeout=5) as answer:
            return int(answer.status)
    except OSError:
        return 0

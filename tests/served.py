"""The whole product as `hatchery serve` runs it, for tests."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-m", "ops.cli"]
PATIENCE = 120  # seconds; on a busy machine everything takes longer


class Served:
    """One running copy of the product, with its data in `data_dir`."""

    def __init__(self, data_dir: Path, **variables: str) -> None:
        self.data_dir, self.variables = data_dir, variables
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data_dir / "serve.log"

    @property
    def environment(self) -> dict[str, str]:
        return environment(self.data_dir) | self.variables | {"HATCHERY_PORT": str(self.port)}

    def start(self) -> "Served":
        """Start it and wait until it says that it is ready."""
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*COMMAND, "serve"], cwd=ROOT, stdout=log, stderr=subprocess.STDOUT,
                env=self.environment,
            )  # fmt: skip
        wait_until(lambda: "\nready\n" in self.said() or self.process.poll() is not None, self.said)
        assert self.process.poll() is None, self.said()
        return self

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run another `hatchery` command on the same data."""
        return subprocess.run([*COMMAND, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True,
                              check=False)  # fmt: skip

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.process.wait(PATIENCE)

    def said(self) -> str:
        return self.log.read_text("utf-8")

    def processes(self, pattern: str = "") -> list[int]:
        """Return the processes of this copy, the supervisor aside, whose command line has `pattern`."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                variables = (folder / "environ").read_bytes().split(b"\0")
                is_zombie = re.search(r"^State:\s+Z", (folder / "status").read_text(), re.MULTILINE)
            except OSError:  # it ended, or is somebody else's
                continue
            # Redis writes its title over its environment; the title names its socket.
            ours = f"HATCHERY_DATA_DIR={self.data_dir}".encode() in variables or str(self.data_dir) in command
            if ours and not is_zombie and pattern in command and int(folder.name) != self.process.pid:
                found.append(int(folder.name))
        return found


def environment(data_dir: Path) -> dict[str, str]:
    """The environment of a demo in `data_dir`, without what the developer has set."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HATCHERY_")}
    return inherited | {"HATCHERY_ENV": "demo", "HATCHERY_DATA_DIR": str(data_dir)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(done, explain=lambda: "it took too long") -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline, explain()
        time.sleep(0.05)

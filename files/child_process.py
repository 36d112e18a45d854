"""Start the limited child, wait for it, and end it and its offspring when its time is over."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from files.isolation import WALL_SECONDS
from files.refusals import busy

TURN_SECONDS = 25
_ROOT = Path(__file__).resolve().parent.parent
_LONGEST_ANSWER = 65_536
# What a child itself does or takes too much of ends it by other signals.
_FROM_OUTSIDE = {signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGKILL, signal.SIGALRM}


@dataclass(frozen=True)
class Ended:
    """How the child ended: `code` as in subprocess, None when it was killed for taking too long.

    What costs too much dies of its limit of processor time, which is below that of the clock: a child comes to
    the end of the clock's only on a machine that has too much to do.
    """

    code: int | None
    answer: bytes
    complaint: str

    @property
    def was_cut_short(self) -> bool:
        """Say whether the child was ended from outside, by the clock, a restart or a lack of memory: no fault of the file."""
        return self.code is None or -self.code in _FROM_OUTSIDE


@contextmanager
def turn(places: threading.Semaphore) -> Iterator[None]:
    """Hold one of the places; Refused when none is free before browsers and proxies give the request up."""
    if not places.acquire(timeout=TURN_SECONDS):
        raise busy()
    try:
        yield
    finally:
        places.release()


def run_child(
    arguments: list[str], folder: Path, entry: str = "files.admission_child", seconds: float | None = None
) -> Ended:
    """Run the module `entry` in a private folder, with nothing of our environment, for `seconds`, by default WALL_SECONDS."""
    answer, complaint = folder / "answer", folder / "complaint"
    with answer.open("wb") as stdout, complaint.open("wb") as stderr:
        # Files instead of pipes: what the child writes counts against its own file size limit.
        child = subprocess.Popen(  # noqa: S603 - our own program, no text of a user
            command(arguments, entry),
            cwd=folder,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
        code = _wait_or_kill(child, WALL_SECONDS if seconds is None else seconds)
    return Ended(code, _start_of(answer), _start_of(complaint).decode("utf-8", "replace"))


def command(arguments: list[str], entry: str) -> list[str]:
    """The command line: no user site-packages, no module from the working folder, UTF-8 throughout."""
    return [sys.executable, "-s", "-P", "-X", "utf8", "-m", entry, *arguments]


def _environment(folder: Path) -> dict[str, str]:
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "PYTHONPATH": str(_ROOT),
    }


def _wait_or_kill(child: subprocess.Popen[bytes], seconds: float) -> int | None:
    try:
        return child.wait(seconds)
    except subprocess.TimeoutExpired:
        _kill(child)
        return None
    except BaseException:
        _kill(child)
        raise


def _kill(child: subprocess.Popen[bytes]) -> None:
    """Kill the child's whole group, before the child is reaped and its number can be given again."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _start_of(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_LONGEST_ANSWER)

"""Keeps a few programs running: starts them, shows what they say, restarts the dead, stops all."""

import contextlib
import functools
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import IO

from jobs.child import die_with_parent

TICK_SECONDS = 0.1
STEADY_SECONDS = 30  # who lived that long was not broken from the start
LONGEST_PAUSE = 30.0
GRACE_SECONDS = 12


@dataclass(eq=False)
class Program:
    """A program to keep running; the kernel sends it `orphan_signal` when the supervisor is killed."""

    name: str
    command: list[str]
    environment: dict[str, str]
    orphan_signal: signal.Signals
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    failures: int = 0
    half_line: bytes = b""

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


@dataclass
class Supervisor:
    """One thread does everything, so that forking is safe and no child outlives the one who started it."""

    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    programs: list[Program] = field(default_factory=list)
    is_stopping: bool = False

    def catch_signals(self) -> None:
        """Stop on Ctrl-C, SIGTERM and a closed terminal."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop_on_signal)

    def start(self, program: Program) -> None:
        """Start a program and keep it running from now on."""
        if program not in self.programs:
            self.programs.append(program)
        program.process = subprocess.Popen(  # noqa: S603 - our own programs
            program.command, env=program.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            preexec_fn=functools.partial(die_with_parent, os.getpid(), program.orphan_signal),
        )  # fmt: skip
        program.started_at = time.monotonic()
        output = program.process.stdout
        assert output is not None  # noqa: S101 - it is a pipe
        os.set_blocking(output.fileno(), False)
        self.selector.register(output, selectors.EVENT_READ, (program, output))

    def run(self, until: Callable[[], bool]) -> bool:
        """Look after the programs until `until` holds (True) or we are told to stop (False)."""
        while not self.is_stopping:
            self._tick()
            if until():
                return True
        return False

    def stop(self) -> None:
        """Stop all programs, with time to end their work; the one started first outlives the others."""
        self._end(self.programs[1:])
        self._end(self.programs[:1])
        for key in list(self.selector.get_map().values()):
            self._show(*key.data)

    def _end(self, programs: list[Program]) -> None:
        running = [program.process for program in programs if program.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        while any(process.poll() is None for process in running) and time.monotonic() < deadline:
            self._read()
        for process in running:
            process.kill()
            process.wait()

    def _tick(self) -> None:
        self._read()
        now = time.monotonic()
        for program in self.programs:
            if program.process is not None and not program.is_running:
                self._bury(program, now)
            if program.process is None and now >= program.start_at and not self.is_stopping:
                self.start(program)

    def _bury(self, program: Program, now: float) -> None:
        """Note that the program died, and when to start it again: later every time it dies young."""
        assert program.process is not None  # noqa: S101 - the caller looked
        program.failures = 0 if now - program.started_at > STEADY_SECONDS else program.failures + 1
        pause = min(LONGEST_PAUSE, 0.25 * 2**program.failures)
        self._say(program, f"ended with {program.process.returncode}, starting again in {pause:.1f} s")
        program.process, program.start_at = None, now + pause

    def _read(self) -> None:
        for key, _events in self.selector.select(TICK_SECONDS):
            self._show(*key.data)

    def _show(self, program: Program, output: IO[bytes]) -> None:
        """Show the whole lines that have come, each with the program's name."""
        while (chunk := output.read(65_536)) is not None:
            *lines, program.half_line = (program.half_line + chunk).split(b"\n")
            for line in lines:
                self._say(program, line.decode("utf-8", "replace"))
            if not chunk:
                self.selector.unregister(output)
                output.close()
                return

    def _say(self, program: Program, line: str) -> None:
        # A log on a full disk, or a terminal that is gone, is no reason to stop everything.
        with contextlib.suppress(OSError):
            print(f"{program.name:>6} | {line}", file=sys.stderr, flush=True)

    def _stop_on_signal(self, number: int, frame: FrameType | None) -> None:
        self.is_stopping = True

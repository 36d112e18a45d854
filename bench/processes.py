"""P10: what a second web process brings on PostgreSQL.

One more web machine brings its own cores; here all share two. So each web process is held to a share of one
core, by stopping and continuing it ten times a second as `cpulimit` does, and the database and the load get the
rest. Beside it the ratio without any limit, where the load and the database take from what two processes could
use: `taskset` pins the load to the last core.
"""

import asyncio
import contextlib
import os
import signal
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from bench.crowd import Seat, seat, typed
from bench.load import hammer
from bench.measure import Report, seconds_used
from bench.places import connected, database, demo_data, folder, product, settings_in, web_processes
from config import Settings
from extensions import db

CONNECTIONS, SHARE, SLICE = 16, 0.3, 0.1


def run(report: Report, options: Any) -> None:
    """Rows changed a second with 1 and with 2 processes, A B A B …"""
    with folder() as where, database("postgresql", where) as url:
        settings = settings_in(where, url)
        demo_data(settings)
        connected(settings)
        with Session(db.engine) as session:
            seats = [seat(session, 10) for _ in range(CONNECTIONS)]
        db.close()
        db.engine.dispose()
        rates: dict[tuple[int, bool], list[float]] = {
            (count, held): [] for count in (1, 2) for held in (True, False)
        }
        for _ in range(options.rounds):
            for count, held in rates:
                rates[count, held].append(
                    _rate(replace(settings, web_workers=count), seats, options.seconds, held)
                )
    for held in (True, False):
        one, two = (statistics.median(rates[count, held]) for count in (1, 2))
        how = (
            f"each held to {SHARE:.0%} of a core"
            if held
            else "without a limit: load and database share the 2 cores"
        )
        report.say(f"rows changed a second with 1 and 2 web processes, {how}", f"{one:.0f} → {two:.0f} ({two / one:.2f}×)", "1×",
                   "≥ 1.8×" if held else "", two >= 1.8 * one if held else None)  # fmt: skip


def _rate(settings: Settings, seats: list[Seat], seconds: float, held: bool) -> float:
    works = [
        (one.token, f"{one.filing}/venue_rows", f"{one.filing}/venue_rows/{one.rows[0]}", typed(3))
        for one in seats
    ]
    with product(settings) as running, _last_core():
        workers = web_processes(running)[1:]
        cookie = f"hatchery_{running.settings.port}_session"
        asyncio.run(hammer(running.url, works, 1, cookie))
        with _held(workers) if held else contextlib.nullcontext():
            load = asyncio.run(hammer(running.url, works, seconds, cookie))
    return load.rate


@contextmanager
def _last_core() -> Iterator[None]:
    """Keep the load, this process, on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    yield
    os.sched_setaffinity(0, before)


@contextmanager
def _held(pids: list[int]) -> Iterator[None]:
    """Let each process use SHARE of a core and not more, by its own processor time."""
    ended = threading.Event()
    threads = [threading.Thread(target=_hold, args=(pid, ended), daemon=True) for pid in pids]
    for thread in threads:
        thread.start()
    yield
    ended.set()
    for thread in threads:
        thread.join()


def _hold(pid: int, ended: threading.Event) -> None:
    begun, used = time.monotonic(), seconds_used([pid])
    while not ended.wait(SLICE / 10):
        ahead = seconds_used([pid]) - used - SHARE * (time.monotonic() - begun)
        os.kill(pid, signal.SIGSTOP if ahead > 0 else signal.SIGCONT)
    os.kill(pid, signal.SIGCONT)

"""P9: the hour before the deadline, by the clerks of `clerks.py`.

Each of the editing clerks acts, then thinks for 5 to 10 seconds (evenly spread), so 200 of them save some 25
times a second. Of 20 acts 8 change a row, 4 add one, 2 remove one, 4 save a tab, 2 open a page. Each of the
generating clerks has a copy of the demo's complete filing (100 residents, more than 200 attachments), presses
下载材料, asks every 2 seconds as the page does, fetches the PDF, changes a row, thinks, and starts over.

The floor is the same editing crowd at bare Flask with raw sqlite3, for a minute right after the hour.
"""

import asyncio
import os
import random
import uuid
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench import bare
from bench.clerks import ROWS, Clerk, Ledger
from bench.crowd import Seat, demo_filing, seat, seat_with_copy, typed
from bench.measure import Report, milliseconds, percentile, seconds_used, with_children
from bench.places import (
    Product,
    connected,
    database,
    demo_data,
    examined,
    folder,
    product,
    settings_in,
    web_processes,
    worker_processes,
)
from bench.wire import Browser
from extensions import db
from models.makerspace_filing import MakerspaceFiling
from models.material_version import MaterialVersion
from models.venue import Venue

EDITING, GENERATING = 200, 20
LOCKED = "database is locked"
FLOOR_SECONDS = 60.0


def run(report: Report, options: Any) -> None:
    """Let the hour pass on each database."""
    for kind in options.databases:
        with folder() as where, database(kind, where) as url:
            settings = settings_in(where, url)
            demo_data(settings)
            connected(settings)
            with Session(db.engine) as session:
                editing = [seat(session, ROWS) for _ in range(EDITING)]
                generating = [seat_with_copy(session, demo_filing(session)) for _ in range(GENERATING)]
            db.close()
            db.engine.dispose()
            with product(settings) as running:
                _hour(report, options, kind, running, editing, generating, where)


def _hour(
    report: Report, options: Any, kind: str, running: Product, editing: list[Seat], generating: list[Seat],
    where: Path,
) -> None:  # fmt: skip
    ledger, before = Ledger(), _seconds(running)
    asyncio.run(_everybody(running, ledger, editing, generating, options.minutes * 60))
    used = {name: after - before[name] for name, after in _seconds(running).items()}
    floor, used["bare web"] = _floor(where / "bare.sqlite3", min(options.minutes * 60, FLOOR_SECONDS))
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[kind]
    _say_times(report, name, options.minutes, ledger, floor)
    _say_losses(report, name, running, ledger)
    report.say(
        f"{name}: processor seconds", ", ".join(f"{who} {seconds:.0f}" for who, seconds in used.items())
    )
    report.say(f"{name}: load of the machine at the end", f"{os.getloadavg()[0]:.1f}")
    report.say(f"{name}: hatchery doctor --deep", examined(running.settings))


def _say_times(report: Report, name: str, minutes: float, ledger: Ledger, floor: Ledger) -> None:
    report.say(
        f"{name}: minutes, saves, pages opened, PDFs made",
        f"{minutes:g}, {len(ledger.saves)}, {len(ledger.opened)}, {len(ledger.books)}",
    )
    p95 = percentile(ledger.saves, 0.95)
    report.say(
        f"{name}: a save, p50 / p95 / p99", _spread(ledger.saves, 0.5, 0.95, 0.99),
        f"{_spread(floor.saves, 0.5, 0.95, 0.99)} of {len(floor.saves)} saves", "p95 ≤ 300 ms", p95 <= 0.3,
    )  # fmt: skip
    report.say(
        f"{name}: a page or a poll, p50 / p95", _spread(ledger.opened, 0.5, 0.95),
        _spread(floor.opened, 0.5, 0.95),
    )  # fmt: skip
    if ledger.books:
        waited = sorted(ledger.books)
        report.say(
            f"{name}: from 下载材料 to the PDF, 20 waiting, median / longest",
            f"{waited[len(waited) // 2]:.0f} s / {waited[-1]:.0f} s",
        )


def _say_losses(report: Report, name: str, running: Product, ledger: Ledger) -> None:
    lost = _lost(running, ledger)
    acknowledged = f"{name}: acknowledged and lost, of {ledger.things} things"
    report.say(acknowledged, str(lost), "", "0", lost == 0)
    locked = running.said().count(LOCKED)
    report.say(f"{name}: database is locked", str(locked), "", "0", locked == 0)
    report.say(
        f"{name}: answers other than 200",
        ", ".join(f"{what}: {n}" for what, n in ledger.refused.items()) or "none",
        "",
        "none",
        not ledger.refused,
    )


def _spread(seconds: list[float], *shares: float) -> str:
    return " / ".join(milliseconds(percentile(seconds, share)) for share in shares)


def _floor(file: Path, seconds: float) -> tuple[Ledger, float]:
    """Let as many clerks edit at the bare program; what they saw, and the seconds of processor it took."""
    ledger = Ledger()
    with bare.server(file) as at:
        processes = with_children(at.pid)
        before = seconds_used(processes)
        asyncio.run(_bare_crowd(at.url, ledger, seconds))
        return ledger, seconds_used(processes) - before


async def _bare_crowd(url: str, ledger: Ledger, seconds: float) -> None:
    until = asyncio.get_running_loop().time() + seconds
    clerks = [Clerk(Browser(url), _bare_seat(place), ledger, random.Random(place), _bare_rows(place))
              for place in range(EDITING)]  # fmt: skip
    await asyncio.gather(*(one.work(until) for one in clerks))


@dataclass(frozen=True)
class BareSeat:
    """A place at the program without filings: its one table is everybody's."""

    filing_id: uuid.UUID
    filing: str = ""


def _bare_seat(place: int) -> Any:
    return BareSeat(uuid.UUID(int=place))


def _bare_rows(place: int) -> list[Any]:
    return [f"row-{(place * ROWS + number) % bare.ROWS}" for number in range(ROWS)]


async def _everybody(
    running: Product, ledger: Ledger, editing: list[Seat], generating: list[Seat], seconds: float
) -> None:
    until = asyncio.get_running_loop().time() + seconds
    editors = [_clerk(running, ledger, one, place) for place, one in enumerate(editing)]
    makers = [_clerk(running, ledger, one, -1 - place) for place, one in enumerate(generating)]
    await asyncio.gather(*(one.work(until) for one in editors), *(one.generate(until) for one in makers))


def _clerk(running: Product, ledger: Ledger, seated: Seat, place: int) -> Clerk:
    cookies = {f"hatchery_{running.settings.port}_session": seated.token}
    return Clerk(Browser(running.url, cookies), seated, ledger, random.Random(place), list(seated.rows))


def _seconds(running: Product) -> dict[str, float]:
    """Processor seconds so far of the web, the worker (with the jobs it has ended), and this process."""
    mine = os.times()
    return {
        "web": seconds_used(web_processes(running)),
        "worker": _with_ended(worker_processes(running)),
        "clerks": mine.user + mine.system,
    }


def _with_ended(pids: list[int]) -> float:
    """Jobs run in children that end: their parent has inherited what they used."""
    used = 0
    for pid in pids:
        try:
            fields = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()  # noqa: SIM115
        except OSError:
            continue
        used += sum(int(one) for one in fields[11:15])
    return used / os.sysconf("SC_CLK_TCK")


def _lost(running: Product, ledger: Ledger) -> int:
    """Count what was acknowledged and does not stand in the database."""
    connected(running.settings)
    with Session(db.engine) as session:
        stored = {row.id: row for row in session.execute(select(Venue.id, Venue.address, Venue.removed_at))}
        own = select(MakerspaceFiling.id, MakerspaceFiling.service_capability_text)
        texts = dict(tuple(row) for row in session.execute(own))
        versions = Counter(session.scalars(select(MaterialVersion.filing_id)))
    db.engine.dispose()
    sure = {row: number for row, number in ledger.rows.items() if row not in ledger.unanswered}
    lost = sum(
        row not in stored
        or stored[row].address != typed(number)["address"]
        or stored[row].removed_at is not None
        for row, number in sure.items()
    )
    lost += sum(stored[row].removed_at is None for row in ledger.removed)
    lost += sum(
        texts[filing] != text for filing, text in ledger.tabs.items() if filing not in ledger.unanswered
    )
    # A request that was not answered may have made one more.
    return lost + (ledger.versions - versions).total()

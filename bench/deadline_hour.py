"""P9: the hour before the deadline: clerks who edit, clerks who generate, and a ledger of every answer.

Each of the editing clerks acts, then thinks for 5 to 10 seconds (evenly spread), so 200 of them save some 25
times a second. Of 20 acts 8 change a row, 4 add one, 2 remove one, 4 save a tab, 2 open a page. Each of the
generating clerks has a copy of the demo's complete filing (100 residents, more than 200 attachments), presses
下载材料, asks every 2 seconds as the page does, fetches the PDF, changes a row, thinks, and starts over.

The floor is the same editing crowd at bare Flask with raw sqlite3, for a minute right after the hour.
"""

import asyncio
import os
import random
import re
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench import bare
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
from bench.wire import Answer, Browser
from extensions import db
from models.makerspace_filing import MakerspaceFiling
from models.material_version import MaterialVersion
from models.venue import Venue

EDITING, GENERATING, ROWS = 200, 20, 12
ACTS = ["change"] * 8 + ["add"] * 4 + ["remove"] * 2 + ["tab"] * 4 + ["open"] * 2
THINK = (5.0, 10.0)
POLL_SECONDS = 2.0
LOCKED = "database is locked"
FLOOR_SECONDS = 60.0


@dataclass
class Ledger:
    """What the server acknowledged, and how long it took; `unanswered` may or may not have been stored."""

    rows: dict[uuid.UUID, int] = field(default_factory=dict)
    removed: set[uuid.UUID] = field(default_factory=set)
    tabs: dict[uuid.UUID, str] = field(default_factory=dict)
    versions: Counter[uuid.UUID] = field(default_factory=Counter)
    unanswered: set[uuid.UUID] = field(default_factory=set)
    saves: list[float] = field(default_factory=list)
    opened: list[float] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    books: list[float] = field(default_factory=list)

    @property
    def things(self) -> int:
        """How many things were acknowledged."""
        return len(self.rows) + len(self.removed) + len(self.tabs) + self.versions.total()

    def took(self, what: str, answer: Answer, thing: uuid.UUID) -> bool:
        """Note how a save went; say whether it is acknowledged."""
        self.saves.append(answer.seconds)
        if answer.status in (200, 201):
            return True
        self.refused[f"{what} {answer.status}"] += 1
        if answer.status in (0, 500, 502, 503):
            self.unanswered.add(thing)
        return False


@dataclass
class Clerk:
    """Somebody at the pages of one filing."""

    browser: Browser
    seat: Seat
    ledger: Ledger
    chance: random.Random
    rows: list[uuid.UUID]
    number: int = 0

    async def work(self, until: float) -> None:
        """Edit until it is over."""
        await self.arrive()
        while self._now() < until:
            act = self.chance.choice(ACTS)
            await getattr(self, act)()
            await asyncio.sleep(self.chance.uniform(*THINK))
        await self.browser.close()

    async def generate(self, until: float) -> None:
        """Generate again and again until it is over."""
        await self.arrive()
        while self._now() < until:
            begun = self._now()
            answer = await self.browser.post(f"{self.seat.filing}/materials")
            if answer.status != 200:
                self.ledger.refused[f"generate {answer.status}"] += 1
            else:
                self.ledger.versions[self.seat.filing_id] += 1
                if await self._fetched(until):
                    self.ledger.books.append(self._now() - begun)
            await self.change()
            await asyncio.sleep(self.chance.uniform(*THINK))
        await self.browser.close()

    async def arrive(self) -> None:
        """Come to the table of venues, not all in the same second."""
        await asyncio.sleep(self.chance.uniform(0, THINK[1]))
        await self.open()

    async def open(self) -> None:
        answer = await self.browser.get(f"{self.seat.filing}/venue_rows")
        self.ledger.opened.append(answer.seconds)
        if answer.status != 200:
            self.ledger.refused[f"open {answer.status}"] += 1

    async def change(self) -> None:
        row, number = self.chance.choice(self.rows), self._next()
        answer = await self.browser.post(f"{self.seat.filing}/venue_rows/{row}", typed(number))
        if self.ledger.took("change", answer, row):
            self.ledger.rows[row] = number

    async def add(self) -> None:
        number = self._next()
        form = typed(number, idempotency_key=uuid.uuid4().hex)
        answer = await self.browser.post(f"{self.seat.filing}/venue_rows", form)
        if self.ledger.took("add", answer, self.seat.filing_id):
            row = uuid.UUID(re.findall(rb'id="venue_rows-([0-9a-f-]{36})"', answer.body)[0].decode())
            self.rows.append(row)
            self.ledger.rows[row] = number

    async def remove(self) -> None:
        if len(self.rows) <= ROWS // 2:
            return await self.add()
        row = self.rows.pop(self.chance.randrange(len(self.rows)))
        answer = await self.browser.post(f"{self.seat.filing}/venue_rows/{row}/removal")
        if self.ledger.took("remove", answer, row):
            self.ledger.rows.pop(row, None)
            self.ledger.removed.add(row)
        return None

    async def tab(self) -> None:
        text = f"第 {self._next()} 次修改的服务能力说明。" * 8
        answer = await self.browser.post(
            f"{self.seat.filing}/service_capability", {"service_capability_text": text}
        )
        if self.ledger.took("tab", answer, self.seat.filing_id):
            self.ledger.tabs[self.seat.filing_id] = text

    async def _fetched(self, until: float) -> bool:
        """Ask until no version is being made, then fetch the newest; False if the time is over first."""
        while self._now() < until + 60:
            await asyncio.sleep(POLL_SECONDS)
            answer = await self.browser.get(f"{self.seat.filing}/materials", htmx=True)
            self.ledger.opened.append(answer.seconds)
            if answer.status == 200 and b'id="job"' not in answer.body:
                links = re.findall(rb'href="([^"]+\.pdf)"', answer.body)
                book = await self.browser.get(links[0].decode()) if links else answer
                if not book.body.startswith(b"%PDF"):
                    self.ledger.refused["no PDF"] += 1
                return book.body.startswith(b"%PDF")
        return False

    def _next(self) -> int:
        self.number += 1
        return self.number

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


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
    report.say(
        f"{name}: minutes, saves, pages opened, PDFs made",
        f"{options.minutes:g}, {len(ledger.saves)}, {len(ledger.opened)}, {len(ledger.books)}",
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
    report.say(
        f"{name}: processor seconds", ", ".join(f"{who} {seconds:.0f}" for who, seconds in used.items())
    )
    report.say(f"{name}: load of the machine at the end", f"{os.getloadavg()[0]:.1f}")
    report.say(f"{name}: hatchery doctor --deep", examined(running.settings))


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

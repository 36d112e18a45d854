"""P1: what a row costs to add, change and remove, with 10, 100 and 1,000 rows, beside a bare program."""

import asyncio
import re
import statistics
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import brotli
from sqlalchemy.orm import Session

from bench import bare
from bench.crowd import Seat, add_venues, seat, typed
from bench.desk import Answer, Desk, counted
from bench.load import Load, hammer
from bench.measure import Report, milliseconds
from bench.places import application, connected, demo_data, folder, product, settings_in
from blueprints.headers import BROTLI
from extensions import db

SIZES = (10, 100, 1000)
ROUNDS = 60
CONNECTIONS = 64
Act = Callable[[], Answer]


@dataclass
class Table:
    """The table of venues of one filing at a counter: ours, or the bare one."""

    desk: Desk
    path: str
    row: str

    def add(self) -> Answer:
        answer = self.desk.post(self.path, typed(1))
        self.row = re.findall(r'id="venue_rows-([0-9a-f-]{36})"', answer.text)[0]
        return answer

    def change(self) -> Answer:
        return self.desk.post(f"{self.path}/{self.row}", typed(2))

    def remove(self) -> Answer:
        return self.desk.post(f"{self.path}/{self.row}/removal")


@dataclass(frozen=True)
class Cost:
    """Of one act: processor time in seconds, statements, and bytes as they are sent (compressed)."""

    seconds: float
    statements: int
    size: int


def run(report: Report, options: Any) -> None:
    """Measure the three acts in this process, then many clerks at a server."""
    with folder() as where, application() as app:
        ours = {size: _cost(_our_table(app, size)) for size in SIZES}
        floor = {
            size: _cost(Table(Desk(bare.application(where / f"{size}.sqlite3", size)), "/venue_rows", ""))
            for size in SIZES
        }
    for act in ("add", "change", "remove"):
        _say(
            report,
            act,
            {size: cost[act] for size, cost in ours.items()},
            {s: c[act] for s, c in floor.items()},
        )
    _crowded(report, options)


def _our_table(app: Any, size: int) -> Table:
    with Session(db.engine) as session:
        seated = seat(session, 0)
        add_venues(session, seated.filing_id, size)
    desk = Desk(app.wsgi_app, {app.config["SIGN_IN_COOKIE"]: seated.token})
    answer = desk.get(f"{seated.filing}/venue_rows")
    if answer.status != 200:
        raise RuntimeError(answer.text)
    return Table(desk, f"{seated.filing}/venue_rows", "")


def _cost(table: Table) -> dict[str, Cost]:
    """Add, change and remove one row again and again, so that the table keeps its size."""
    seconds: dict[str, list[float]] = {"add": [], "change": [], "remove": []}
    last: dict[str, Cost] = {}
    for turn in range(ROUNDS + 5):
        for name, act in (("add", table.add), ("change", table.change), ("remove", table.remove)):
            with counted() as statements:
                answer = act()
            if answer.status not in (200, 201):
                raise RuntimeError(answer.text)
            if turn >= 5:  # the first ones fill caches
                seconds[name].append(answer.seconds)
            last[name] = Cost(0, len(statements), len(brotli.compress(answer.body, quality=BROTLI)))
    return {name: replace(cost, seconds=statistics.median(seconds[name])) for name, cost in last.items()}


def _say(report: Report, act: str, ours: dict[int, Cost], floor: dict[int, Cost]) -> None:
    least, most = ours[SIZES[0]], ours[SIZES[-1]]
    sizes, statements = [cost.size for cost in ours.values()], [cost.statements for cost in ours.values()]
    times = " / ".join(milliseconds(cost.seconds) for cost in ours.values())
    beside = " / ".join(milliseconds(cost.seconds) for cost in floor.values())
    ratio = least.seconds / floor[SIZES[0]].seconds
    spread = max(sizes) / min(sizes)
    report.say(
        f"{act} a row: bytes sent at 10 / 100 / 1,000 rows",
        " / ".join(map(str, sizes)),
        "",
        "≤ 1.1×",
        spread <= 1.1,
    )
    report.say(
        f"{act} a row: statements",
        " / ".join(map(str, statements)),
        "",
        "constant",
        len(set(statements)) == 1,
    )
    report.say(f"{act} a row: CPU at 10 / 100 / 1,000 rows", times, beside, "≤ 3× from 10 to 1,000 rows",
               most.seconds <= 3 * least.seconds)  # fmt: skip
    report.say(f"{act} a row: CPU against bare Flask + sqlite3", f"{ratio:.1f}×", "1×", "≤ 8×", ratio <= 8)


def _crowded(report: Report, options: Any) -> None:
    """64 connections that change rows as fast as they can: ours and the bare program, A B A B."""
    with folder() as where:
        settings = settings_in(where, f"sqlite:///{where / 'hatchery.sqlite3'}")
        demo_data(settings)
        connected(settings)
        with Session(db.engine) as session:
            seats = [seat(session, 10) for _ in range(CONNECTIONS)]
        db.close()
        db.engine.dispose()
        with product(settings) as running, bare.server(where / "bare.sqlite3") as plain:
            cookie = f"hatchery_{running.settings.port}_session"
            loads: dict[str, list[Load]] = {"ours": [], "floor": []}
            for _ in range(options.rounds):
                loads["ours"].append(
                    asyncio.run(hammer(running.url, _changing(seats), options.seconds, cookie))
                )
                loads["floor"].append(
                    asyncio.run(hammer(plain.url, bare.changing(CONNECTIONS), options.seconds))
                )
    ours, floor = (Load.merged(loads[name]) for name in ("ours", "floor"))
    report.say(
        "change a row at 64 connections, SQLite: p50 / p99", _tail(ours), _tail(floor), "p99 ≤ 2.5× p50",
        ours.p(0.99) <= 2.5 * ours.p(0.5),
    )  # fmt: skip
    report.say(
        "change a row at 64 connections, SQLite: rows a second", f"{ours.rate:.0f}", f"{floor.rate:.0f}"
    )
    report.say(
        "change a row at 64 connections, SQLite: failures",
        f"{ours.failed}",
        f"{floor.failed}",
        "0",
        ours.failed == 0,
    )


def _changing(seats: list[Seat]) -> list[tuple[str, str, str, dict[str, Any]]]:
    return [
        (one.token, f"{one.filing}/venue_rows", f"{one.filing}/venue_rows/{one.rows[0]}", typed(3))
        for one in seats
    ]


def _tail(load: Load) -> str:
    return f"{milliseconds(load.p(0.5))} / {milliseconds(load.p(0.99))} ({load.p(0.99) / load.p(0.5):.1f}×)"

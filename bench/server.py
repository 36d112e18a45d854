"""P3b: what a page costs the server: gunicorn with 2 workers on PostgreSQL, beside a bare page of one table."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from bench import bare
from bench.crowd import Seat, add_filings, demo_filing, seat_with_copy
from bench.desk import Desk, counted
from bench.load import Load, hammer
from bench.measure import Report, memory_of, milliseconds, seconds_used, with_children
from bench.places import Product, connected, database, demo_data, folder, product, settings_in, web_processes
from bench.wire import Browser
from extensions import db

CONNECTIONS = 8
LISTED = 50  # filings of each unit: what the budget of the list speaks of


@dataclass
class Cost:
    """Processor seconds of the web processes, and the answers they gave for it."""

    load: Load = field(default_factory=Load)
    seconds: float = 0.0

    @property
    def each(self) -> float:
        return self.seconds / max(1, len(self.load.answers))


def run(report: Report, options: Any) -> None:
    """Edit tab and list at 8 connections, A B A B … with the floor; statements; memory."""
    with folder() as where, database("postgresql", where) as url:
        settings = settings_in(where, url)
        demo_data(settings)
        connected(settings)
        with Session(db.engine) as session:
            seats = [seat_with_copy(session, demo_filing(session)) for _ in range(CONNECTIONS)]
            for one in seats:
                add_filings(session, one, LISTED - 1)
        statements = _statements(settings, seats[0])
        with product(settings) as running, bare.server(where / "bare.sqlite3") as floor_at:
            tab, listed, floor = Cost(), Cost(), Cost()
            for _ in range(options.rounds):
                _add(tab, running, options.seconds, {one.token: f"{one.filing}/venue_rows" for one in seats})
                _add_bare(floor, floor_at, options.seconds)
                _add(listed, running, options.seconds, {one.token: "/filings" for one in seats})
            memory = [memory_of(pid) for pid in web_processes(running)]
            bare_memory = [memory_of(pid) for pid in with_children(floor_at.pid)]
            fragment = asyncio.run(_size(running, seats[0], "/filings"))
    _say(report, "edit tab (12 venues)", tab, floor, statements["tab"], (0.012, 16, 180))
    _say(report, f"list of {LISTED} filings", listed, floor, statements["list"], (0.010, 8, None))
    report.say(f"list of {LISTED} filings as HTMX gets it, compressed", f"{fragment / 1024:.1f} KB", "", "≤ 10 KB",
               fragment <= 10 * 1024)  # fmt: skip
    _say_memory(report, memory, bare_memory)


def _statements(settings: Any, seated: Seat) -> dict[str, int]:
    """Counted in this process, on the same database."""
    from app import create_app

    app = create_app(settings)
    desk, found = Desk(app.wsgi_app, {app.config["SIGN_IN_COOKIE"]: seated.token}), {}
    for name, path in (("tab", f"{seated.filing}/venue_rows"), ("list", "/filings")):
        desk.get(path)
        with counted() as statements:
            desk.get(path)
        found[name] = len(statements)
    db.close()
    db.engine.dispose()
    return found


def _add(cost: Cost, running: Product, seconds: float, addresses: dict[str, str]) -> None:
    """Let everybody open the one address of his, by the token of his sign-in, again and again."""
    works = [(token, address, address, {}) for token, address in addresses.items()]
    processes = web_processes(running)
    before = seconds_used(processes)
    load = asyncio.run(hammer(running.url, works, seconds, f"hatchery_{running.settings.port}_session"))
    cost.seconds += seconds_used(processes) - before
    cost.load = Load.merged([cost.load, load])


def _add_bare(cost: Cost, floor: bare.Server, seconds: float) -> None:
    processes = with_children(floor.pid)
    before = seconds_used(processes)
    load = asyncio.run(hammer(floor.url, [("", "/venue_rows", "/venue_rows", {})] * CONNECTIONS, seconds))
    cost.seconds += seconds_used(processes) - before
    cost.load = Load.merged([cost.load, load])


def _say(
    report: Report, what: str, cost: Cost, floor: Cost, statements: int, budget: tuple[float, int, int | None]
) -> None:
    seconds, most, least = budget
    report.say(f"{what}: CPU of the web processes", milliseconds(cost.each), milliseconds(floor.each),
               f"≤ {1000 * seconds:.0f} ms", cost.each <= seconds)  # fmt: skip
    report.say(f"{what}: statements", str(statements), "1", f"≤ {most}", statements <= most)
    report.say(f"{what}: requests a second at {CONNECTIONS} connections, 2 workers", f"{cost.load.rate:.0f}", f"{floor.load.rate:.0f}",
               f"≥ {least}" if least else "", cost.load.rate >= least if least else None)  # fmt: skip


def _say_memory(report: Report, memory: list[dict[str, float]], floor: list[dict[str, float]]) -> None:
    """The master is listed first, of ours and of the bare program behind the same gunicorn."""
    report.say(
        "memory of the master and 2 workers: RSS, each counting what they share",
        _each(memory),
        _each(floor),
    )
    workers = _total(memory[1:], "Rss")
    report.say("memory of 2 workers: RSS", f"{workers:.0f} MiB", f"{_total(floor[1:], 'Rss'):.0f} MiB",
               "≤ 250 MiB", workers <= 250)  # fmt: skip
    report.say(
        "memory of the master and 2 workers: PSS, shared pages counted once",
        f"{_total(memory, 'Pss'):.0f} MiB",
        f"{_total(floor, 'Pss'):.0f} MiB",
    )


def _each(memory: list[dict[str, float]]) -> str:
    return " + ".join(f"{one['Rss']:.0f}" for one in memory) + f" = {_total(memory, 'Rss'):.0f} MiB"


def _total(memory: list[dict[str, float]], name: str) -> float:
    return sum(one[name] for one in memory)


async def _size(running: Product, seated: Seat, path: str) -> int:
    browser = Browser(running.url, {f"hatchery_{running.settings.port}_session": seated.token})
    answer = await browser.get(path, htmx=True)
    await browser.close()
    return answer.size

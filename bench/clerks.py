"""Clerks of the deadline hour, who edit or generate, and the ledger of every answer they got."""

import asyncio
import random
import re
import uuid
from collections import Counter
from dataclasses import dataclass, field

from bench.crowd import Seat, typed
from bench.wire import Answer, Browser

ACTS = ["change"] * 8 + ["add"] * 4 + ["remove"] * 2 + ["tab"] * 4 + ["open"] * 2
THINK = (5.0, 10.0)
POLL_SECONDS = 2.0
ROWS = 12


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

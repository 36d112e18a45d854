"""Many connections that do one thing as fast as they are answered."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from bench.measure import percentile
from bench.wire import Browser

# token of the sign-in cookie, page to open first, address, form (empty: the page itself again and again)
Work = tuple[str, str, str, dict[str, Any]]


@dataclass
class Load:
    """What a load saw: seconds of every answer, how many failed, how long it went on."""

    answers: list[float] = field(default_factory=list)
    failed: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.answers) / self.seconds

    def p(self, share: float) -> float:
        """Seconds within which `share` of the answers came."""
        return percentile(self.answers, share)

    @classmethod
    def merged(cls, loads: Sequence[Self]) -> Self:
        """Several runs as one."""
        return cls(
            [one for load in loads for one in load.answers], sum(load.failed for load in loads),
            sum(load.seconds for load in loads),
        )  # fmt: skip


async def hammer(url: str, works: Sequence[Work], seconds: float, cookie: str = "") -> Load:
    """Let one connection for each of `works` act without a pause for `seconds`."""
    load = Load()
    browsers = [Browser(url, {cookie: work[0]} if cookie else {}) for work in works]
    opened = [await browser.get(work[1]) for browser, work in zip(browsers, works, strict=True)]
    load.failed += sum(answer.status != 200 for answer in opened)
    begun = time.perf_counter()
    pairs = zip(browsers, works, strict=True)
    await asyncio.gather(*(_act(browser, work, begun + seconds, load) for browser, work in pairs))
    load.seconds = time.perf_counter() - begun
    for browser in browsers:
        await browser.close()
    return load


async def _act(browser: Browser, work: Work, until: float, load: Load) -> None:
    _token, _page, path, form = work
    while time.perf_counter() < until:
        answer = await (browser.post(path, form) if form else browser.get(path))
        load.answers.append(answer.seconds)
        load.failed += answer.status not in (200, 201)

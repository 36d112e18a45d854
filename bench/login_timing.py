"""P12: does the time of a refused sign-in tell whether the login name exists?

200 names that exist and 200 that do not are tried once each with a wrong password, in a random order, one after the
other, against the whole product. Two tests look for a difference: Mann–Whitney (does one kind tend to take longer?)
and a permutation test of the difference of medians. Both are plain Python.
"""

import asyncio
import math
import random
import re
import statistics
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from bench.measure import Report
from bench.places import connected, database, demo_data, folder, product, settings_in
from bench.wire import Browser
from extensions import db, keyring
from keys import data_secrets
from models.account import Account
from models.event import Actor, record_event
from models.password import hash_password

NAMES = 200
WARM_UP = 20
SHUFFLES = 10_000
CLEAR = 0.01  # below this p a difference counts as shown
PASSWORD = "A-password-of-a-benchmark-2021"


def run(report: Report, options: Any) -> None:
    """Try all names on each database."""
    for kind in options.databases:
        with folder() as where, database(kind, where) as url:
            settings = replace(settings_in(where, url), web_workers=1)
            demo_data(settings)
            names = _add_accounts(settings)
            with product(settings) as running:
                times = asyncio.run(_try_all(running.url, names))
        _say(report, kind, times)


def _add_accounts(settings: Any) -> list[str]:
    """Store people as a registration does, with hashes of the real cost; return their login names."""
    connected(settings)
    keyring.load(data_secrets(settings))
    now, password_hash = datetime.now(UTC), hash_password(PASSWORD)
    names = [f"person_{secret.hex[:12]}" for secret in (uuid.uuid4() for _ in range(NAMES + WARM_UP))]
    with Session(db.engine) as session:
        for number, name in enumerate(names):
            account = Account(
                id=uuid.uuid4(), login_name=name, account_type="natural", password_hash=password_hash,
                person_name="李晓明", password_changed_at=now, created_at=now, email=f"{name}@example.com",
            )  # fmt: skip
            account.set_mobile(f"139{number:08d}", now)
            session.add(account)
            session.flush()
            record_event(session, account.id, "register", Actor(account.id, name, "natural"), now)
        session.commit()
    db.engine.dispose()
    return names


async def _try_all(url: str, known: list[str]) -> dict[bool, list[float]]:
    """Return the seconds of each attempt, by whether the name exists. The captcha is there before the clock starts."""
    unknown = [f"person_{uuid.uuid4().hex[:12]}" for _ in known]
    warm = [(name, None) for pair in zip(known[:WARM_UP], unknown, strict=False) for name in pair]
    tried = [(name, True) for name in known[WARM_UP:]] + [(name, False) for name in unknown[WARM_UP:]]
    random.shuffle(tried)
    times: dict[bool, list[float]] = {True: [], False: []}
    browser = Browser(url)
    for name, exists in [*warm, *tried]:
        seconds = await _attempt(browser, name)
        if exists is not None:
            times[exists].append(seconds)
    await browser.close()
    return times


async def _attempt(browser: Browser, name: str) -> float:
    page = await browser.get("/login?account_type=natural")
    captcha = re.search(rb'name="captcha"[^>]*value="([^"]+)"', page.body)
    if captcha is None:
        raise RuntimeError("the demo did not fill the captcha in")
    typed = {"account_type": "natural", "login_name": name, "password": "not the right one",
             "captcha": captcha[1].decode()}  # fmt: skip
    answer = await browser.post("/login", typed)
    if answer.status != 422 or "登录名或密码错误" not in answer.body.decode():
        raise RuntimeError(f"{answer.status} {answer.body[:300]!r}")
    return answer.seconds


def _say(report: Report, kind: str, times: dict[bool, list[float]]) -> None:
    known, unknown = times[True], times[False]
    ours, theirs = statistics.median(known), statistics.median(unknown)
    difference = 1000 * (ours - theirs)
    rank, shuffled = mann_whitney(known, unknown), permutation(known, unknown)
    verdict = "indistinguishable" if min(rank, shuffled) > CLEAR else "DISTINGUISHABLE"
    report.say(
        f"refused sign-in on {kind}, median of {len(known)} known and {len(unknown)} unknown names",
        f"{1000 * ours:.2f} / {1000 * theirs:.2f} ms ({difference:+.2f} ms)",
        "", "< 5 ms, or p below",
    )  # fmt: skip
    report.say(
        f"the same on {kind}: Mann–Whitney p, permutation p ({SHUFFLES:,} shuffles)",
        f"{rank:.3f}, {shuffled:.3f}: {verdict}", "", f"p > {CLEAR}, or medians < 5 ms apart", verdict == "indistinguishable" or abs(difference) < 5,
    )  # fmt: skip


def mann_whitney(first: list[float], second: list[float]) -> float:
    """Return the two-sided p of the Mann–Whitney U test, by the normal approximation with ties."""
    merged = sorted([(value, True) for value in first] + [(value, False) for value in second])
    ranks: dict[float, list[int]] = {}
    for place, (value, _) in enumerate(merged, 1):
        ranks.setdefault(value, []).append(place)
    mean_rank = {value: statistics.mean(places) for value, places in ranks.items()}
    n, m = len(first), len(second)
    u = sum(mean_rank[value] for value in first) - n * (n + 1) / 2
    ties = sum(len(places) ** 3 - len(places) for places in ranks.values())
    total = n + m
    spread = math.sqrt(n * m / 12 * (total + 1 - ties / (total * (total - 1))))
    return math.erfc(max(0.0, abs(u - n * m / 2) - 0.5) / spread / math.sqrt(2)) if spread else 1.0


def permutation(first: list[float], second: list[float]) -> float:
    """Return how often shuffled labels give medians at least as far apart: the p of the permutation test."""
    found = abs(statistics.median(first) - statistics.median(second))
    everything, chance = [*first, *second], random.Random(2021)
    as_far = 0
    for _ in range(SHUFFLES):
        chance.shuffle(everything)
        parts = everything[: len(first)], everything[len(first) :]
        as_far += abs(statistics.median(parts[0]) - statistics.median(parts[1])) >= found
    return (as_far + 1) / (SHUFFLES + 1)

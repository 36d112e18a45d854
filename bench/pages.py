"""P2 and P3: what a page weighs as it is sent, and how it feels with the processor slowed down 4 times."""

import shutil
import statistics
import uuid
from collections import defaultdict
from typing import Any

import brotli
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy.orm import Session

from bench.crowd import Seat, demo_filing, seat, seat_with_copy
from bench.measure import Report
from bench.places import Product, connected, demo_data, folder, product, settings_in
from blueprints.headers import BROTLI
from extensions import db
from tests.browser.conftest import ARGUMENTS, DESK

SLOWDOWN, ROUNDS = 4, 7
ASIDE = ("manifest", "icon", "favicon", "sw.js")
TYPES = {"Document": "HTML", "Stylesheet": "CSS", "Script": "JS", "Other": "other", "Image": "other"}
# From the press of 添加 until the total is seen: the next frame after it changed.
ADD = """() => new Promise(resolve => {
    const total = () => document.querySelector('#totals output').dataset.value, before = total();
    const begun = performance.now();
    const look = () => total() === before ? requestAnimationFrame(look)
                                          : requestAnimationFrame(() => resolve(performance.now() - begun));
    document.querySelector('#venue_rows-new [data-save]').click();
    look();
})"""
# The same request without a page around it.
BARE_ADD = """async address => {
    const begun = performance.now(), form = new URLSearchParams({area_total: '1'});
    form.set('csrf_token', document.querySelector('meta[name=csrf]').content);
    await (await fetch(address, {method: 'POST', body: form, headers: {'HX-Request': 'true'}})).text();
    return performance.now() - begun;
}"""
LOADED = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"


def run(report: Report, options: Any) -> None:
    """In Chromium, on a running copy with SQLite."""
    program = shutil.which("chromium")
    if program is None:
        report.say("pages in Chromium", "Chromium is not installed")
        return
    with folder() as where:
        settings = settings_in(where, f"sqlite:///{where / 'hatchery.sqlite3'}")
        demo_data(settings)
        connected(settings)
        with Session(db.engine) as session:
            plain, full = seat(session, 50), seat_with_copy(session, demo_filing(session))
        db.close()
        db.engine.dispose()
        with product(settings) as running, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
            _weigh(report, browser, running, plain, full)
            _feel(report, browser, running, plain, full)
            browser.close()


def _context(browser: Browser, running: Product, seated: Seat) -> BrowserContext:
    context = browser.new_context(viewport=DESK, service_workers="block", locale="zh-CN")  # type: ignore[arg-type]
    name = f"hatchery_{running.settings.port}_session"
    context.add_cookies([{"name": name, "value": seated.token, "url": running.url}])
    return context


def _weigh(report: Report, browser: Browser, running: Product, plain: Seat, full: Seat) -> None:
    first, later, words = _loads(browser, running, plain, f"{plain.filing}/venue_rows")
    total = sum(size for sizes in first.values() for size in sizes)
    requests = sum(len(sizes) for sizes in first.values())
    parts = {name: sum(sizes) for name, sizes in first.items()}
    report.say(
        "first load of a table of 50 rows: all",
        _kb(total),
        f"{_kb(words)} (its words alone)",
        "≤ 40 KB",
        total <= 40 * 1024,
    )
    for name, most in (("CSS", 10), ("JS", 22), ("HTML", 8)):
        report.say(
            f"first load of a table of 50 rows: {name}",
            _kb(parts[name]),
            "",
            f"≤ {most} KB",
            parts[name] <= most * 1024,
        )
    report.say("first load: requests", str(requests), "1", "≤ 6", requests <= 6)
    again = sum(size for sizes in later.values() for size in sizes)
    report.say("a later page (the same table opened again)", _kb(again), "", "≤ 8 KB", again <= 8 * 1024)
    heavy, _, words = _loads(browser, running, full, f"{full.filing}/incubation")
    size = sum(heavy["HTML"])
    report.say(
        "incubation with 40 teams: HTML",
        _kb(size),
        f"{_kb(words)} (its words alone)",
        "≤ 20 KB",
        size <= 20 * 1024,
    )


def _loads(
    browser: Browser, running: Product, seated: Seat, path: str
) -> tuple[dict[str, list[int]], dict[str, list[int]], int]:
    """Bytes on the wire by type, of the first load and of the next; and of the words of the page, compressed."""
    context = _context(browser, running, seated)
    page = context.new_page()
    sizes = [_sizes(page, running.url + path) for _ in range(2)]
    words = len(brotli.compress(page.locator("body").inner_text().encode(), quality=BROTLI))
    context.close()
    return sizes[0], sizes[1], words


def _sizes(page: Page, url: str) -> dict[str, list[int]]:
    cdp, kinds, found = page.context.new_cdp_session(page), {}, defaultdict(list)
    cdp.send("Network.enable")

    def began(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = (event["request"]["url"], event["type"])

    def ended(event: dict[str, Any]) -> None:
        address, kind = kinds.get(event["requestId"], ("", "Other"))
        if event["encodedDataLength"] and not any(word in address for word in ASIDE):
            found[TYPES.get(kind, "other")].append(int(event["encodedDataLength"]))

    cdp.on("Network.requestWillBeSent", began)
    cdp.on("Network.loadingFinished", ended)
    page.goto(url, wait_until="networkidle")
    cdp.detach()
    return found


def _feel(report: Report, browser: Browser, running: Product, plain: Seat, full: Seat) -> None:
    context = _context(browser, running, full)
    page, path = context.new_page(), f"{running.url}{full.filing}/enterprises"
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    html = context.request.get(path).text()
    bare = html[html.index("<table") : html.rindex("</table>") + 8]
    page.route("**/bare", lambda route: route.fulfill(body=bare, content_type="text/html; charset=utf-8"))
    ours, floor = [], []
    for _ in range(ROUNDS):
        page.goto(path)
        ours.append(page.evaluate(LOADED))
        page.goto(f"{running.url}/bare")
        floor.append(page.evaluate(LOADED))
    page.goto(path)
    elements = page.evaluate("document.querySelectorAll('*').length")
    mine, theirs = statistics.median(ours[1:]), statistics.median(floor[1:])
    report.say(
        "50 enterprises at 4× slow-down: DOMContentLoaded",
        f"{mine:.0f} ms",
        f"{theirs:.0f} ms (its table, no style, no script)",
        "≤ 500 ms",
        mine <= 500,
    )
    report.say("50 enterprises: elements of the page", str(elements), "", "≤ 6,000", elements <= 6000)
    context.close()
    _add_rows(report, browser, running, plain)


def _add_rows(report: Report, browser: Browser, running: Product, seated: Seat) -> None:
    context = _context(browser, running, seated)
    page, path = context.new_page(), f"{seated.filing}/venue_rows"
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    page.goto(running.url + path)
    ours, floor = [], []
    for _ in range(ROUNDS):
        page.locator("#venue_rows-new [name=address]").fill(uuid.uuid4().hex)
        page.locator("#venue_rows-new [name=area_total]").fill("1")
        ours.append(page.evaluate(ADD))
        page.wait_for_function("!document.querySelector('.htmx-request, .htmx-settling, .htmx-swapping')")
        floor.append(page.evaluate(BARE_ADD, path))
    mine, theirs = statistics.median(ours[1:]), statistics.median(floor[1:])
    report.say(
        "a row added to 50 at 4× slow-down: from 添加 to the total seen",
        f"{mine:.0f} ms",
        f"{theirs:.0f} ms (the request alone)",
        "≤ 150 ms",
        mine <= 150,
    )
    context.close()


def _kb(size: int) -> str:
    return f"{size / 1024:.1f} KB"

"""What the pages weigh over the line, and how many elements they have; budgets P2 and P3 of performance."""

from collections.abc import Callable
from urllib.parse import urlsplit

from tests.browser.conftest import StartOld
from tests.browser.old_chromium import OldChromium
from tests.browser.test_old_chromium import sign_in
from tests.served import Served
from tests.visiting import Visitor

KIB = 1_024
ICONS = ("favicon.", "icon-", "icon.", "icons.", "manifest.")


def loaded(browser: OldChromium, path: str) -> dict[str, int]:
    """Open a page and return the bytes of every request, manifest and icons aside."""
    browser.requests.clear()
    browser.open(path)
    browser.settle()
    browser.wait_for("performance.timing.loadEventEnd")
    found = {request["url"]: request["size"] for request in browser.requests.values()}
    return {
        url: size for url, size in found.items()
        if url.startswith("http") and not urlsplit(url).path.rsplit("/", 1)[1].startswith(ICONS)
    }  # fmt: skip


def test_first_and_later_pages_keep_their_budgets(
    start_old: StartOld, live_server: Served, print_figure: Callable[[str], None]
) -> None:
    browser = start_old(86)
    sign_in(browser, "gz_linchuang")
    visitor = Visitor(live_server.url, "gz_linchuang")
    filing = visitor.open_filing()
    browser.send("Network.setBypassServiceWorker", bypass=True)  # what it keeps costs nothing at all
    browser.send("Network.setCacheDisabled", cacheDisabled=True)
    first = loaded(browser, f"{filing}/venue_rows")
    browser.send("Network.setCacheDisabled", cacheDisabled=False)
    loaded(browser, f"{filing}/venue_rows")
    wide = loaded(browser, f"{filing}/enterprises")
    later = loaded(browser, f"{filing}/venue_rows")
    elements = {}
    browser.send("Emulation.setCPUThrottlingRate", rate=4)
    for page in ("venue_rows", "enterprises", "teams"):
        browser.open(f"{filing}/{page}")
        times = "performance.timing.domContentLoadedEventEnd - performance.timing.navigationStart"
        elements[page] = (browser.count("*"), browser.evaluate(times))
    print_figure(f"first page: {sum(first.values()):,} bytes in {len(first)} requests; incubation "
                 f"{max(wide.values()):,}; later page {sum(later.values()):,}; elements and DOMContentLoaded in "
                 f"ms at a quarter of the CPU: {elements}")  # fmt: skip
    assert {urlsplit(url).netloc for url in (*first, *wide, *later)} == {urlsplit(live_server.url).netloc}
    assert len(first) <= 6, first
    assert sum(first.values()) <= 40 * KIB, first
    assert sum(wide.values()) <= 20 * KIB, wide
    assert sum(later.values()) <= 8 * KIB, later
    assert all(count <= 6_000 for count, _ in elements.values()), elements

"""Pages judged by axe-core: wide and narrow, with everything that was found told at once."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.browser.clerk import Clerk

DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
Violations = list[dict[str, Any]]
Audit = Callable[[Page], Violations]
Inspect = Callable[..., None]


class Judge:
    """Judges pages as they stand, for their markup and for scrolling sideways, and keeps what it found."""

    def __init__(self, axe: Audit, page: Page | None = None) -> None:
        self.axe, self.page = axe, page
        self.found: list[str] = []

    def __call__(self, name: str, page: Page | None = None) -> None:
        page = page or self.page
        assert page is not None
        for size in (PHONE, DESK):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            place = f"{name} at {size['width']}"
            self.found.extend(f"{place}: {v['rule']}: {v['elements']}" for v in self.axe(page))
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > size["width"]:
                self.found.append(f"{place}: {width} pixels wide")


def visit(clerk: Clerk, inspect: Inspect, *paths: str) -> None:
    """Open page after page and have each judged."""
    for path in paths:
        assert clerk.open(path).status == 200, path
        inspect(path, clerk.page)

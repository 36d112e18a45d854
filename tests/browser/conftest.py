"""Chromium and the whole product: web, worker and Redis as `hatchery serve` runs them."""

import hashlib
import os
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from ops.install_old_chromium import program
from tests.browser.judging import DESK, Audit, Inspect, Judge, Violations
from tests.browser.old_chromium import OldChromium, old_chromium
from tests.served import Served

expect.set_options(timeout=20_000)  # a shared machine may be slow; what is there is seen at once

VENDOR = Path(__file__).parent / "vendor"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
EXPECTED = re.compile(
    "responded with a status of (4|503)|Error Code (4|503)|INTERNET_DISCONNECTED|htmx:(afterRequest|sendError|sendAbort)"
)
OpenPage = Callable[..., Page]
StartOld = Callable[[int], OldChromium]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests of pages a second chance: a browser on a shared machine may stall. The report counts both.

    None where something could be lost now and then only (`once`), and none in the long tests.
    """
    for item in items:
        is_strict = item.get_closest_marker("once") or item.get_closest_marker("long")
        if item.path.is_relative_to(Path(__file__).parent) and not is_strict:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def live_server(demo_installation: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A copy of the demo that all these tests share; each opens filings of its own."""
    data_dir = tmp_path_factory.mktemp("live") / "var"
    shutil.copytree(demo_installation, data_dir)
    served = Served(data_dir).start()
    yield served
    served.stop()


@pytest.fixture
def page(browser: Browser, live_server: Served) -> Iterator[Page]:
    """A new browser window, signed out. An error of a script, or one the page logs, fails the test."""
    with window(browser, live_server) as page:
        yield page


@pytest.fixture
def page_without_javascript(browser: Browser, live_server: Served) -> Iterator[Page]:
    """A new browser window that runs no scripts."""
    with window(browser, live_server, java_script_enabled=False) as page:
        yield page


@pytest.fixture
def open_page(browser: Browser, live_server: Served) -> Iterator[OpenPage]:
    """Opens windows, each a person of its own; options as `Browser.new_context` takes them."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(window(browser, live_server, **options))


@pytest.fixture
def start_old(live_server: Served, tmp_path: Path) -> Iterator[StartOld]:
    """Starts an old Chromium at the product, by its version. An error of a script fails the test."""
    with ExitStack() as stack:

        def start(version: int) -> OldChromium:
            if not program(version).exists():
                assert os.environ.get("CI") != "true", f"Chromium {version} is missing"
                pytest.skip(f"Chromium {version} is not installed")
            return stack.enter_context(old_chromium(program(version), live_server.url, tmp_path))

        yield start


@pytest.fixture(scope="session")
def axe() -> Audit:
    """Returns what axe-core finds wrong on a page: rule, help and the elements; nothing when all is well."""
    script = _vendored("axe.min.js")

    def violations(page: Page) -> Violations:
        if not page.evaluate("typeof axe !== 'undefined'"):
            page.evaluate(script)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        return [
            {"rule": rule["id"], "help": rule["help"], "elements": [node["html"] for node in rule["nodes"]]}
            for rule in found
        ]

    return violations


@pytest.fixture
def inspect(axe: Audit, request: pytest.FixtureRequest) -> Iterator[Inspect]:
    """Judges the page of the test, or another one; everything found is told at the end of the test."""
    judge = Judge(axe, request.getfixturevalue("page") if "page" in request.fixturenames else None)
    yield judge
    assert not judge.found, "\n".join(judge.found)


@contextmanager
def window(browser: Browser, served: Served, **options: Any) -> Iterator[Page]:
    settings = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "viewport": DESK}
    context = browser.new_context(base_url=served.url, **settings | options)  # type: ignore[arg-type]
    context.set_default_timeout(20_000)
    page = context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("console", lambda message: broken.append(message.text) if _is_ours(message) else None)
    yield page
    context.close()
    assert broken == []


def _is_ours(message: Any) -> bool:
    """Say whether a logged error is a fault; answers such as 422 and a lost network are part of the work."""
    return message.type == "error" and not EXPECTED.search(message.text)


def _vendored(name: str) -> str:
    content = (VENDOR / name).read_bytes()
    lock = tomllib.loads((VENDOR / "vendor.lock").read_text("utf-8"))
    assert hashlib.sha256(content).hexdigest() == lock[name]["sha256"]
    return content.decode()

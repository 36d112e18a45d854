"""That the tests in a browser see what a person would see."""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.judging import Violations


def test_scripts_run_only_where_they_should(page: Page, page_without_javascript: Page) -> None:
    for window, runs in ((page, True), (page_without_javascript, False)):
        window.goto("/login")
        assert (window.locator("html.js").count() == 1) is runs


def test_axe_finds_what_is_wrong(page: Page, axe: Callable[[Page], Violations]) -> None:
    page.goto("/login")
    assert axe(page) == []
    page.evaluate("document.querySelector('label').remove()")
    assert [violation["rule"] for violation in axe(page)] == ["label"]

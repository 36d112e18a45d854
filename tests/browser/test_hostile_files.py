"""Odd and damaged files sent to the whole product: always a reason or a success, and nothing suffers."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.completing import VENUE, complete
from tests.files.mutants import pdf_mutant, workbook_mutant
from tests.files.odd_pdfs import IN, ODD_PDFS
from tests.files.odd_workbooks import ODD_WORKBOOKS
from tests.served import Served, wait_until
from tests.visiting import Answer, Visitor

WEB_PROCESSES = 3  # the one that listens, and its two workers
CHINESE = re.compile("[\u4e00-\u9fff]{4}")


@pytest.fixture
def visitor(live_server: Served) -> Visitor:
    return Visitor(live_server.url, "sz_chuangke")


@pytest.fixture
def unharmed(live_server: Served) -> Callable[[], None]:
    """Returns a check: the web processes are those of before, and no temporary file is left."""
    wait_until(lambda: len(live_server.processes(" web ")) == WEB_PROCESSES, live_server.said)
    before = set(live_server.processes(" web "))

    def check() -> None:
        assert set(live_server.processes(" web ")) == before, live_server.said()
        wait_until(lambda: _temporary(live_server) == [], lambda: str(_temporary(live_server)))
        assert "Traceback" not in live_server.said()

    return check


def _temporary(served: Served) -> list[Path]:
    return list((served.data_dir / "files" / "tmp").iterdir())


def code_of(answer: Answer) -> str:
    """The code of a refusal, IN when it came in; a refusal is told in Chinese."""
    if answer.status_code == 303:
        return IN
    assert answer.status_code in (413, 422), (answer.status_code, answer.text[:2000])
    shown = answer.page.select_one("[data-error]")
    assert CHINESE.search(shown.get_text()), shown
    return str(shown["data-error"])


def new_row(visitor: Visitor, filing: str) -> str:
    answer = visitor.post(f"{filing}/venue_rows", VENUE)
    return f"{filing}/venue_rows/" + str(answer.headers["Location"]).split("#venue_rows-")[1]


def send_to_rows(visitor: Visitor, filing: str, files: dict[str, bytes]) -> dict[str, str]:
    """Send every file to a row that has none yet; every file that comes in takes one."""
    found, row = {}, new_row(visitor, filing)
    for name, data in files.items():
        found[name] = code_of(visitor.upload(f"{row}/files/evidence_file", data))
        if found[name] == IN:
            row = new_row(visitor, filing)
    visitor.post(f"{row}/removal")
    return found


def generated(visitor: Visitor, filing: str) -> str:
    """Generate, wait for the end, and return what the page says of the newest version."""
    assert visitor.post(f"{filing}/materials").status_code == 303
    deadline = time.monotonic() + 120
    while True:
        text = visitor.page(f"{filing}/materials").select_one("main").get_text(" ", strip=True)
        if "正在生成" not in text and "排队" not in text:
            return text
        assert time.monotonic() < deadline, text
        time.sleep(0.3)


@pytest.mark.long
def test_every_odd_pdf_gets_its_answer_and_what_came_in_is_printed(
    visitor: Visitor, live_server: Served, unharmed: Callable[[], None]
) -> None:
    filing = visitor.open_filing()
    complete(visitor, filing)  # type: ignore[arg-type]
    found = send_to_rows(visitor, filing, {odd.name: odd.make() for odd in ODD_PDFS})
    assert {odd.name: found[odd.name] for odd in ODD_PDFS if found[odd.name] not in odd.codes} == {}
    assert IN in found.values()
    text = generated(visitor, filing)
    assert visitor.page(f"{filing}/materials").select_one("a[href$='.pdf']"), text
    unharmed()


@pytest.mark.long
def test_every_odd_workbook_gets_its_answer(live_server: Served, unharmed: Callable[[], None]) -> None:
    visitor = Visitor(
        live_server.url, "bj_zhihui"
    )  # rows without evidence would stop the others from printing
    filing, found = visitor.open_filing(), {}
    for odd in ODD_WORKBOOKS:
        answer = visitor.upload(f"{filing}/venue_rows/import", odd.make(), "场地.xlsx")
        found[odd.name] = code_of(answer)
        if found[odd.name] == IN:
            preview = str(answer.headers["Location"])
            assert visitor.get(preview).status_code == 200, odd.name
            assert visitor.post(preview + "/confirmation").status_code < 500, odd.name
    wrong = {
        odd.name: found[odd.name]
        for odd in ODD_WORKBOOKS
        if found[odd.name] not in (*odd.codes, "E_REQUIRED")
    }
    assert wrong == {}
    unharmed()


def test_some_mutants_get_an_answer(visitor: Visitor, unharmed: Callable[[], None]) -> None:
    _send_mutants(visitor, range(6))
    unharmed()


@pytest.mark.long
def test_hundreds_of_mutants_get_an_answer(
    visitor: Visitor, live_server: Served, unharmed: Callable[[], None], print_figure: Callable[[str], None]
) -> None:
    taken = _send_mutants(visitor, range(100, 400))
    unharmed()
    print_figure(f"over HTTP: 300 PDF mutants, {taken} came in and were printed, and 300 workbook mutants")


def _send_mutants(visitor: Visitor, numbers: range) -> int:
    """Send PDFs and workbooks, print what came in, and return how many PDFs did."""
    filing = visitor.open_filing()
    complete(visitor, filing)  # type: ignore[arg-type]
    found = send_to_rows(visitor, filing, {f"PDF {number}": pdf_mutant(number) for number in numbers})
    for number in numbers:
        code_of(visitor.upload(f"{filing}/venue_rows/import", workbook_mutant(number), "场地.xlsx"))
    text = generated(visitor, filing)
    assert visitor.page(f"{filing}/materials").select_one("a[href$='.pdf']"), text
    return list(found.values()).count(IN)

"""Odd and damaged files sent to the whole product: always a reason or a success, and nothing suffers."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.completing import VENUE, complete, submit
from tests.files.mutants import pdf_mutant, workbook_mutant
from tests.files.odd_pdfs import IN, ODD_PDFS
from tests.files.odd_workbooks import ODD_WORKBOOKS
from tests.served import Served, wait_until
from tests.visiting import Answer, Visitor

BUSY, TRIES = "E_FILE_BUSY", 5
LONGEST_JOB = 900  # seconds
pytestmark = pytest.mark.once
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


def sent(visitor: Visitor, path: str, data: bytes, name: str = "证明.pdf") -> str:
    """Send a file, again while others keep the machine busy; return the code of the answer."""
    for _ in range(TRIES):
        code = code_of(visitor.upload(path, data, name))
        if code != BUSY:
            return code
    return BUSY


def send_to_rows(visitor: Visitor, filing: str, files: dict[str, bytes]) -> dict[str, str]:
    """Send every file to a row that has none yet; every file that comes in takes one."""
    found, row = {}, new_row(visitor, filing)
    for name, data in files.items():
        found[name] = sent(visitor, f"{row}/files/evidence_file", data)
        if found[name] == IN:
            row = new_row(visitor, filing)
    visitor.post(f"{row}/removal")
    return found


def generated(visitor: Visitor, filing: str) -> str:
    """Generate, ask as the page does until it is over, and return what it says of the newest version.

    The worker gives way to everybody else on the machine: this may take its time.
    """
    assert visitor.post(f"{filing}/materials").status_code == 303
    deadline = time.monotonic() + LONGEST_JOB
    while 'id="job"' in (text := visitor.get(f"{filing}/materials", htmx=True).text):
        assert time.monotonic() < deadline, text
        time.sleep(2)
    return visitor.page(f"{filing}/materials").select_one("main").get_text(" ", strip=True)


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
    filing, _taken = _send_pdfs(visitor, range(6))
    _send_workbooks(visitor, range(6))
    assert _printed(visitor, filing)
    unharmed()


@pytest.mark.long
def test_hundreds_of_mutants_get_an_answer(
    visitor: Visitor, live_server: Served, unharmed: Callable[[], None], print_figure: Callable[[str], None]
) -> None:
    filing, taken = _send_pdfs(visitor, range(100, 400))
    stored = _send_workbooks(visitor, range(100, 400))
    assert _printed(visitor, filing)
    drawn = _look_at_pages(visitor, filing, live_server)
    unharmed()
    print_figure(
        f"over HTTP: 300 PDF mutants, {taken} came in and were printed; first pages of {drawn}; 300 workbook "
        f"mutants, lines of {stored} were imported and taken back"
    )


def _send_pdfs(visitor: Visitor, numbers: range) -> tuple[str, int]:
    """Send PDFs to a complete filing; return it, and how many came in."""
    filing = visitor.open_filing()
    complete(visitor, filing)  # type: ignore[arg-type]
    found = send_to_rows(visitor, filing, {f"PDF {number}": pdf_mutant(number) for number in numbers})
    return filing, list(found.values()).count(IN)


def _send_workbooks(visitor: Visitor, numbers: range) -> int:
    """Send workbooks to two tables, and preview, import and take back what came in; return how many could."""
    filing, stored = visitor.open_filing(), 0
    for number in numbers:
        table = ("venue_rows", "enterprises")[number % 2]
        answer = visitor.upload(f"{filing}/{table}/import", workbook_mutant(number), "表格.xlsx")
        if code_of(answer) != IN:
            continue
        preview = str(answer.headers["Location"])
        assert [visitor.get(preview + query).status_code for query in ("", "?all=1", "/rest.xlsx")] == [
            200
        ] * 3
        answer = visitor.post(f"{preview}/confirmation", {"lines": "good"})
        assert answer.status_code in (303, 422), (number, answer.text[:2000])
        if answer.status_code == 303:
            stored += 1
            assert visitor.post(f"{preview}/undo").status_code == 303
    return stored


def _printed(visitor: Visitor, filing: str) -> bool:
    """Generate, and say whether there is a PDF."""
    text = generated(visitor, filing)
    assert visitor.page(f"{filing}/materials").select_one("a[href$='.pdf']"), text
    return True


def _look_at_pages(visitor: Visitor, filing: str, served: Served) -> int:
    """Hand the filing in, look at the first page of every file as its office does, and take it back."""
    assert submit(visitor, filing).status_code == 303  # type: ignore[arg-type]
    office = Visitor(served.url, "province_shenzhen", "staff")
    evidence = f"/review/{filing.rsplit('/', 1)[1]}/evidence"
    links = [str(tag["href"]) for tag in office.page(evidence).select("li[id^=file-] a[href$='.pdf']")]
    assert links
    statuses = [office.get(link.removesuffix(".pdf") + "/pages/1.webp").status_code for link in links]
    assert set(statuses) <= {200, 422}  # drawn, or a picture that says that it cannot be
    assert visitor.post(f"{filing}/withdrawal").status_code == 303
    return statuses.count(200)

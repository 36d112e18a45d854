"""Thousands of damaged files, straight into admission: every one gets an answer that is ours."""

import collections
import io
import resource
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from extensions import db
from files.admission import admit, receive
from files.isolation import MEMORY_BYTES
from files.refusals import Refused
from files.storage import FolderStorage
from files.workbook import read_workbook
from filings.figures import load_figures
from filings.kind import Table
from filings.kinds import kind_of
from filings.kinds.makerspace_tables import ENTERPRISES, VENUES
from filings.sheets import importing
from filings.sheets.importlines import can_be_stored, judge_lines, stored_lines
from filings.sheets.spreadsheet import NotASheet, read_block
from materials.book import Book
from materials.stamp import Wording
from models.event import Actor
from tests.build import NOW, build_account, build_filing
from tests.files.mutants import pdf_mutant, workbook_mutant

IN = "came in"
AT_ONCE = 2  # files; as many as admission lets in
BOUND_TOGETHER = 50  # files in one book
TABLES = (VENUES, ENTERPRISES)
WORDING = Wording("版本号:ZCKJ-2021-000001-001-0000", "申报书", "2021年11月10日")


@pytest.fixture
def told(print_figure: Callable[[str], None]) -> Callable[[str, collections.Counter[str], float], None]:
    """Returns what prints the figures of a long run."""

    def tell(what: str, found: collections.Counter[str], begun: float) -> None:
        largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1_024
        seconds = time.monotonic() - begun
        lines = [f"{found.total():,} {what} in {seconds:.0f} s, largest child {largest} MiB"]
        lines += [f"  {count:6,}  {reason}" for reason, count in found.most_common()]
        print_figure("\n".join(lines))

    return tell


class Binder:
    """Binds what came in into books, so that it is known that all of it can be printed."""

    def __init__(self, storage: FolderStorage) -> None:
        self._storage, self._lock = storage, threading.Lock()
        self._waiting: list[tuple[int, str]] = []

    def add(self, pages: int, clean_sha256: str) -> None:
        with self._lock:
            self._waiting.append((pages, clean_sha256))

    def bind(self) -> None:
        while self._waiting:
            book, part = Book(), self._waiting[:BOUND_TOGETHER]
            del self._waiting[:BOUND_TOGETHER]
            for pages, sha256 in part:
                assert book.add_evidence(self._storage.path(sha256)) == pages
            book.stamp(WORDING, lambda done, total: None)
            book.write(io.BytesIO())


def admit_mutants(storage: FolderStorage, numbers: range) -> collections.Counter[str]:
    """Admit the PDF mutants of these numbers, bind what came in, and count the answers."""
    binder = Binder(storage)

    def answer(number: int) -> str:
        temp = storage.new_temp()
        try:
            receive(io.BytesIO(pdf_mutant(number)), temp)
            admitted = admit(temp, storage)
        except Refused as refused:
            return _reason(refused)
        binder.add(admitted.pages, admitted.clean_sha256)
        return IN

    found = _all(answer, numbers)
    binder.bind()
    return found


class Previewer:
    """Does with the rows of a workbook what preview and confirmation do, and keeps nothing of it."""

    def __init__(self, session: Session) -> None:
        self._session, self._lock = session, threading.Lock()
        account = build_account(session)
        self._filing = build_filing(session, unit=account.unit)
        self._actor = Actor(account.id, account.login_name, "legal")

    def preview(self, rows: list[list[str]], table: Table) -> str:
        with self._lock:
            try:
                return self._previewed(rows, table)
            finally:
                self._session.rollback()

    def _previewed(self, rows: list[list[str]], table: Table) -> str:
        session, filing = self._session, self._filing
        try:
            block = read_block(table, rows)
        except NotASheet as reason:
            return f"but is no sheet: {''.join('…' if sign.isdigit() else sign for sign in str(reason))}"
        kept = importing.keep_block(session, filing, table, block, "file", self._actor, NOW)
        figures = load_figures(session, kind_of(filing), filing)
        judged = judge_lines(session, filing, table, figures, stored_lines(kept))
        assert all(line.cells and line.inputs for line in judged)
        if not can_be_stored(judged, only_good=True):
            return "but every line is to be corrected"
        importing.store_lines(session, filing, table, kept, judged, self._actor, NOW)
        session.flush()
        return "and has lines that can be stored"


@pytest.fixture
def previewer(sqlite_template: Path, tmp_path: Path) -> Iterator[Previewer]:
    file = tmp_path / "previewer.sqlite3"
    shutil.copy(sqlite_template, file)
    db.connect(f"sqlite:///{file}")
    with Session(db.engine) as session:
        yield Previewer(session)
    db.engine.dispose()


def read_mutants(storage: FolderStorage, numbers: range, previewer: Previewer) -> collections.Counter[str]:
    """Read the workbook mutants of these numbers, preview what came in, and count the answers."""

    def answer(number: int) -> str:
        try:
            rows = read_workbook(io.BytesIO(workbook_mutant(number)), storage)
        except Refused as refused:
            return _reason(refused)
        assert all(isinstance(cell, str) for row in rows for cell in row)
        return f"{IN}, {previewer.preview(rows, TABLES[number % len(TABLES)])}"

    return _all(answer, numbers)


def _reason(refused: Refused) -> str:
    assert "请" in refused.message
    return f"{refused.code} {''.join('…' if sign.isdigit() else sign for sign in refused.message)}"


def _all(answer: Callable[[int], str], numbers: range) -> collections.Counter[str]:
    def numbered(number: int) -> str:
        try:
            return answer(number)
        except Exception as error:
            error.add_note(f"mutant {number}")
            raise

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return collections.Counter(pool.map(numbered, numbers))


def _unharmed(storage: FolderStorage, log: str) -> None:
    """Nothing is left over, no child took more memory than it may, none was short of a file of ours."""
    assert list((storage.root / "tmp").iterdir()) == []
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1_024 <= MEMORY_BYTES
    assert "Too many open files" not in log


def test_mutants_are_the_same_every_time() -> None:
    assert [pdf_mutant(number) for number in range(20)] == [pdf_mutant(number) for number in range(20)]
    assert len({pdf_mutant(number) for number in range(20)}) == 20
    assert [workbook_mutant(number) for number in range(9)] == [
        workbook_mutant(number) for number in range(9)
    ]


def test_some_damaged_pdfs_get_an_answer(storage: FolderStorage, caplog: pytest.LogCaptureFixture) -> None:
    found = admit_mutants(storage, range(24))
    assert 0 < found[IN] < 24
    _unharmed(storage, caplog.text)


def test_some_damaged_workbooks_get_an_answer(
    storage: FolderStorage, previewer: Previewer, caplog: pytest.LogCaptureFixture
) -> None:
    found = read_mutants(storage, range(24), previewer)
    assert 0 < sum(count for said, count in found.items() if said.startswith(IN)) < 24
    _unharmed(storage, caplog.text)


@pytest.mark.long
def test_ten_thousand_damaged_pdfs_get_an_answer(storage, caplog, told) -> None:
    begun = time.monotonic()
    found = admit_mutants(storage, range(10_000))
    told("PDF mutants", found, begun)
    _unharmed(storage, caplog.text)


@pytest.mark.long
def test_five_thousand_damaged_workbooks_get_an_answer(storage, previewer, caplog, told) -> None:
    begun = time.monotonic()
    found = read_mutants(storage, range(5_000), previewer)
    assert found[f"{IN}, and has lines that can be stored"] > 0
    told("workbook mutants", found, begun)
    _unharmed(storage, caplog.text)

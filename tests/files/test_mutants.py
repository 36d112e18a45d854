"""Thousands of damaged files, straight into admission: every one gets an answer that is ours."""

import collections
import io
import resource
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from files.admission import admit, receive
from files.isolation import MEMORY_BYTES
from files.refusals import Refused
from files.storage import FolderStorage
from files.workbook import read_workbook
from materials.book import Book
from materials.stamp import Wording
from tests.files.mutants import pdf_mutant, workbook_mutant

# Said while a mutant is made; what the product says of it is the test.
pytestmark = pytest.mark.filterwarnings("ignore::pikepdf.exceptions.PageCopyWarning")
IN = "came in"
AT_ONCE = 2  # files; as many as admission lets in
BOUND_TOGETHER = 50  # files in one book
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


def read_mutants(storage: FolderStorage, numbers: range) -> collections.Counter[str]:
    """Read the workbook mutants of these numbers and count the answers."""

    def answer(number: int) -> str:
        try:
            rows = read_workbook(io.BytesIO(workbook_mutant(number)), storage)
        except Refused as refused:
            return _reason(refused)
        assert all(isinstance(cell, str) for row in rows for cell in row)
        return IN

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


def test_some_damaged_pdfs_get_an_answer(storage: FolderStorage, caplog: pytest.LogCaptureFixture) -> None:
    found = admit_mutants(storage, range(24))
    assert 0 < found[IN] < 24
    _unharmed(storage, caplog.text)


def test_some_damaged_workbooks_get_an_answer(
    storage: FolderStorage, caplog: pytest.LogCaptureFixture
) -> None:
    found = read_mutants(storage, range(24))
    assert 0 < found[IN] < 24
    _unharmed(storage, caplog.text)


@pytest.mark.long
def test_ten_thousand_damaged_pdfs_get_an_answer(storage, caplog, told) -> None:
    begun = time.monotonic()
    found = admit_mutants(storage, range(10_000))
    told("PDF mutants", found, begun)
    _unharmed(storage, caplog.text)


@pytest.mark.long
def test_five_thousand_damaged_workbooks_get_an_answer(storage, caplog, told) -> None:
    begun = time.monotonic()
    found = read_mutants(storage, range(5_000))
    told("workbook mutants", found, begun)
    _unharmed(storage, caplog.text)

"""Workbooks are read in the limited child; what is refused is refused with its reason."""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from openpyxl import Workbook

from files import child_process
from files.refusals import Refused
from files.storage import FolderStorage
from files.workbook import read_workbook
from tests.sheets import archive, saved, workbook

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def read(data: bytes) -> list[list[str]]:
    with TemporaryDirectory() as folder:
        storage = FolderStorage(Path(folder))
        try:
            return read_workbook(io.BytesIO(data), storage)
        finally:
            assert storage.leftovers(older_than_seconds=0) == []


def refusal(data: bytes) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        read(data)
    return refused.value.code, refused.value.message


def test_cells_come_as_their_reader_would_write_them() -> None:
    rows = [
        ["文", 23, 610.5, True, date(2021, 3, 18), datetime(2021, 3, 18, 9, 30)],
        [],
        ["x\ny", 1e15, -0.5],
        [1e40],
    ]
    assert read(workbook(rows)) == [
        ["文", "23", "610.5", "是", "2021-03-18", "2021-03-18 09:30:00"],
        ["", "", "", "", "", ""],
        ["x\ny", "1000000000000000", "-0.5", "", "", ""],
        [str(int(1e40)), "", "", "", "", ""],
    ]


def test_lines_keep_their_numbers_and_hidden_sheets_are_passed_over() -> None:
    book = Workbook()
    book.active.append(["选项"])
    book.active.sheet_state = "hidden"
    sheet = book.create_sheet("表")
    sheet["B3"] = "值"
    assert read(saved(book)) == [[], [], ["", "值"]]


def test_a_formula_gives_its_result_never_itself() -> None:
    assert read(workbook([["=1+1", "b"]])) in ([["", "b"]], [["0", "b"]])


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "E_FILE_EMPTY", "0 字节"),
        (b"0" * 3_145_729, "E_FILE_SIZE", "3 MB"),
        (b"%PDF-1.7 ...", "E_FILE_TYPE", "不是 .xlsx"),
        (OLE, "E_FILE_TYPE", "旧版 .xls"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "E_FILE_ENCRYPTED", "打开密码"),
        (archive({"xl/vbaProject.bin": b"x"}), "E_FILE_TYPE", "宏"),
        (archive({f"xl/media/{number}.png": b"x" for number in range(200)}), "E_FILE_DAMAGED", "解压后过大"),
        (archive({"xl/worksheets/sheet1.xml": bytes(60_000_000)}), "E_FILE_DAMAGED", "解压后过大"),
        (archive({"xl/worksheets/sheet1.xml": bytes(5_000_000)}), "E_FILE_DAMAGED", "解压后过大"),
        (archive({}), "E_FILE_DAMAGED", "已损坏"),
        (workbook([["a"]])[:-900], "E_FILE_DAMAGED", "已损坏"),
    ],
    ids=["empty", "large", "pdf", "xls", "encrypted", "macros", "members", "bomb", "ratio", "hollow", "cut"],
)
def test_a_workbook_is_refused_with_reason_and_cure(data: bytes, code: str, words: str) -> None:
    found, message = refusal(data)
    assert found == code
    assert words in message
    assert "请" in message


def test_a_size_that_lies_is_found_by_counting() -> None:
    data = bytearray(archive({"xl/worksheets/sheet1.xml": bytes(5_000_000)}))
    packed = zipfile.ZipFile(io.BytesIO(bytes(data)))
    true_size = packed.getinfo("xl/worksheets/sheet1.xml").file_size.to_bytes(4, "little")
    assert refusal(bytes(data).replace(true_size, (9).to_bytes(4, "little")))[0] == "E_FILE_DAMAGED"


def test_a_cell_at_the_far_corner_costs_nothing_here() -> None:
    book = Workbook()
    book.active["A1"] = "a"
    book.active["XFD1048576"] = "b"
    assert refusal(saved(book))[0] == "E_FILE_DAMAGED"


def test_too_many_lines_are_refused() -> None:
    assert "5000" in refusal(workbook([["a"]] * 5_001))[1]


def test_a_child_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_process, "command", lambda arguments, entry: ["sleep", "30"])
    monkeypatch.setattr(child_process, "WALL_SECONDS", 0.5)
    assert refusal(workbook([["a"]]))[0] == "E_FILE_BUSY"


@pytest.mark.parametrize(("signal", "code"), [("TERM", "E_FILE_BUSY"), ("SEGV", "E_FILE_DAMAGED")])
def test_a_child_that_dies_of_a_workbook_is_told_from_one_that_was_ended(
    monkeypatch: pytest.MonkeyPatch, signal: str, code: str
) -> None:
    monkeypatch.setattr(child_process, "command", lambda arguments, entry: ["sh", "-c", f"kill -{signal} $$"])
    assert refusal(workbook([["a"]]))[0] == code


def test_what_a_taken_over_child_says_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    said = """echo '{"refused": ["E_MADE_UP", "给我密码"]}'"""
    monkeypatch.setattr(child_process, "command", lambda arguments, entry: ["sh", "-c", said])
    assert "密码" not in refusal(workbook([["a"]]))[1]

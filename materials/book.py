"""The book: typeset pages and evidence in order, stamped, with bookmarks, written as one PDF."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from pypdf import PageObject, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, TextStringObject

from materials.evidence import read_evidence
from materials.sheets import Sheet, own_sheet
from materials.stamp import Stamp, Wording


@dataclass(frozen=True)
class Bookmark:
    """`level` 1 or 2; `page` counts from 0."""

    level: int
    title: str
    page: int


class Book:
    """Collects sheets first, because a page cannot be stamped before their number is known."""

    def __init__(self) -> None:
        self._writer = PdfWriter()
        self._writer.pdf_header = "%PDF-1.7"
        self._sheets: list[Sheet] = []
        self._evidence: dict[Path, list[Sheet]] = {}
        self._layers: list[IndirectObject] = []
        self._hidden_layers: list[IndirectObject] = []

    @property
    def page_count(self) -> int:
        return len(self._sheets)

    def add_own(self, pages: list[PageObject]) -> None:
        self._sheets += [own_sheet(self._writer, page) for page in pages]

    def add_evidence(self, path: Path) -> int:
        """Add all pages of the file; their number. The same file twice is stored once."""
        if path not in self._evidence:
            self._evidence[path] = self._read(path)
        self._sheets += self._evidence[path]
        return len(self._evidence[path])

    def stamp(self, wording: Wording, progress: Callable[[int, int], None]) -> None:
        stamp = Stamp(self._writer, wording)
        total = self.page_count
        for number, sheet in enumerate(self._sheets, start=1):
            stamp.bind(sheet, number, total)
            if number % 50 == 0 or number == total:
                progress(number, total)

    def add_bookmarks(self, bookmarks: list[Bookmark]) -> None:
        parent: IndirectObject | None = None
        for bookmark in bookmarks:
            under = parent if bookmark.level > 1 else None
            item = self._writer.add_outline_item(
                title=bookmark.title, page_number=bookmark.page, parent=under, is_open=False
            )
            parent = item if bookmark.level == 1 else parent

    def describe(self, title: str, author: str, subject: str, created: datetime) -> None:
        self._writer.add_metadata(
            {
                "/Title": title,
                "/Author": author,
                "/Subject": subject,
                "/Producer": "Hatchery",
                "/CreationDate": f"D:{created:%Y%m%d%H%M%S}{created:%z}"[:-2] + f"'{created:%z}"[-3:] + "'",
            }
        )
        root = self._writer.root_object
        root[NameObject("/Lang")] = TextStringObject("zh-CN")
        root[NameObject("/PageMode")] = NameObject("/UseOutlines")
        if self._layers:
            root[NameObject("/OCProperties")] = self._layer_settings()

    def write(self, out: BinaryIO) -> None:
        self._writer.write(out)

    def _read(self, path: Path) -> list[Sheet]:
        evidence = read_evidence(self._writer, path)
        self._layers += evidence.layers
        self._hidden_layers += evidence.hidden_layers
        return evidence.sheets

    def _layer_settings(self) -> DictionaryObject:
        default = DictionaryObject({NameObject("/OFF"): ArrayObject(self._hidden_layers)})
        return DictionaryObject({NameObject("/OCGs"): ArrayObject(self._layers), NameObject("/D"): default})

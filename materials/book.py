"""The book: typeset pages and evidence in order, stamped, with bookmarks, written as one PDF."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, TextStringObject

from materials.sheets import Sheet, evidence_sheet, own_sheet
from materials.stamp import Stamp, Wording

# What pypdf is known to raise on files it cannot make sense of.
READ_ERRORS = (
    PyPdfError,
    OSError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
    zlib.error,
)


class Unreadable(Exception):
    """A file is no PDF that can be merged; the message is the Chinese reason."""


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
        try:
            reader = PdfReader(path)
            if not reader.pages:
                raise Unreadable("文件没有页面")
            sheets = [evidence_sheet(self._writer, page) for page in reader.pages]
            self._keep_layers(reader)
        except READ_ERRORS as error:
            raise Unreadable("文件已损坏或不是有效的 PDF，请重新导出后上传") from error
        # pypdf remembers copied objects by the reader's address, which the next reader may get again.
        self._writer.reset_translation(reader)
        reader.close()
        return sheets

    def _keep_layers(self, reader: PdfReader) -> None:
        """Remember optional content, so that layers hidden in the file stay hidden in the book."""
        settings = reader.root_object.get("/OCProperties", DictionaryObject()).get_object()
        self._layers += self._copied(settings.get("/OCGs"))
        self._hidden_layers += self._copied(settings.get("/D", DictionaryObject()).get_object().get("/OFF"))

    def _copied(self, layers: Any) -> list[IndirectObject]:
        listed = layers.get_object() if layers is not None else []
        found = [layer.get_object() for layer in listed if isinstance(layer, IndirectObject)]
        copies = [layer.clone(self._writer) for layer in found if layer is not None]
        return [copy.indirect_reference for copy in copies if copy.indirect_reference]

    def _layer_settings(self) -> DictionaryObject:
        default = DictionaryObject({NameObject("/OFF"): ArrayObject(self._hidden_layers)})
        return DictionaryObject({NameObject("/OCGs"): ArrayObject(self._layers), NameObject("/D"): default})

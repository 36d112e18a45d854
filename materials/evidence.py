"""Read a file of evidence into a book, as the pages and layers that are bound into it."""

import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import DictionaryObject, IndirectObject, NameObject

from materials.sheets import Sheet, evidence_sheet

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
class Evidence:
    """The sheets of one file, and its optional content: all layers, and those hidden in the file."""

    sheets: list[Sheet]
    layers: list[IndirectObject]
    hidden_layers: list[IndirectObject]


def read_evidence(writer: PdfWriter, source: Path | BinaryIO) -> Evidence:
    """Copy all pages of a file into the writer. Raises Unreadable."""
    try:
        reader = PdfReader(source)
        if not reader.pages:
            raise Unreadable("文件没有页面")
        sheets = [evidence_sheet(writer, page) for page in reader.pages]
        settings = reader.root_object.get("/OCProperties", DictionaryObject()).get_object()
        layers = _copied(writer, settings.get("/OCGs"))
        hidden = _copied(writer, settings.get("/D", DictionaryObject()).get_object().get("/OFF"))
    except READ_ERRORS as error:
        raise Unreadable("文件已损坏或不是有效的 PDF，请重新导出后上传") from error
    # pypdf remembers copied objects by the reader's address, which the next reader may get again.
    writer.reset_translation(reader)
    reader.close()
    return Evidence(sheets, layers, hidden)


def rehearse(data: bytes) -> int:
    """Bind a file into a book that is thrown away, and return its pages. Raises Unreadable."""
    writer = PdfWriter()
    sheets = read_evidence(writer, io.BytesIO(data)).sheets
    try:
        for sheet in sheets:
            page = writer.add_blank_page(sheet.width, sheet.height)
            page[NameObject("/Page")] = sheet.form
            if sheet.blending is not None:
                page[NameObject("/Group")] = sheet.blending
        writer.write(io.BytesIO())
    except READ_ERRORS as error:
        raise Unreadable("文件已损坏或不是有效的 PDF，请重新导出后上传") from error
    return len(sheets)


def _copied(writer: PdfWriter, layers: Any) -> list[IndirectObject]:
    listed = layers.get_object() if layers is not None else []
    found = [layer.get_object() for layer in listed if isinstance(layer, IndirectObject)]
    copies = [layer.clone(writer) for layer in found if layer is not None]
    return [copy.indirect_reference for copy in copies if copy.indirect_reference]

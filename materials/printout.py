"""Letters and certificates as PDF, each from its frozen document."""

import io
from collections.abc import Callable
from typing import Any

from pypdf import PageObject, PdfWriter
from pypdf.generic import ArrayObject, NameObject, TextStringObject

from materials.qr import qr_picture
from materials.streams import stream
from materials.typeset import Typeset, typeset

Document = dict[str, Any]
# Points: the largest and the smallest size of a name, and the width a long one must fit into.
NAME_SIZE, SMALLEST_NAME, NAME_WIDTH = 40, 16, 600
BORDER_INK = "0.051 0.373 0.420"
BORDERS = ((34, 2.5), (41, 0.75))  # points: from the edge of the page, and how thick


def print_letter(document: Document) -> tuple[bytes, int]:
    """Return the 推荐函, the 推荐汇总表 after it, and the number of pages. Raises TypesettingFailed."""
    pages = typeset("letter.html", letter=document)
    return _written(_book(pages, f"关于推荐{document['batch']}的函", document["office"]))


def print_certificate(document: Document) -> tuple[bytes, int]:
    """Return the certificate, one page, and 1. Raises TypesettingFailed."""
    size = max(SMALLEST_NAME, min(NAME_SIZE, NAME_WIDTH // len(document["name"])))
    pages = typeset("certificate.html", certificate=document, name_size=size, qr=qr_picture(document["link"]))
    writer = _book(pages, f"{document['title']}证书 · {document['name']}", document["office"])
    for page in writer.pages:
        _add_border(writer, page)
    return _written(writer)


def _book(pages: Typeset, title: str, author: str) -> PdfWriter:
    writer = PdfWriter()
    for page in pages.pages:
        writer.add_page(page)
    writer.add_metadata({"/Title": title, "/Author": author, "/Producer": "Hatchery"})
    writer.root_object[NameObject("/Lang")] = TextStringObject("zh-CN")
    return writer


def _add_border(writer: PdfWriter, page: PageObject) -> None:
    """Draw two lines around the page, which xhtml2pdf cannot."""
    width, height = float(page.mediabox.width), float(page.mediabox.height)
    border = "".join(
        f"q {BORDER_INK} RG {line} w {edge} {edge} {width - 2 * edge:.2f} {height - 2 * edge:.2f} re S Q\n"
        for edge, line in BORDERS
    )
    own = page.raw_get("/Contents")
    pieces = own.get_object()
    drawn = list(pieces) if isinstance(pieces, ArrayObject) else [own]
    page[NameObject("/Contents")] = ArrayObject([writer._add_object(stream(border.encode())), *drawn])


def _written(writer: PdfWriter) -> tuple[bytes, int]:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue(), len(writer.pages)


# Kind of a printout → what prints it.
PRINTERS: dict[str, Callable[[Document], tuple[bytes, int]]] = {
    "letter": print_letter,
    "certificate": print_certificate,
}

"""A comparison of two versions as a PDF: the same lines as on the screen."""

import io
from collections.abc import Mapping
from typing import Any

from pypdf import PdfWriter

from filings.compare import compare
from filings.textdiff import text_pieces
from materials.typeset import typeset

Document = dict[str, Any]


def print_comparison(
    before: Document, after: Document, before_no: str, after_no: str, state_words: Mapping[str, str]
) -> tuple[bytes, int]:
    """Return the PDF and the number of its pages; `state_words` name the states of conditions.

    Raises TypesettingFailed.
    """
    found = typeset(
        "comparison.html", comparison=compare(before, after), before=before, after=after, before_no=before_no,
        after_no=after_no, text_pieces=text_pieces, state_words=state_words,
    )  # fmt: skip
    writer = PdfWriter()
    for page in found.pages:
        writer.add_page(page)
    writer.add_metadata({"/Title": f"比较表 · {after['name']}", "/Producer": "Hatchery"})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue(), len(found.pages)

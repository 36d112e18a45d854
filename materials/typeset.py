"""Set one template of `templates/print/` in type with xhtml2pdf."""

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from pypdf import PageObject, PdfReader
from pypdf.generic import DictionaryObject, StreamObject
from xhtml2pdf import pisa
from xhtml2pdf.config.resources import RenderLimitError, ResourceAccessPolicy

from materials import linebreak
from materials.errors import TypesettingFailed
from materials.fonts import ASSETS, faces_for, printable

TEMPLATES = Path(__file__).parents[1] / "templates" / "print"
# xhtml2pdf only logs these: the text is gone from the page while its error count stays 0.
FATAL_WARNINGS = ("Blocked by", "could not read", "No font this document has can draw")
linebreak.install()
UNDRAWABLE = re.compile(r"can draw .*?\(U\+([0-9A-F]+)\)")


@dataclass(frozen=True)
class Typeset:
    """Pages set in type; `headings` holds the page (from 0) of each `<h1>` and `<h2>` in their order."""

    reader: PdfReader
    headings: list[int]

    @property
    def pages(self) -> list[PageObject]:
        return list(self.reader.pages)


def typeset(template: str, **data: Any) -> Typeset:
    """Typeset a template. Raises TypesettingFailed when a character cannot be drawn or it takes too long."""
    reader = PdfReader(io.BytesIO(_pdf(_html(template, data))))
    for page in reader.pages:
        _repair_text_maps(page)
    return Typeset(reader, list(_heading_pages(reader, reader.outline)))


def _heading_pages(reader: PdfReader, outline: list[Any]) -> Iterator[int]:
    for item in outline:
        if isinstance(item, list):
            yield from _heading_pages(reader, item)
        else:
            yield reader.get_destination_page_number(item) or 0


@cache
def environment() -> Environment:
    # `finalize` sees every value before it is escaped, so no template can forget to clean one.
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=printable,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _html(template: str, data: dict[str, Any]) -> str:
    body = environment().get_template(template).render(data)
    faces = faces_for(unescape(body))
    # The body was escaped as it was rendered.
    return environment().get_template("page.html").render(body=Markup(body), faces=faces)  # noqa: S704


def _pdf(html: str) -> bytes:
    out = io.BytesIO()
    try:
        with _logged_warnings() as warnings:
            result = pisa.CreatePDF(html, dest=out, path=str(ASSETS / "page.html"), resource_policy=_policy())
    except RenderLimitError as error:
        raise TypesettingFailed("申报书内容过多，排版超时") from error
    _refuse([*warnings, *(message for _, _, message, _ in result.log)])
    if result.err:
        raise TypesettingFailed("申报书排版失败")
    return out.getvalue()


def _policy() -> ResourceAccessPolicy:
    # Only our own fonts lie there, so more than the default 50 MB may be read of them.
    return ResourceAccessPolicy.server(ASSETS, max_total_bytes=80_000_000)


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextmanager
def _logged_warnings() -> Iterator[list[str]]:
    """What xhtml2pdf warns of meanwhile, however quiet the program wants its log to be."""
    logger = logging.getLogger("xhtml2pdf")
    collector, level = _Collector(), logger.level
    logger.addHandler(collector)
    logger.setLevel(logging.WARNING)
    try:
        yield collector.messages
    finally:
        logger.setLevel(level)
        logger.removeHandler(collector)


def _refuse(messages: list[str]) -> None:
    for message in messages:
        if found := UNDRAWABLE.search(message):
            raise TypesettingFailed(
                f"无法打印字符“{chr(int(found[1], 16))}”（U+{found[1]}），请换用其他文字",
                character=chr(int(found[1], 16)),
            )
        if any(words in message for words in FATAL_WARNINGS):
            raise TypesettingFailed(f"申报书排版失败：{message}")


def _repair_text_maps(page: PageObject) -> None:
    """Let characters beyond the BMP be found and copied: reportlab writes a code point of five figures."""
    resources = page.get("/Resources", DictionaryObject()).get_object()
    for font in resources.get("/Font", DictionaryObject()).get_object().values():
        text_map = font.get_object().get("/ToUnicode")
        if text_map is not None:
            _repair_text_map(text_map.get_object())


def _repair_text_map(text_map: StreamObject) -> None:
    old = text_map.get_data()
    new = re.sub(rb"> <([0-9A-F]{5,6})>", lambda found: b"> <%s>" % _surrogates(found[1]), old)
    if new != old:
        text_map.set_data(new)


def _surrogates(code_point: bytes) -> bytes:
    return chr(int(code_point, 16)).encode("utf-16-be").hex().upper().encode()

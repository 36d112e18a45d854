"""The pages we typeset ourselves: cover, contents, body and attachment list, with their page numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pypdf import PageObject

from materials.book import Bookmark
from materials.errors import TypesettingFailed
from materials.fonts import drawable
from materials.layout import Entry, Section, entries, pieces, sections
from materials.places import place_of
from materials.qr import qr_picture
from materials.tables import chunks
from materials.typeset import Typeset, typeset

Document = dict[str, Any]
Progress = Callable[[int, int, str], None]
TITLE_SIZE = 34
TITLE_WIDTH = 419
LIST_TITLE = "附件清单"
LIST_ROWS_PER_PAGE = 25


@dataclass(frozen=True)
class VersionStamp:
    """`generated_at` is aware; `verify_url` is what the QR code on the cover leads to."""

    version_no: str
    generated_at: datetime
    verify_url: str


@dataclass(frozen=True)
class Manuscript:
    """`pages` in the order of binding; the bookmarks reach into the evidence that follows."""

    pages: list[PageObject]
    bookmarks: list[Bookmark]


def set_manuscript(document: Document, version: VersionStamp, progress: Progress) -> Manuscript:
    """Typeset all but the evidence; `progress(done, total, what)` hears of each piece.

    Raises TypesettingFailed, naming the place of a character that no font can draw.
    """
    try:
        return _manuscript(document, version, progress)
    except TypesettingFailed as error:
        if not error.character:
            raise
        where = place_of(document, error.character)
        raise TypesettingFailed(error.reason, error.character, where) from error


def _manuscript(document: Document, version: VersionStamp, progress: Progress) -> Manuscript:
    all_sections = sections(document)
    cover = _cover(document, version)
    body, headings = _body(all_sections, progress)
    lines = entries(all_sections)
    if document["attachments"]:
        # The list follows the body, so it begins where the next heading would.
        lines.append(Entry(1, LIST_TITLE))
        headings.append(len(body))
    contents = _settled(1, lambda length: _contents(lines, headings, len(cover) + length))
    before = len(cover) + len(contents.pages)
    listed, first_pages = _attachment_list(document["attachments"], before + len(body))
    bookmarks = [Bookmark(1, "目录", len(cover))]
    bookmarks += [
        Bookmark(line.level, line.title, before + at) for line, at in zip(lines, headings, strict=True)
    ]
    bookmarks += [
        Bookmark(2, f"附件 {attachment['no']} {attachment['title']}", first_pages[attachment["no"]] - 1)
        for attachment in document["attachments"]
    ]
    return Manuscript([*cover, *contents.pages, *body, *listed], bookmarks)


def _cover(document: Document, version: VersionStamp) -> list[PageObject]:
    title = document["title"]
    cover = typeset(
        "cover.html",
        title=title,
        title_size=min(TITLE_SIZE, TITLE_WIDTH // len(title)),
        year=document["batch"]["year"],
        cover=document["cover"],
        version_no=version.version_no,
        qr=qr_picture(version.verify_url),
    )
    return cover.pages


def _body(all_sections: list[Section], progress: Progress) -> tuple[list[PageObject], list[int]]:
    """The pages, and on which of them, from 0, each heading stands."""
    pages: list[PageObject] = []
    headings: list[int] = []
    runs = pieces(all_sections)
    for done, blocks in enumerate(runs):
        progress(done, len(runs), blocks[0].heading)
        piece = typeset("body.html", blocks=blocks)
        headings += [len(pages) + page for page in piece.headings]
        pages += piece.pages
    progress(len(runs), len(runs), "")
    return pages, headings


def _contents(lines: list[Entry], headings: list[int], before: int) -> Typeset:
    numbered = [(line, before + page + 1) for line, page in zip(lines, headings, strict=True)]
    return typeset("contents.html", lines=numbered)


def _attachment_list(attachments: list[Document], before: int) -> tuple[list[PageObject], dict[int, int]]:
    """Its pages, and the first page of each attachment by its number; both empty without attachments."""
    if not attachments:
        return [], {}

    def first_pages(length: int) -> dict[int, int]:
        pages, page = {}, before + length + 1
        for attachment in attachments:
            pages[attachment["no"]] = page
            page += attachment["pages"]
        return pages

    shown = [{**attachment, "name": drawable(attachment["name"])} for attachment in attachments]
    listed = _settled(
        1 + len(attachments) // LIST_ROWS_PER_PAGE,
        lambda length: typeset(
            "attachments.html",
            count=len(shown),
            page_count=sum(attachment["pages"] for attachment in shown),
            chunks=chunks(shown),
            first_page=first_pages(length),
        ),
    )
    return listed.pages, first_pages(len(listed.pages))


def _settled(length: int, typeset_for: Callable[[int], Typeset]) -> Typeset:
    """Typeset what states page numbers that depend on its own length, until the assumed length is true."""
    for _ in range(4):
        done = typeset_for(length)
        if len(done.pages) == length:
            return done
        length = len(done.pages)
    raise TypesettingFailed("目录页数无法确定")

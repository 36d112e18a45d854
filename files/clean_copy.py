"""Make the copy that is viewed, merged and printed: repaired, decrypted, flattened, inert.

Runs only in the limited child process.
"""

import codecs
import io
import sys
from dataclasses import dataclass

import pikepdf
from pikepdf import Pdf
from pikepdf.settings import set_qpdf_limits

from files.active_content import remove_active_content
from files.form_fields import flatten_forms
from files.page_geometry import set_right_pages
from files.page_objects import strip_page_objects
from files.refusals import (
    PAGE_LIMIT,
    cannot_be_merged,
    damaged,
    grew,
    has_certificate,
    has_password,
    largest_copy,
    no_pages,
    too_many_pages,
)
from materials.evidence import Unreadable, rehearse

DECRYPTED = "文件有编辑限制，审核和合并使用的副本已解除限制，原件保留。"
REPAIRED = "文件结构有小问题，审核和合并使用的副本已修复，原件保留。请预览确认各页完整。"

_LARGEST_STREAM = 256 * 1_024 * 1_024


@dataclass(frozen=True)
class CleanCopy:
    """The bytes of the copy, its number of pages, and what the applicant should know of it."""

    data: bytes
    pages: int
    notes: tuple[str, ...]


def get_ready() -> None:
    """Do once what needs to open files, by making one copy.

    qpdf keeps its source of random numbers from then on; it asks for them as soon as it meets an encrypted
    file. pypdf loads some of its modules, and Python its encodings, only when they are first needed.
    """
    for encoding in ("utf-16", "utf-16-be", "utf-16-le", "latin-1", "cp1252", "charmap", "gbk"):
        codecs.lookup(encoding)
    set_qpdf_limits(flate_max_memory=_LARGEST_STREAM, run_length_max_memory=_LARGEST_STREAM)
    with pikepdf.new() as pdf:
        pdf.add_blank_page().contents_add(b"q Q")
        pdf.save(io.BytesIO(), encryption=pikepdf.Encryption(owner="owner", user=""))
        rehearse(_written(pdf))


def make_clean_copy(data: bytes) -> CleanCopy:
    """Make the copy of a file. Raises Refused.

    Keeps the pages as they look and links to web addresses. Drops outlines, destinations, tags and
    metadata with everything active: the copy is what gets printed, the original stays a download.
    """
    with _open(data) as pdf:
        pages = _count_pages(pdf)
        notes = _notes_on_opening(pdf)
        notes += flatten_forms(pdf)
        notes += remove_active_content(pdf)
        set_right_pages(pdf)
        strip_page_objects(pdf)
        copy = _written(pdf)
    if len(copy) > largest_copy(len(data)):
        raise grew()
    _read_again(copy, pages)
    return CleanCopy(copy, pages, tuple(notes))


def _open(data: bytes) -> Pdf:
    try:
        return Pdf.open(io.BytesIO(data), conversion_mode="explicit")
    except pikepdf.PasswordError:
        raise has_password() from None
    except pikepdf.PdfError as error:
        raise (has_certificate() if "encryption" in str(error).lower() else damaged()) from None


def _count_pages(pdf: Pdf) -> int:
    try:
        pages = len(pdf.pages)
    except (pikepdf.PdfError, ValueError):
        raise damaged() from None
    if pages == 0:
        raise no_pages()
    if pages > PAGE_LIMIT:
        raise too_many_pages(pages)
    return pages


def _notes_on_opening(pdf: Pdf) -> list[str]:
    notes = [DECRYPTED] if pdf.is_encrypted else []
    return [*notes, REPAIRED] if pdf.get_warnings() else notes


def _written(pdf: Pdf) -> bytes:
    """Write everything anew; equal input gives equal bytes."""
    copy = io.BytesIO()
    pdf.save(
        copy,
        deterministic_id=True,
        linearize=False,
        encryption=False,
        compress_streams=True,
        fix_metadata_version=False,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
    )
    return copy.getvalue()


def _read_again(copy: bytes, pages: int) -> None:
    """Make sure that whoever merges the copy finds all of it; some damage survives the repair."""
    with Pdf.open(io.BytesIO(copy)) as pdf:
        if len(pdf.pages) != pages or pdf.get_warnings():
            raise damaged()
    try:
        merged = rehearse(copy)
    except Unreadable as error:
        print("cannot be merged:", error.__cause__, file=sys.stderr)
        raise cannot_be_merged() from None
    if merged != pages:
        raise cannot_be_merged()

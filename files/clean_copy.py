"""Make the copy that is viewed, merged and printed: repaired, decrypted, flattened, inert.

Runs only in the limited child process.
"""

import io
from typing import BinaryIO

import pikepdf
from pikepdf import Pdf
from pikepdf.settings import set_qpdf_limits

from files.active_content import remove_active_content
from files.form_fields import flatten_forms
from files.page_objects import strip_page_objects
from files.refusals import PAGE_LIMIT, damaged, grew, has_certificate, has_password, no_pages, too_many_pages

DECRYPTED = "文件有编辑限制，审核和合并使用的副本已解除限制，原件保留。"
REPAIRED = "文件结构有小问题，审核和合并使用的副本已修复，原件保留。请预览确认各页完整。"

_LARGEST_STREAM = 256 * 1_024 * 1_024


def get_ready() -> None:
    """Do once what needs to open files: qpdf keeps its source of random numbers from then on.

    It asks for them as soon as it meets an encrypted file.
    """
    set_qpdf_limits(flate_max_memory=_LARGEST_STREAM, run_length_max_memory=_LARGEST_STREAM)
    with pikepdf.new() as pdf:
        pdf.save(io.BytesIO(), encryption=pikepdf.Encryption(owner="owner", user=""))


def write_clean_copy(source: BinaryIO, target: BinaryIO) -> tuple[int, list[str]]:
    """Write the copy; return its number of pages and what the applicant should know of it.

    Keeps the pages as they look and links to web addresses. Drops outlines, destinations, tags and
    metadata with everything active: the copy is what gets printed, the original stays a download.
    Raises Refused.
    """
    pdf = _open(source)
    pages = _count_pages(pdf)
    notes = _notes_on_opening(pdf)
    notes += flatten_forms(pdf)
    notes += remove_active_content(pdf)
    strip_page_objects(pdf)
    _save(pdf, target)
    return pages, notes


def _open(source: BinaryIO) -> Pdf:
    try:
        return Pdf.open(source, conversion_mode="explicit")
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


def _save(pdf: Pdf, target: BinaryIO) -> None:
    """Write everything anew; equal input gives equal bytes."""
    try:
        pdf.save(
            target,
            deterministic_id=True,
            linearize=False,
            encryption=False,
            compress_streams=True,
            fix_metadata_version=False,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
        )
        target.flush()
    except OSError:
        # The file size limit of the process is the limit of the copy.
        raise grew() from None

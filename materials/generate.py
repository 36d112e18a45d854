"""Build the PDF of one version: typeset the snapshot, merge the evidence, stamp every page, digest."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from failpoints import reach
from materials.book import Book
from materials.errors import EvidenceUnreadable
from materials.evidence import Unreadable
from materials.manuscript import VersionStamp, set_manuscript
from materials.stamp import Wording

Document = dict[str, Any]
Progress = Callable[[str, int, int, str], None]
Source = Callable[[str], Path]
SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Built:
    """`sha256` is that of the whole file, `size` its bytes."""

    pages: int
    sha256: str
    size: int


def build(document: Document, version: VersionStamp, source: Source, out: Path, progress: Progress) -> Built:
    """Write the PDF to `out`, which appears complete or not at all.

    `source` gives the path of the working copy of an attachment by its `clean_sha256`.
    `progress(step, done, total, what)` hears of the steps typeset, merge, stamp and finish.
    Raises TypesettingFailed and EvidenceUnreadable.
    """
    manuscript = set_manuscript(
        document, version, lambda done, total, what: progress("typeset", done, total, what)
    )
    reach("manuscript_set")
    book = Book()
    book.add_own(manuscript.pages)
    _merge(book, document["attachments"], source, progress)
    reach("evidence_merged")
    book.stamp(_wording(document, version), lambda done, total: progress("stamp", done, total, ""))
    reach("pages_stamped")
    progress("finish", 0, 1, "")
    book.add_bookmarks(manuscript.bookmarks)
    book.describe(document["title"], document["name"], version.version_no, version.generated_at)
    built = _written(book, out)
    reach("pdf_written")
    progress("finish", 1, 1, "")
    return built


def _merge(book: Book, attachments: list[Document], source: Source, progress: Progress) -> None:
    for done, attachment in enumerate(attachments):
        progress("merge", done, len(attachments), attachment["title"])
        try:
            pages = book.add_evidence(_checked(source, attachment["clean_sha256"]))
        except Unreadable as error:
            raise _unreadable(attachment, str(error)) from error
        if pages != attachment["pages"]:
            raise _unreadable(attachment, f"登记为 {attachment['pages']} 页，实际 {pages} 页，请重新上传")
    progress("merge", len(attachments), len(attachments), "")


def _checked(source: Source, sha256: str) -> Path:
    """The path of the working copy, once its bytes are known to be those that were admitted."""
    try:
        path = source(sha256)
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Unreadable("找不到文件，请重新上传") from error
    if found != sha256:
        raise Unreadable("文件内容与上传时不一致，请重新上传")
    return path


def _unreadable(attachment: Document, reason: str) -> EvidenceUnreadable:
    return EvidenceUnreadable(attachment["no"], attachment["title"], attachment["where"], reason)


def _wording(document: Document, version: VersionStamp) -> Wording:
    made = version.generated_at.astimezone(SHANGHAI)
    return Wording(
        head=f"版本号:{version.version_no}",
        foot_left=f"{document['name']} · {document['title']}",
        foot_right=f"{made.year}年{made.month}月{made.day}日 {made:%H:%M} 生成",
    )


def _written(book: Book, out: Path) -> Built:
    """Write beside `out`, sync, rename: nobody ever sees half a file."""
    draft = out.with_name(f"{out.name}.{os.getpid()}.part")
    try:
        with draft.open("w+b") as file:
            book.write(file)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
            file.seek(0)
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(out.parent)
    return Built(book.page_count, sha256, size)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

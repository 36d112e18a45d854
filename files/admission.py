"""Let an uploaded file in or refuse it, without reading it in this process.

This process counts bytes, looks for `%PDF-` and moves files; a limited child reads and rewrites.
"""

import json
import logging
import os
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from failpoints import reach
from files.child_process import Ended, run_child, turn
from files.refusals import (
    CODES,
    PAGE_LIMIT,
    SIZE_LIMIT,
    Refused,
    busy,
    empty,
    grew,
    largest_copy,
    not_a_pdf,
    too_hard,
    too_large,
    wrong_name,
)
from files.storage import FolderStorage

__all__ = [
    "AdmissionBroken",
    "Admitted",
    "Refused",
    "admit",
    "network_isolation",
    "receive",
    "require_pdf_name",
]

log = logging.getLogger(__name__)

_HEADER_WINDOW = 1_024
# A child may use 1.5 GB, so a burst of uploads waits its turn instead of taking all memory.
_places = threading.BoundedSemaphore(2)


class AdmissionBroken(RuntimeError):
    """The child never reached the file: our installation is at fault, not the applicant's file."""


@dataclass(frozen=True)
class Admitted:
    """A file that came in: the original and the clean copy, both stored; sizes in bytes."""

    sha256: str
    size: int
    clean_sha256: str
    clean_size: int
    pages: int
    notes: tuple[str, ...]


def require_pdf_name(name: str) -> None:
    """Refuse a file whose name does not end in .pdf."""
    if not name.strip().lower().endswith(".pdf"):
        raise wrong_name()


def receive(stream: IO[bytes], target: Path, limit: int = SIZE_LIMIT, chunk_size: int = 65_536) -> int:
    """Copy an upload to disk and return its size; on refusal or error the target is gone."""
    try:
        size = _copy(stream, target, limit, chunk_size)
        if size > limit:
            raise too_large(_whole_size(stream), limit)
        if size == 0:
            raise empty()
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return size


def admit(path: Path, storage: FolderStorage) -> Admitted:
    """Store a received file and its clean copy. Raises Refused.

    `path` comes from `storage.new_temp()`; it is gone afterwards, whatever happens.
    """
    try:
        _require_header(path)
        with storage.temp_folder() as folder:
            clean = folder / "clean.pdf"
            pages, notes = _clean_in_child(path, clean, folder)
            reach("upload_cleaned")
            size, clean_size = path.stat().st_size, clean.stat().st_size
            return Admitted(storage.put(path), size, storage.put(clean), clean_size, pages, notes)
    finally:
        path.unlink(missing_ok=True)


def network_isolation() -> str:
    """Say, for `hatchery doctor`, what keeps the child process off the network, by trying it out."""
    with tempfile.TemporaryDirectory() as folder:
        found = json.loads(_ended_well(run_child(["--probe"], Path(folder))).answer)
    if found["sockets"]:
        return "未生效：读取上传文件的子进程仍能打开网络连接"
    if found["namespace"]:
        return "独立的用户和网络命名空间，并且不能打开任何文件描述符"
    return "不能打开任何文件描述符（系统不允许建立用户命名空间）"


def _copy(stream: IO[bytes], target: Path, limit: int, chunk_size: int) -> int:
    """Copy up to one byte past the limit, which is enough to know."""
    size = 0
    with target.open("wb") as output:
        while size <= limit and (chunk := stream.read(min(chunk_size, limit + 1 - size))):
            output.write(chunk)
            size += len(chunk)
    return size


def _whole_size(stream: IO[bytes]) -> int | None:
    """How large the refused upload is; None if only reading all of it would tell."""
    return stream.seek(0, os.SEEK_END) if stream.seekable() else None


def _require_header(path: Path) -> None:
    with path.open("rb") as stream:
        start = stream.read(_HEADER_WINDOW)
    if not start:
        raise empty()
    if b"%PDF-" not in start:
        raise not_a_pdf(start)


def _clean_in_child(source: Path, clean: Path, folder: Path) -> tuple[int, tuple[str, ...]]:
    """Have the clean copy made; return its pages and the notes on it. Raises Refused."""
    with turn(_places):
        ended = run_child([str(source), str(clean)], folder)
    if ended.code is None or ended.code < 0:
        log.warning("Reading an upload was cut short: %s", ended.code or "time is over")
        raise busy() if ended.was_cut_short else too_hard()
    answer = json.loads(_ended_well(ended).answer)
    if "refused" in answer:
        raise _refusal(ended, *answer["refused"])
    if clean.stat().st_size > largest_copy(source.stat().st_size):
        raise grew()
    return _checked(answer)


def _ended_well(ended: Ended) -> Ended:
    if ended.code != 0:
        raise AdmissionBroken(f"admission child ended with {ended.code}: {ended.complaint[-2_000:]}")
    return ended


def _refusal(ended: Ended, code: str, message: str) -> Refused:
    """Repeat the child's refusal, as far as it is one of ours: the file may have taken the child over."""
    if ended.complaint:
        log.warning("Reading an upload failed: %s", ended.complaint[:200])
    return Refused(code, message[:300]) if code in CODES else too_hard()


def _checked(answer: dict[str, Any]) -> tuple[int, tuple[str, ...]]:
    pages, notes = answer["pages"], answer["notes"]
    if not 1 <= int(pages) <= PAGE_LIMIT:
        raise too_hard()
    return int(pages), tuple(str(note)[:300] for note in notes[:10])

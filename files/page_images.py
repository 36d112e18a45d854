"""Pages of stored PDFs as pictures, drawn by the limited child and kept for the next reader.

The pictures lie beside the stored files, are bounded, and may be deleted at any time: they are no part of a
backup and are drawn again when somebody asks.
"""

import json
import logging
import os
import random
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from files.child_process import run_child
from files.storage import FolderStorage

log = logging.getLogger(__name__)

READING, LARGE, THUMB = 1_000, 1_600, 92
WIDTHS = (READING, LARGE, THUMB)
TURNS = (0, 90, 180, 270)
KEPT_BYTES = 268_435_456
THUMBS_AT_ONCE = 10
DRAWING_SECONDS = 10
_WAIT_SECONDS = 8
_TRIM_ONCE_IN = 50
_TOUCH_SECONDS = 3_600
# A child may use 1.5 GB, so that a few at once are enough.
_places = threading.BoundedSemaphore(2)


class PageUnreadable(Exception):
    """The page cannot be drawn; the file itself may still be downloaded."""


class TooBusy(Exception):
    """Too many pages are being drawn; ask again in a moment."""


@dataclass(frozen=True)
class PageImages:
    """Draws and keeps pictures of pages. `font` stands in for Chinese fonts that a file does not embed."""

    storage: FolderStorage
    font: Path
    kept_bytes: int = KEPT_BYTES

    def image(self, sha256: str, page: int, page_count: int, width: int = READING, turn: int = 0) -> bytes:
        """Return a page, counted from 1, as WebP; `turn` in degrees clockwise.

        Thumbnails are drawn ten at a time. Raises PageUnreadable, TooBusy and MissingFile.
        """
        kept = self._kept(sha256, page, width, turn)
        if kept is None:
            source = self.storage.path(sha256)
            if not _places.acquire(timeout=_WAIT_SECONDS):
                raise TooBusy
            try:
                # Whoever had the place before may have drawn the very page.
                kept = self._kept(sha256, page, width, turn) or self._draw(
                    source, page, _drawn_together(page, page_count, width), width, turn
                )
            finally:
                _places.release()
        if not kept:
            raise PageUnreadable(f"{sha256} page {page}")
        return kept

    def _draw(self, source: Path, wanted: int, pages: Sequence[int], width: int, turn: int) -> bytes:
        """Draw `pages`, keep them all, and return the one that is wanted; empty when it cannot be drawn."""
        with self.storage.temp_folder() as folder:
            target = folder / "pages.webp"
            numbers = ",".join(map(str, pages))
            arguments = [str(source), str(target), str(self.font), str(width), str(turn), numbers]
            ended = run_child(arguments, folder, "files.page_child", DRAWING_SECONDS)
            if ended.code != 0:  # killed, for time, memory or worse: it may do better another day
                log.warning(
                    "Drawing pages of %s ended with %s: %s", source.name, ended.code, ended.complaint[-500:]
                )
                return b""
            drawn = dict(zip(pages, _parts(target, json.loads(ended.answer)["lengths"]), strict=True))
        for page, picture in drawn.items():
            self._keep(self._place(source.name, page, width, turn), picture)
        return drawn[wanted]

    def _place(self, sha256: str, page: int, width: int, turn: int) -> Path:
        return self.storage.root / "pages" / sha256[:2] / f"{sha256}-{width}-{turn}-{page}"

    def _kept(self, sha256: str, page: int, width: int, turn: int) -> bytes | None:
        """Return what was drawn before, empty for a page that cannot be drawn; None when it was not tried."""
        place = self._place(sha256, page, width, turn)
        try:
            content = place.read_bytes()
            if time.time() - place.stat().st_mtime > _TOUCH_SECONDS:
                os.utime(place)
        except OSError:
            return None
        if content == b"unreadable":
            return b""
        is_whole = content[:4] == b"RIFF" and len(content) == 8 + int.from_bytes(content[4:8], "little")
        return content if is_whole else None

    def _keep(self, place: Path, picture: bytes) -> None:
        temp = self.storage.new_temp()
        temp.write_bytes(picture or b"unreadable")
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temp.replace(place)
        if random.randrange(_TRIM_ONCE_IN) == 0:  # noqa: S311 - only spreads the work
            self.trim()

    def trim(self) -> None:
        """Delete what was not looked at for longest, until a fifth of the room is free again."""
        pictures = sorted(self._all(), key=lambda entry: entry[1].st_mtime)
        total = sum(entry[1].st_size for entry in pictures)
        if total <= self.kept_bytes:
            return
        for path, facts in pictures:
            path.unlink(missing_ok=True)
            total -= facts.st_size
            if total <= self.kept_bytes * 4 // 5:
                return

    def _all(self) -> Iterator[tuple[Path, os.stat_result]]:
        for path in (self.storage.root / "pages").glob("*/*"):
            try:
                yield path, path.stat()
            except FileNotFoundError:  # somebody else trims
                continue


def _drawn_together(page: int, page_count: int, width: int) -> Sequence[int]:
    if width != THUMB:
        return (page,)
    first = page - (page - 1) % THUMBS_AT_ONCE
    return range(first, min(first + THUMBS_AT_ONCE, page_count + 1))


def _parts(file: Path, lengths: Sequence[int]) -> Iterator[bytes]:
    with file.open("rb") as stream:
        for length in lengths:
            yield stream.read(length)

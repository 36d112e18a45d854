"""Keep bytes in a folder under their own SHA-256, so that equal files are stored once.

A file is complete before it has a name: temporary file, fsync, rename, fsync of the folder. Whoever
holds a digest from `put` may commit a row with it; no row ever points to half a file.
"""

import errno
import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from failpoints import reach

# What the system says of a disk that takes nothing any more: full, read-only, not ours, or broken.
DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.EFBIG}
_DIGEST = re.compile(r"[0-9a-f]{64}")


class MissingFile(FileNotFoundError):
    """No file is stored under this digest."""


class UnsupportedStorage(ValueError):
    """The storage URL names a place this version cannot keep files in."""


def storage_from_url(url: str) -> "FolderStorage":
    """Open the storage a setting names; `file:///folder` is the only kind so far."""
    parts = urlsplit(url)
    if parts.scheme == "s3":
        raise UnsupportedStorage("S3 storage is not available yet; use file:///… for now.")
    if parts.scheme != "file" or parts.netloc not in ("", "localhost") or not parts.path.startswith("/"):
        raise UnsupportedStorage(f"Not a storage URL: {url!r}; expected file:///absolute/folder.")
    return FolderStorage(Path(unquote(parts.path)))


class FolderStorage:
    """Files as `<root>/<first two digits>/<sha256>`, unfinished ones in `<root>/tmp`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._temp = root / "tmp"
        for folder in (root, self._temp):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def new_temp(self) -> Path:
        """Create an empty file that only this user can read, to be filled and then `put`."""
        handle, name = tempfile.mkstemp(dir=self._temp)
        os.close(handle)
        return Path(name)

    @contextmanager
    def temp_folder(self) -> Iterator[Path]:
        """Lend a private folder on the same volume; it and its content are gone afterwards."""
        folder = Path(tempfile.mkdtemp(dir=self._temp))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def put(self, temp: Path) -> str:
        """Move a finished temporary file to its place for good and return its SHA-256."""
        digest = _flush_and_digest(temp)
        reach("bytes_flushed")
        target = self._place(digest)
        if not target.parent.is_dir():
            target.parent.mkdir(mode=0o700, exist_ok=True)
            _flush_folder(self.root)
        if _same_size(temp, target):
            # A sweeper of orphans goes by age: an old file that a new row is about to name is young.
            os.utime(target)
            temp.unlink()
        else:
            temp.rename(target)
        reach("bytes_renamed")
        # Also for a file that was there: its own `put` may have died before this line.
        _flush_folder(target.parent)
        reach("bytes_put")
        return digest

    def path(self, sha256: str) -> Path:
        """Find a stored file. Raises MissingFile, also for anything that is not a digest."""
        if _DIGEST.fullmatch(sha256) and (place := self._place(sha256)).is_file():
            return place
        raise MissingFile(sha256)

    def remove(self, sha256: str) -> None:
        """Delete a stored file; one that is already gone is no error."""
        if not _DIGEST.fullmatch(sha256):
            raise MissingFile(sha256)
        self._place(sha256).unlink(missing_ok=True)

    def remove_old(self, sha256: str, younger_seconds: float) -> bool:
        """Delete a stored file unless somebody put it, or the same bytes again, within the last seconds.

        False when it is too young. A `put` at this very moment finds nothing and stores its own copy.
        """
        place, aside = self._place(sha256), self._temp / f"removed-{sha256}"
        if not _DIGEST.fullmatch(sha256):
            raise MissingFile(sha256)
        try:
            place.rename(aside)
        except FileNotFoundError:
            return True
        if _is_older(aside, time.time() - younger_seconds):
            aside.unlink()
            return True
        aside.rename(place)
        return False

    def folders(self) -> list[str]:
        """List the first two digits under which anything is stored, in order."""
        return sorted(entry.name for entry in self.root.iterdir() if re.fullmatch("[0-9a-f]{2}", entry.name))

    def stored(self, folder: str) -> Iterator[Path]:
        """Yield the stored files whose digest begins with `folder`."""
        place = self.root / folder
        if place.is_dir():
            yield from (entry for entry in place.iterdir() if _DIGEST.fullmatch(entry.name))

    def leftovers(self, older_than_seconds: float) -> list[Path]:
        """List the temporary files that nobody needs any more."""
        limit = time.time() - older_than_seconds
        return [entry for entry in self._temp.iterdir() if _is_older(entry, limit)]

    def sweep_temp(self, older_than_seconds: float) -> int:
        """Delete what killed processes left behind and return how many entries that were."""
        leftovers = self.leftovers(older_than_seconds)
        for entry in leftovers:
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)
        return len(leftovers)

    def _place(self, digest: str) -> Path:
        return self.root / digest[:2] / digest


def _flush_and_digest(path: Path) -> str:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        os.fchmod(stream.fileno(), 0o600)
        os.fsync(stream.fileno())
    return digest


def _same_size(temp: Path, target: Path) -> bool:
    """Tell whether the target is there and whole; a disk may have lost bytes in a power failure."""
    try:
        return target.stat().st_size == temp.stat().st_size
    except FileNotFoundError:
        return False


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_older(entry: Path, limit: float) -> bool:
    try:
        return entry.lstat().st_mtime < limit
    except FileNotFoundError:
        return False

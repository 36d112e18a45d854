"""What is in a backup: `manifest.json`, written last and read first."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from config import Settings
from ops.errors import CannotRun
from ops.stored_bytes import digest_of

FORMAT = 1
NAME = "manifest.json"


class File(NamedTuple):
    """A file of the backup; `path` is relative to its folder."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """`rows` counts the rows of every table; `missing` are digests that were lost before the backup."""

    format: int
    made_at: str
    version: str
    revision: str
    dialect: str
    settings: dict[str, Any]
    rows: dict[str, int]
    database: File
    secret_key: File | None
    stored: list[File]
    missing: list[str]

    def files(self) -> Iterator[File]:
        yield self.database
        if self.secret_key is not None:
            yield self.secret_key
        yield from self.stored

    def write(self, folder: Path) -> None:
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        (folder / NAME).write_text(text + "\n", "utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Read what a backup says of itself. Raises CannotRun when it is none, or not one for this version."""
    try:
        found = json.loads((folder / NAME).read_text("utf-8"))
    except FileNotFoundError:
        raise CannotRun(f"{folder} 不是备份：没有 {NAME}。未完成的备份不能用来恢复。") from None
    except ValueError:
        raise CannotRun(f"{folder / NAME} 已损坏，不能恢复。") from None
    if found["format"] != FORMAT:
        raise CannotRun(f"备份的格式是 {found['format']}，本版本只认识 {FORMAT}。请用制作它的版本恢复。")
    found["database"] = File(*found["database"])
    found["secret_key"] = File(*found["secret_key"]) if found["secret_key"] else None
    found["stored"] = [File(*file) for file in found["stored"]]
    return Manifest(**found)


def damaged(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Yield the files of a backup that are not there or not as the manifest says."""
    for file in manifest.files():
        path = folder / file.path
        if not path.is_file() or path.stat().st_size != file.size or digest_of(path) != file.sha256:
            yield file.path


def described(path: Path, folder: Path) -> File:
    return File(str(path.relative_to(folder)), path.stat().st_size, digest_of(path))


def worth_knowing(settings: Settings) -> dict[str, Any]:
    """Return the settings that help to set up another machine; none of them is a secret."""
    return {
        "env": settings.env, "host": settings.host, "port": settings.port,
        "public_url": settings.public_url, "web_workers": settings.web_workers,
        "now": settings.now.isoformat() if settings.now else None,
        "storage": settings.storage_url.split(":", 1)[0], "redis": bool(settings.redis_url),
    }  # fmt: skip

"""`hatchery backup`: one consistent copy of the installation, made while it runs."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from config import Settings, version
from extensions import db
from files.storage import FolderStorage, MissingFile, storage_from_url
from ops.database_copy import copied, count_rows, flush, has_tables
from ops.errors import CannotRun
from ops.manifest import FORMAT, File, Manifest, described, worth_knowing
from ops.prepare import connected
from ops.stored_bytes import NamedBytes, digest_of, named_bytes, went_meanwhile

TRIES = 3


class _ClearedAway(Exception):
    """Old materials that the copy of the database names were cleared away before they were copied."""


def back_up(settings: Settings, target: Path) -> int:
    """Make a backup in the new folder `target`, without any secret; return 0 when nothing was missing."""
    return _back_up(settings, target, None)


def back_up_with_secret_key(settings: Settings, target: Path) -> int:
    """Make a backup that also holds the secret key of a demo."""
    key = settings.data_dir / "secret_key"
    if not key.is_file():
        raise CannotRun("没有可备份的密钥文件。生产环境的 HATCHERY_SECRET_KEY 请另外保存。")
    return _back_up(settings, target, key)


def _back_up(settings: Settings, target: Path, key: Path | None) -> int:
    target = target.absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise CannotRun(f"{target} 已存在且不是空目录。请指定一个新的目录。")
    started = time.monotonic()
    with connected(settings), _finished_or_nothing(target) as folder:
        if not has_tables(db.engine):
            raise CannotRun("数据库是空的，没有可备份的内容。")
        manifest = _copied_whole(settings, folder)
        if key is not None:
            shutil.copyfile(key, folder / "secret_key")
            (folder / "secret_key").chmod(0o600)
            manifest = replace(manifest, secret_key=described(folder / "secret_key", folder))
        manifest.write(folder)
    return _report(target, manifest, time.monotonic() - started)


@contextmanager
def _finished_or_nothing(target: Path) -> Iterator[Path]:
    """Lend a folder beside `target` that gets its name when all is done and on the disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.", suffix=".unfinished"))
    try:
        yield folder
        for name, _folders, files in os.walk(folder):
            for file in files:
                flush(Path(name, file))
            flush(Path(name))
        folder.rename(target)
        flush(target.parent)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _copied_whole(settings: Settings, folder: Path) -> Manifest:
    for _ in range(TRIES):
        try:
            return _copied_once(settings, folder)
        except _ClearedAway:
            shutil.rmtree(folder)
            folder.mkdir(mode=0o700)
    raise CannotRun("备份期间文件一直在变动，请稍后再试。")


def _copied_once(settings: Settings, folder: Path) -> Manifest:
    """Copy the database first: bytes that a row names are there before the row is."""
    storage = storage_from_url(settings.storage_url)
    with copied(db.engine, folder) as (file, session):
        stored, missing = _copied_files(session, storage, folder)
        revision = session.scalar(text("SELECT version_num FROM alembic_version"))
        return Manifest(
            format=FORMAT, made_at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", version=version(),
            revision=str(revision), dialect=db.engine.dialect.name, settings=worth_knowing(settings),
            rows=count_rows(session.connection()), database=described(file, folder), secret_key=None,
            stored=stored, missing=missing,
        )  # fmt: skip


def _copied_files(session: Session, storage: FolderStorage, folder: Path) -> tuple[list[File], list[str]]:
    """Copy what the rows name; return the files, and the digests of those that are lost."""
    stored, missing = [], []
    with closing(named_bytes(session)) as named:
        for wanted in named:
            place = folder / "files" / wanted.sha256[:2] / wanted.sha256
            if _copied_file(storage, wanted, place):
                stored.append(File(str(place.relative_to(folder)), place.stat().st_size, wanted.sha256))
            elif went_meanwhile(wanted):
                raise _ClearedAway
            else:
                missing.append(wanted.sha256)
    return stored, missing


def _copied_file(storage: FolderStorage, wanted: NamedBytes, place: Path) -> bool:
    """Bring the bytes to `place` and read them there; False when they are lost or not what they were."""
    try:
        source = storage.path(wanted.sha256)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _link_or_copy(source, place)
    except (MissingFile, FileNotFoundError):
        return False
    if digest_of(place) == wanted.sha256:
        return True
    place.unlink()
    return False


def _link_or_copy(source: Path, place: Path) -> None:
    """Link on the same disk: stored bytes never change, so both names may share them."""
    try:
        os.link(source, place)
    except FileNotFoundError:
        raise
    except OSError:  # another disk, or one without links
        shutil.copyfile(source, place)
        place.chmod(0o600)


def _report(target: Path, manifest: Manifest, seconds: float) -> int:
    files = list(manifest.files())
    size = sum(file.size for file in files) / 1024**2
    rows = sum(manifest.rows.values())
    print(f"已备份到 {target}：{rows} 行，{len(files)} 个文件，{size:.1f} MB，用时 {seconds:.1f} 秒")
    if not manifest.missing:
        return 0
    print(f"异常  有 {len(manifest.missing)} 个文件缺失或损坏，未能备份；请运行 hatchery doctor --deep 查看")
    return 1

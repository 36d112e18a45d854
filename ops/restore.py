"""`hatchery restore`: put a backup in place, after every byte of it was checked."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config import Settings
from extensions import db
from files.storage import FolderStorage, storage_from_url
from ops.database import is_known, is_migrated
from ops.database_copy import count_rows, has_tables, put_in_place, refuse_in_use
from ops.doctor import examine_deeply
from ops.errors import CannotRun
from ops.manifest import File, Manifest, damaged, read_manifest
from ops.prepare import connected, migrate_and_load
from ops.serve import data_folder_of_our_own
from ops.stored_bytes import NamedBytes, is_as_named

SHOWN = 3


def restore(settings: Settings, folder: Path) -> int:
    """Restore into an empty installation, and examine it; return 0 when all is well."""
    _refuse_full(settings)
    return restore_over(settings, folder)


def restore_over(settings: Settings, folder: Path) -> int:
    """Restore in place of what is there; its database is set aside under another name."""
    manifest = read_manifest(folder)
    with connected(settings):
        _refuse_unfit(manifest)
    with _timed("检查备份"):
        _refuse_damaged(folder, manifest)
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with data_folder_of_our_own(settings):
        with connected(settings):
            refuse_in_use(db.engine)
        with _timed(f"恢复 {len(manifest.stored)} 个文件"):
            _put_files(storage_from_url(settings.storage_url), folder, manifest)
        with _timed(f"恢复数据库，{sum(manifest.rows.values())} 行"):
            _put_database(settings, folder, manifest)
        _put_secret_key(settings, folder, manifest)
    with _timed("检查恢复的结果"):
        found = examine_deeply(settings)
    _last_words(manifest)
    return found


def _refuse_full(settings: Settings) -> None:
    """Refuse to restore over anything; a folder or database that is not there yet is empty."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with connected(settings):
        full = has_tables(db.engine)
    if full or storage_from_url(settings.storage_url).folders():
        raise CannotRun("这里已有数据。要用备份替换它，请先停止全部服务，再加上 --force。")


def _refuse_unfit(manifest: Manifest) -> None:
    here = db.engine.dialect.name
    if manifest.dialect != here:
        raise CannotRun(f"备份来自 {manifest.dialect}，而 HATCHERY_DATABASE_URL 指向 {here}。")
    if not is_known(manifest.revision):
        raise CannotRun(f"备份来自更新的版本（{manifest.version}），请先更新程序。")


def _refuse_damaged(folder: Path, manifest: Manifest) -> None:
    found = list(damaged(folder, manifest))
    if found:
        raise CannotRun(
            f"备份中有 {len(found)} 个文件缺失或损坏：{'、'.join(found[:SHOWN])}。没有恢复任何内容。"
            "files/ 中的文件以内容的 sha256 为名，可从其他备份中复制同名文件补上。"
        )


@contextmanager
def _timed(what: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    print(f"{what}：{time.monotonic() - started:.1f} 秒", flush=True)


def _put_files(storage: FolderStorage, folder: Path, manifest: Manifest) -> None:
    """Bring every file to its place before any row names it; what is there and whole stays."""
    for file in manifest.stored:
        if not is_as_named(storage, NamedBytes(file.sha256, file.size, "")):
            storage.remove(file.sha256)  # bytes that are no longer what their name says
            _put_file(storage, folder / file.path, file)


def _put_file(storage: FolderStorage, source: Path, file: File) -> None:
    fresh = storage.new_temp()
    shutil.copyfile(source, fresh)
    if storage.put(fresh) != file.sha256:
        raise CannotRun(f"{source} 在恢复期间有变化，请检查磁盘后重新恢复。")


def _put_database(settings: Settings, folder: Path, manifest: Manifest) -> None:
    with connected(settings):
        aside = put_in_place(db.engine, folder / manifest.database.path)
        if aside:
            print(f"原来的数据库改名为 {aside}，确认无误后可以删除")
        with db.engine.connect() as connection:
            if count_rows(connection) != manifest.rows:
                raise CannotRun("恢复后的行数与备份不符，请重新恢复。")
        is_current = is_migrated()
    if not is_current:
        print(f"备份来自较早的版本（{manifest.version}），正在升级数据库")
        migrate_and_load(settings)


def _put_secret_key(settings: Settings, folder: Path, manifest: Manifest) -> None:
    if manifest.secret_key is not None and settings.is_demo:
        place = settings.data_dir / "secret_key"
        place.touch(mode=0o600)
        shutil.copyfile(folder / manifest.secret_key.path, place)


def _last_words(manifest: Manifest) -> None:
    if manifest.missing:
        print(f"提示  制作备份时已有 {len(manifest.missing)} 个文件缺失，无法恢复")
    print(f"已恢复到 {manifest.made_at} 的备份。密钥不在备份中时，请另外设置 HATCHERY_SECRET_KEY。")

"""Backup and restore, and what they refuse."""

import json
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, delete, select
from sqlalchemy.orm import Session

from config import Settings
from extensions import clock
from files.storage import FolderStorage, storage_from_url
from models.account import Account
from models.venue import Venue
from ops import backup, database_copy, doctor
from ops.backup import back_up, back_up_with_secret_key
from ops.errors import CannotRun
from ops.manifest import read_manifest
from ops.restore import restore, restore_over
from tests.build import NOW, build_account
from tests.ops.installation import Installation, build_installation


@pytest.fixture(autouse=True)
def _clock_of_the_test() -> Iterator[None]:
    yield
    clock.offset_file = None


@pytest.fixture
def sound(session: Session, storage: FolderStorage) -> Installation:
    return build_installation(session, storage)


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Settings:
    """Settings of an empty installation on the same kind of database."""
    folder = tmp_path / "elsewhere"
    if settings.database_url.startswith("sqlite"):
        url = f"sqlite:///{folder / 'hatchery.sqlite3'}"
    else:
        cluster = request.getfixturevalue("postgres_cluster")
        cluster.create("elsewhere")
        url = cluster.url("elsewhere")
    return replace(settings, data_dir=folder, database_url=url, storage_url=f"file://{folder / 'files'}")


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rename_account(settings: Settings, name: str) -> None:
    engine = create_engine(settings.database_url)
    with Session(engine) as session:
        session.scalars(select(Account)).one().login_name = name
        session.commit()
    engine.dispose()


def account_names(settings: Settings) -> list[str]:
    engine = create_engine(settings.database_url)
    with Session(engine) as session:
        names = list(session.scalars(select(Account.login_name)))
    engine.dispose()
    return names


def test_what_was_backed_up_comes_back(
    sound: Installation, settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "备份 100%?"
    assert back_up(settings, folder) == 0
    sound.session.execute(delete(Venue))
    sound.session.commit()
    assert restore(elsewhere, folder) == 0
    assert files_below(elsewhere.data_dir / "files") == files_below(sound.storage.root)
    engine = create_engine(elsewhere.database_url)
    with Session(engine) as session:
        assert session.scalars(select(Venue.address)).all() == ["科韵路 16 号"]
    engine.dispose()


def test_a_backup_says_what_is_in_it_and_holds_no_secret(
    sound: Installation, settings: Settings, tmp_path: Path
) -> None:
    (settings.data_dir / "secret_key").write_text("the key of this demo")
    back_up(settings, tmp_path / "backup")
    manifest = read_manifest(tmp_path / "backup")
    assert manifest.rows["venue"] == manifest.rows["filing"] == 1
    assert (manifest.missing, manifest.secret_key, len(manifest.stored)) == ([], None, 4)
    everything = files_below(tmp_path / "backup")
    assert len(everything) == 1 + len(list(manifest.files()))
    assert all(b"the key of this demo" not in content for content in everything.values())
    assert all(settings.secret_key.encode() not in content for content in everything.values())
    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o700


def test_the_secret_key_of_a_demo_is_kept_when_asked_for(
    sound: Installation, settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    with pytest.raises(CannotRun, match="没有可备份的密钥文件"):
        back_up_with_secret_key(settings, tmp_path / "backup")
    (settings.data_dir / "secret_key").write_text("the key of this demo")
    back_up_with_secret_key(settings, tmp_path / "backup")
    restore(elsewhere, tmp_path / "backup")
    key = elsewhere.data_dir / "secret_key"
    assert (key.read_text(), stat.S_IMODE(key.stat().st_mode)) == ("the key of this demo", 0o600)


def test_lost_bytes_are_named_and_the_rest_is_backed_up(
    sound: Installation, settings: Settings, elsewhere: Settings, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    sound.storage.remove(sound.attachment.sha256)
    assert back_up(settings, tmp_path / "backup") == 1
    assert "有 1 个文件缺失或损坏" in capsys.readouterr().out
    assert read_manifest(tmp_path / "backup").missing == [sound.attachment.sha256]
    assert restore(elsewhere, tmp_path / "backup") == 1
    assert "制作备份时已有 1 个文件缺失" in capsys.readouterr().out


def test_materials_cleared_away_meanwhile_make_it_start_again(
    sound: Installation, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, copied_file = sound.versions[0], backup._copied_file

    def clear_away_first(*arguments: object) -> bool:
        if old.pdf_removed_at is None:
            old.pdf_removed_at = NOW
            sound.storage.remove(str(old.pdf_sha256))
            sound.session.commit()
        return copied_file(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(backup, "_copied_file", clear_away_first)
    assert back_up(settings, tmp_path / "backup") == 0
    manifest = read_manifest(tmp_path / "backup")
    assert old.pdf_sha256 not in {file.sha256 for file in manifest.stored}


def test_a_disk_without_links_gets_copies(
    sound: Installation, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*names: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(backup.os, "link", refuse)
    assert back_up(settings, tmp_path / "backup") == 0
    found = files_below(tmp_path / "backup" / "files")
    assert found == files_below(sound.storage.root)


def test_half_a_backup_has_no_name(
    sound: Installation, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "count_rows", fail)
    with pytest.raises(OSError, match="No space"):
        back_up(settings, tmp_path / "place" / "backup")
    assert list((tmp_path / "place").iterdir()) == []


def test_a_folder_with_something_in_it_is_not_overwritten(
    sound: Installation, settings: Settings, tmp_path: Path
) -> None:
    with pytest.raises(CannotRun, match="不是空目录"):
        back_up(settings, sound.storage.root)


def test_a_program_that_is_missing_is_named(
    request: pytest.FixtureRequest, sound: Installation, settings: Settings, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    if settings.database_url.startswith("sqlite"):
        pytest.skip("SQLite needs no program")
    monkeypatch.setattr(database_copy.shutil, "which", lambda name: None)
    with pytest.raises(CannotRun, match="没有找到 pg_dump：请安装"):
        back_up(settings, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


def test_a_full_installation_is_not_restored_over(
    sound: Installation, settings: Settings, tmp_path: Path
) -> None:
    back_up(settings, tmp_path / "backup")
    with pytest.raises(CannotRun, match=r"这里已有数据.*--force"):
        restore(settings, tmp_path / "backup")


def test_a_forced_restore_mends_files_and_sets_the_old_database_aside(
    sound: Installation, settings: Settings, elsewhere: Settings, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    back_up(settings, tmp_path / "backup")
    restore(elsewhere, tmp_path / "backup")
    name = account_names(elsewhere)[0]
    rename_account(elsewhere, "changed_since")
    there = storage_from_url(elsewhere.storage_url)
    there.path(sound.attachment.sha256).write_bytes(b"0riginal")
    capsys.readouterr()
    assert restore_over(elsewhere, tmp_path / "backup") == 0
    assert "原来的数据库改名为" in capsys.readouterr().out
    assert account_names(elsewhere) == [name]
    assert there.path(sound.attachment.sha256).read_bytes() == b"original"


Damage = Callable[[Path], None]


def flip(folder: Path) -> None:
    path = next(path for path in (folder / "files").rglob("*") if path.is_file())
    content = path.read_bytes()
    path.unlink()  # it may be a link to the installation's own file
    path.write_bytes(bytes([content[0] ^ 1]) + content[1:])


def lose(folder: Path) -> None:
    next(path for path in (folder / "files").rglob("*") if path.is_file()).unlink()


def cut_the_database(folder: Path) -> None:
    database = next(folder.glob("database.*"))
    database.write_bytes(database.read_bytes()[:-1])


@pytest.mark.parametrize("damage", [flip, lose, cut_the_database], ids=lambda damage: damage.__name__)
def test_a_damaged_backup_is_refused_before_anything_is_changed(
    damage: Damage, sound: Installation, settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    back_up(settings, tmp_path / "backup")
    damage(tmp_path / "backup")
    with pytest.raises(CannotRun, match=r"有 1 个文件缺失或损坏.*没有恢复任何内容"):
        restore(elsewhere, tmp_path / "backup")
    assert files_below(elsewhere.data_dir / "files") == {}
    shutil.rmtree(tmp_path / "backup")
    back_up(settings, tmp_path / "backup")
    assert restore(elsewhere, tmp_path / "backup") == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": 2}, "本版本只认识 1"),
        ({"revision": "9999"}, "备份来自更新的版本"),
        ({"dialect": "oracle"}, "备份来自 oracle"),
    ],
)
def test_a_backup_that_does_not_fit_is_refused(
    changes: dict[str, object], said: str, sound: Installation, settings: Settings, elsewhere: Settings,
    tmp_path: Path,
) -> None:  # fmt: skip
    back_up(settings, tmp_path / "backup")
    manifest = tmp_path / "backup" / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text("utf-8")) | changes), "utf-8")
    with pytest.raises(CannotRun, match=said):
        restore(elsewhere, tmp_path / "backup")


@pytest.mark.parametrize(("content", "said"), [(None, "没有 manifest.json"), ("{", "已损坏")])
def test_what_is_no_backup_is_refused(
    content: str | None, said: str, elsewhere: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"
    folder.mkdir()
    if content is not None:
        (folder / "manifest.json").write_text(content)
    with pytest.raises(CannotRun, match=said):
        restore(elsewhere, folder)


def test_nothing_is_restored_while_programs_use_the_database(
    sound: Installation, settings: Settings, tmp_path: Path
) -> None:
    back_up(settings, tmp_path / "backup")
    build_account(sound.session)  # its connection stays open
    with pytest.raises(CannotRun, match="还有程序连接着这个数据库"):
        restore_over(settings, tmp_path / "backup")


def test_a_database_file_that_cannot_be_read_is_replaced(
    sound: Installation, settings: Settings, elsewhere: Settings, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    if not settings.database_url.startswith("sqlite"):
        pytest.skip("it is not our file")
    back_up(settings, tmp_path / "backup")
    elsewhere.data_dir.mkdir()
    place = elsewhere.data_dir / "hatchery.sqlite3"
    place.write_bytes(b"rubbish" * 1000)
    assert doctor.examine_deeply(elsewhere) == 1
    assert "异常  数据库" in capsys.readouterr().out
    with pytest.raises(CannotRun, match="这里已有数据"):
        restore(elsewhere, tmp_path / "backup")
    assert restore_over(elsewhere, tmp_path / "backup") == 0
    aside = next(elsewhere.data_dir.glob("hatchery.sqlite3.before_restore_*"))
    assert aside.read_bytes() == b"rubbish" * 1000

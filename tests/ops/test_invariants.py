"""`hatchery doctor --deep` finds every kind of damage, and says where."""

import os
import sqlite3
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from config import Settings
from extensions import clock, db
from files.storage import FolderStorage
from models.attachment import Attachment
from models.event import Event, record_event
from models.filing import Filing
from models.job import Job
from models.material_version import MaterialVersion
from models.pending_file import PendingFile
from models.stored_file import StoredFile
from models.venue import Venue
from ops import doctor, invariants
from tests.build import NOW, SYSTEM
from tests.ops.installation import Installation, build_installation, put

Damage = Callable[[Installation], str]


@pytest.fixture(autouse=True)
def _clock_of_the_test() -> Iterator[None]:
    yield
    clock.offset_file = None


@pytest.fixture
def sound(session: Session, storage: FolderStorage) -> Installation:
    return build_installation(session, storage)


def lines(settings: Settings, capsys: pytest.CaptureFixture[str], returns: int) -> dict[str, str]:
    """Run the deep examination and return its own lines by the name of the check."""
    capsys.readouterr()
    assert doctor.examine_deeply(settings) == returns
    said = [line.split("  ", 1) for line in capsys.readouterr().out.splitlines()]
    found = {rest.split("：", 1)[0]: f"{state} {rest.split('：', 1)[1]}" for state, rest in said}
    return {name: found[name] for name in invariants.DEEP_CHECKS if name in found}


def test_a_sound_installation_is_well(
    sound: Installation, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    said = lines(settings, capsys, returns=0)
    assert list(said) == list(invariants.DEEP_CHECKS)
    assert all(line.startswith("正常") for line in said.values())
    assert said["文件内容"].startswith("正常 4 个")


def deleted_original(at: Installation) -> str:
    at.storage.remove(at.attachment.sha256)
    return f"上传的原件 {at.attachment.sha256[:12]}"


def flipped_byte_of_a_clean_copy(at: Installation) -> str:
    path = at.storage.path(at.attachment.file.clean_sha256)
    path.write_bytes(b"C" + path.read_bytes()[1:])
    return f"上传文件的副本 {path.name[:12]}"


def lost_bytes_of_a_waiting_file(at: Installation) -> str:
    original, clean = put(at.storage, b"waiting"), put(at.storage, b"waiting, clean")
    at.session.add(StoredFile(sha256=original, size=7, clean_sha256=clean, clean_size=14, pages=1, notes=[],
                              created_at=NOW))  # fmt: skip
    at.session.flush()
    at.session.add(PendingFile(filing_id=at.attachment.filing_id, name="营业执照.pdf", folder="", table_name="",
                               sha256=original, uploaded_at=NOW, place="", remark=""))  # fmt: skip
    at.storage.remove(clean)
    return f"上传文件的副本 {clean[:12]}"


def truncated_material(at: Installation) -> str:
    assert at.submitted.pdf_sha256
    os.truncate(at.storage.path(at.submitted.pdf_sha256), 3)
    return f"申报材料 {at.submitted.version_no}"


def attachment_of_no_row(at: Installation) -> str:
    at.session.execute(update(Attachment).values(owner_id=at.account.id))
    return "租赁合同.pdf"


def attachment_of_a_vanished_row(at: Installation) -> str:
    at.session.execute(delete(Venue))
    return str(at.attachment.id)


def wrong_count(at: Installation) -> str:
    kept = (at.row.error_count, at.row.missing_count)
    at.session.execute(update(Venue).values(missing_count=Venue.missing_count + 1))
    return f"{at.row.id} 记为 {(kept[0], kept[1] + 1)}，应为 {kept}"


def ready_without_pdf(at: Installation) -> str:
    at.session.execute(
        update(MaterialVersion).where(MaterialVersion.number == 1).values(pdf_sha256=None)
    )  # fmt: skip
    return f"{at.versions[0].version_no} 已就绪却没有 PDF"


def submitted_pdf_removed(at: Installation) -> str:
    at.session.execute(update(MaterialVersion).where(MaterialVersion.number == 2).values(pdf_removed_at=NOW))
    return f"{at.submitted.version_no} 没有可用的 PDF"


def submitted_with_other_content(at: Installation) -> str:
    at.session.execute(update(MaterialVersion).values(content_hash="0" * 64))
    return f"{at.submitted.version_no} 与提交时记录的内容不符"


def submitted_snapshot_changed(at: Installation) -> str:
    document = at.submitted.snapshot
    document["tabs"][0]["fields"].append({"name": "x", "value": "1"})
    at.session.execute(
        update(MaterialVersion).where(MaterialVersion.number == 2).values(snapshot=document)
    )  # fmt: skip
    return f"{at.submitted.version_no} 的快照被改动"


def other_version_submitted(at: Installation) -> str:
    at.session.execute(update(Filing).values(submitted_version_no=at.versions[0].version_no))
    return f"提交版本 {at.versions[0].version_no} 与操作记录不符"


def status_without_an_act(at: Installation) -> str:
    at.session.execute(update(Filing).values(status="approved"))
    return "状态 approved 与操作记录不符"


def changed_event(at: Installation) -> str:
    at.session.execute(update(Event).where(Event.act == "submit").values(note="深圳"))
    return f"{at.filing.id} 的链在第 2 条断开（submit"


def missing_event(at: Installation) -> str:
    record_event(at.session, at.account.id, "sign_in", SYSTEM, NOW)
    at.session.flush()
    record_event(at.session, at.account.id, "sign_out", SYSTEM, NOW)
    at.session.flush()
    at.session.execute(delete(Event).where(Event.act == "sign_in"))
    return f"{at.account.id} 的链在第 2 条断开（sign_out"


def job_held_for_ever(at: Installation) -> str:
    at.session.execute(update(Job).values(state="running", lease_until=None))
    return f"任务 {at.job.id} 正在执行"


def job_of_nobody(at: Installation) -> str:
    at.session.execute(update(Job).values(task="paint"))
    return f"任务 {at.job.id} 的种类 paint"


def version_without_a_job(at: Installation) -> str:
    at.session.execute(delete(Job))
    return f"版本 {at.versions[2].version_no} 在等待，却没有任务"


DAMAGES: list[tuple[str, Damage]] = [
    ("文件内容", deleted_original),
    ("文件内容", flipped_byte_of_a_clean_copy),
    ("文件内容", truncated_material),
    ("文件内容", lost_bytes_of_a_waiting_file),
    ("附件", attachment_of_no_row),
    ("附件", attachment_of_a_vanished_row),
    ("行内的问题数", wrong_count),
    ("申报材料版本", ready_without_pdf),
    ("已提交的申报", submitted_pdf_removed),
    ("已提交的申报", submitted_with_other_content),
    ("已提交的申报", submitted_snapshot_changed),
    ("已提交的申报", other_version_submitted),
    ("已提交的申报", status_without_an_act),
    ("操作记录", changed_event),
    ("操作记录", missing_event),
    ("后台任务", job_held_for_ever),
    ("后台任务", job_of_nobody),
    ("后台任务", version_without_a_job),
]


@pytest.mark.parametrize(("check", "damage"), DAMAGES, ids=[damage.__name__ for _, damage in DAMAGES])
def test_damage_is_found_and_named(
    check: str, damage: Damage, sound: Installation, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    named = damage(sound)
    sound.session.commit()
    said = lines(settings, capsys, returns=1)
    assert said[check].startswith("异常")
    assert named in said[check]


def test_rows_that_point_nowhere_are_found(
    sound: Installation, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has no way to make such a row")
    sound.session.rollback()
    with sqlite3.connect(str(db.engine.url.database)) as connection:  # by hand: nobody checks keys there
        connection.execute("DELETE FROM stored_file")
    connection.close()
    assert "attachment" in lines(settings, capsys, returns=1)["数据库内部"]


def test_a_garbled_database_is_told_and_the_other_checks_go_on(
    sound: Installation, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("its files are not ours")
    with db.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        page = connection.exec_driver_sql("SELECT rootpage FROM sqlite_master WHERE name = 'event'").scalar()
    sound.session.close()
    db.engine.dispose()
    with open(str(db.engine.url.database), "r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    said = lines(settings, capsys, returns=1)
    assert said["数据库内部"].startswith("异常")
    assert said["操作记录"].startswith("异常")
    assert said["附件"].startswith("正常")


def test_bytes_that_nobody_names_are_a_remark(
    sound: Installation, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    young, old = put(sound.storage, b"young"), put(sound.storage, b"old")
    os.utime(sound.storage.path(old), (0, 0))
    said = lines(settings, capsys, returns=0)["无主文件"]
    assert said.startswith("提示 1 个文件")
    assert old in said
    assert young not in said


def test_temporary_files_that_nobody_swept_are_a_remark(
    sound: Installation, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    young, old = sound.storage.new_temp(), sound.storage.new_temp()
    os.utime(old, (0, 0))
    said = lines(settings, capsys, returns=0)["遗留的临时文件"]
    assert said.startswith("提示 1 个")
    assert old.name in said
    assert young.exists()


def test_many_troubles_are_counted_and_the_first_named(
    sound: Installation, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in sound.storage.folders():
        for path in sound.storage.stored(folder):
            path.unlink()
    said = lines(settings, capsys, returns=1)["文件内容"]
    assert said.startswith("异常 4 处：")
    assert said.endswith("；……")


def test_materials_cleared_away_while_it_looks_are_no_damage(
    sound: Installation, settings: Settings, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The list is read; then a generation elsewhere clears an old PDF away; then the file is opened."""
    read = invariants.named_bytes

    def read_and_clear(session: Session) -> list[object]:
        named = list(read(session))
        old = sound.versions[0]
        old.pdf_removed_at = NOW
        assert old.pdf_sha256
        sound.storage.remove(old.pdf_sha256)
        sound.session.commit()
        return named  # type: ignore[return-value]

    monkeypatch.setattr(invariants, "named_bytes", read_and_clear)
    assert lines(settings, capsys, returns=0)["文件内容"].startswith("正常 4 个")


def test_nothing_is_examined_deeply_before_the_tables_are_there(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    from ops.database import migrate_down

    migrate_down("base")
    assert doctor.examine_deeply(settings) == 1
    assert "深入检查：数据库或文件存储不可用，未进行" in capsys.readouterr().out

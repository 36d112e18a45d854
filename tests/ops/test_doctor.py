from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from config import Settings
from extensions import clock
from ops import doctor, redis_server
from ops.database import migrate_down


@pytest.fixture(autouse=True)
def _clock_of_the_test() -> Iterator[None]:
    yield
    clock.offset_file = None


def test_a_sound_installation_is_well(
    session: Session, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor.examine(settings) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(doctor.CHECKS)
    assert all(line.startswith("正常") for line in lines)


def test_what_is_wrong_is_named_and_the_other_checks_go_on(
    session: Session, settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate_down("base")
    monkeypatch.setattr(doctor, "LEAST_FREE_BYTES", 2**60)
    broken = replace(settings, redis_url="redis://127.0.0.1:1")
    assert doctor.examine(broken) == 1
    wrong = [line for line in capsys.readouterr().out.splitlines() if line.startswith("异常")]
    assert [line.split("  ")[1].split("：")[0] for line in wrong] == [
        "数据库结构", "Redis", "文件存储", "密钥",
    ]  # fmt: skip


def test_a_database_that_is_not_there_is_named(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = replace(settings, database_url="postgresql://nobody@127.0.0.1:1/nothing")
    assert doctor.examine(nowhere) == 1
    assert "异常  数据库：连接不上" in capsys.readouterr().out


def test_a_machine_without_redis_is_told_what_to_install(
    session: Session, settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_server.shutil, "which", lambda name: None)
    monkeypatch.setattr(redis_server, "_bundled_program", lambda: None)
    assert doctor.examine(settings) == 1
    assert "请安装 redis-server 或 valkey-server" in capsys.readouterr().out

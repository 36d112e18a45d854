"""Root leaves nothing in the data folder that the service could not read."""

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ops.cli import main

Run = Callable[..., str]


@pytest.fixture
def as_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Run]:
    """Run a command of production as root, in a folder that belongs to another user; returns its last words."""
    if os.geteuid() == 0:
        os.chown(tmp_path, 65534, 65534)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    level = logging.getLogger("jobs").level

    def run(*words: str, env: str = "production", folder: Path = tmp_path) -> str:
        variables = {
            "HATCHERY_ENV": env, "HATCHERY_SECRET_KEY": "0" * 32, "HATCHERY_PUBLIC_URL": "https://x.example",
            "HATCHERY_DATA_DIR": str(folder), "HATCHERY_REDIS_URL": "",
        }  # fmt: skip
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.argv", ["hatchery", *words])
        with pytest.raises(SystemExit) as end:
            main()
        return str(end.value)

    yield run
    logging.getLogger("jobs").setLevel(level)


@pytest.mark.parametrize("command", ["migrate", "restore 备份", "serve", "worker", "rotate-keys"])
def test_a_command_that_writes_is_refused_to_root(as_root: Run, tmp_path: Path, command: str) -> None:
    said = as_root(*command.split())
    assert f"数据目录 {tmp_path} 属于用户 " in said
    assert "请改用：runuser -u " in said
    assert list(tmp_path.iterdir()) == []


def test_root_may_run_a_demo_a_new_folder_and_whatever_only_reads(as_root: Run, tmp_path: Path) -> None:
    no_redis = as_root("worker", env="demo")
    assert no_redis == as_root("worker", folder=tmp_path / "new")
    assert "请用 HATCHERY_REDIS_URL 指定 Redis" in no_redis
    assert "已存在且不是空目录" in as_root("backup", __file__)

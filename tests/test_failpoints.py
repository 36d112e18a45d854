"""Failpoints do what their file says, once, and nothing where nobody armed them or in production."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest

import failpoints
from config import Settings, UnsafeSettings
from tests.served import ROOT

ARMED = "import failpoints; failpoints.reach('row_stored'); print('went on')"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(failpoints, "_folder", tmp_path)
    return tmp_path


def test_a_point_fails_once(folder: Path) -> None:
    (folder / "row_stored").write_text("error")
    failpoints.reach("row_judged")
    with pytest.raises(failpoints.Failed):
        failpoints.reach("row_stored")
    failpoints.reach("row_stored")
    assert (folder / "row_stored.reached").exists()


def test_a_point_fails_at_the_time_that_is_said(folder: Path) -> None:
    (folder / "bytes_put").write_text("full 2")
    failpoints.reach("bytes_put")
    with pytest.raises(OSError, match="No space left") as full:
        failpoints.reach("bytes_put")
    assert full.value.errno == errno.ENOSPC


@pytest.mark.parametrize(("env", "code", "said"), [("demo", 137, ""), ("production", 0, "went on\n")])
def test_production_knows_no_failpoints(env: str, code: int, said: str, tmp_path: Path) -> None:
    (tmp_path / "row_stored").write_text("exit")
    variables = {"HATCHERY_FAILPOINTS": str(tmp_path), "HATCHERY_ENV": env}
    done = subprocess.run(
        [sys.executable, "-c", ARMED], cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (code, said)


def test_production_refuses_to_start_with_them() -> None:
    with pytest.raises(UnsafeSettings, match="HATCHERY_FAILPOINTS"):
        Settings.from_env(
            {"HATCHERY_ENV": "production", "HATCHERY_SECRET_KEY": "0" * 32, "HATCHERY_FAILPOINTS": "/x",
             "HATCHERY_PUBLIC_URL": "https://example.com"}
        )  # fmt: skip


def test_every_point_stands_in_the_code_and_no_other() -> None:
    places = [
        path for path in ROOT.glob("*/**/*.py") if path.parts[len(ROOT.parts)] not in ("tests", ".venv")
    ]
    source = "\n".join(path.read_text("utf-8") for path in places)
    named = {line.split('reach("')[1].split('"')[0] for line in source.splitlines() if 'reach("' in line}
    assert named == set(failpoints.POINTS)

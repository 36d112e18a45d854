from datetime import UTC, datetime
from pathlib import Path

import pytest

from materials.manuscript import VersionStamp
from tests.materials.documents import Evidence


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    folder = tmp_path / "evidence"
    folder.mkdir()
    return Evidence(folder)


@pytest.fixture
def version() -> VersionStamp:
    return VersionStamp(
        "ZCKJ-2021-000318-005-9RWD",
        datetime(2021, 11, 10, 6, 49, tzinfo=UTC),
        "https://fuhua.example.cn/verify/ZCKJ-2021-000318-005-9RWD",
    )

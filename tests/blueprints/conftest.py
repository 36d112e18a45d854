import pytest
from argon2 import PasswordHasher

import models.legacy_password
import models.password


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make hashes that no test waits for."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(models.password, "hasher", quick)
    monkeypatch.setattr(models.legacy_password, "RIGHT_HASH", quick.hash(models.legacy_password.RIGHT))

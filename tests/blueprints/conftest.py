import pytest
from argon2 import PasswordHasher

import models.password


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make hashes that no test waits for."""
    monkeypatch.setattr(models.password, "hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))

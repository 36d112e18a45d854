import io
from collections.abc import Callable
from pathlib import Path

import pytest

from files.admission import Admitted, admit, receive
from files.storage import FolderStorage

Upload = Callable[[bytes], Admitted]


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "files")


@pytest.fixture
def upload(storage: FolderStorage) -> Upload:
    """Send bytes the way a view does: receive, then admit."""

    def send(data: bytes) -> Admitted:
        temp = storage.new_temp()
        receive(io.BytesIO(data), temp)
        return admit(temp, storage)

    return send


@pytest.fixture(autouse=True)
def no_temporary_file_is_left(storage: FolderStorage):
    yield
    assert list((storage.root / "tmp").iterdir()) == []

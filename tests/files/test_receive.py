import io

import pytest

from files.admission import Refused, receive, require_pdf_name
from files.refusals import SIZE_LIMIT


class Endless(io.RawIOBase):
    """A sender without a length and without an end."""

    def __init__(self):
        self.sent = 0

    def read(self, size=-1):
        self.sent += size
        return b"x" * size


class Broken(io.RawIOBase):
    def read(self, size=-1):
        raise ConnectionError("gone")


def test_an_upload_of_exactly_3_mb_is_received(storage):
    temp = storage.new_temp()
    assert receive(io.BytesIO(b"x" * SIZE_LIMIT), temp) == SIZE_LIMIT == 3_145_728
    assert temp.stat().st_size == SIZE_LIMIT
    temp.unlink()


@pytest.mark.parametrize(
    ("size", "reason"),
    [
        (SIZE_LIMIT + 1, "文件比 3 MB 多 1 字节，不能超过 3 MB"),
        (3_355_443, "文件大小为 3.2 MB，不能超过 3 MB"),
        (10 * 1_048_576, "文件大小为 10 MB，不能超过 3 MB"),
    ],
)
def test_a_larger_upload_is_refused_with_its_size_and_the_cure(storage, size, reason):
    with pytest.raises(Refused) as refusal:
        receive(io.BytesIO(b"x" * size), storage.new_temp())
    assert refusal.value.code == "E_FILE_SIZE"
    assert refusal.value.message == f"{reason}。请压缩扫描分辨率（建议 150 dpi 灰度）后再上传。"


def test_an_endless_upload_is_stopped_one_byte_past_the_limit(storage):
    stream = Endless()
    with pytest.raises(Refused, match="文件超过 3 MB"):
        receive(stream, storage.new_temp())
    assert stream.sent == SIZE_LIMIT + 1


def test_an_empty_upload_is_refused(storage):
    with pytest.raises(Refused) as refusal:
        receive(io.BytesIO(b""), storage.new_temp())
    assert refusal.value.code == "E_FILE_EMPTY"


def test_a_broken_connection_leaves_nothing_behind(storage):
    with pytest.raises(ConnectionError):
        receive(Broken(), storage.new_temp())


def test_the_name_must_end_in_pdf():
    require_pdf_name("合同.PDF")
    for name in ("合同.docx", "pdf", ""):
        with pytest.raises(Refused) as refusal:
            require_pdf_name(name)
        assert refusal.value.code == "E_FILE_TYPE"

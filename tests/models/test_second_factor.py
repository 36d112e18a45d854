import base64
from datetime import UTC, datetime, timedelta

import pytest

from models.second_factor import matching_step

# RFC 6238, appendix B, the SHA-1 rows; the last six of their eight digits.
SECRET = base64.b32encode(b"12345678901234567890").decode()
VECTORS = [
    (59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037"),
    (20000000000, "353130"),
]  # fmt: skip


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert matching_step(SECRET, code, datetime.fromtimestamp(seconds, UTC)) == seconds // 30


@pytest.mark.parametrize(
    ("late", "is_taken"), [(-31, False), (-30, True), (0, True), (59, True), (60, False)]
)
def test_clocks_may_differ_by_one_step(late: int, is_taken: bool) -> None:
    begin = datetime.fromtimestamp(1234567890, UTC)  # the first second of a step
    found = matching_step(SECRET, "005924", begin + timedelta(seconds=late))
    assert found == (1234567890 // 30 if is_taken else None)


@pytest.mark.parametrize("typed", ["", "00592", "0059240", "５924", "abcdef"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    assert matching_step(SECRET, typed, datetime.fromtimestamp(1234567890, UTC)) is None

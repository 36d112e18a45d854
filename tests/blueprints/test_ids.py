import pytest

from blueprints.ids import read_version


@pytest.mark.parametrize(
    ("text", "version"),
    [("0", 0), ("12", 12), ("9" * 9, 999_999_999), ("9" * 10, None), ("", None), ("-1", None), ("１", None),
     ("1.5", None), ("x", None), ("1\n", None)],
)  # fmt: skip
def test_a_version_is_a_number_that_every_database_counts_to(text: str, version: int | None) -> None:
    assert read_version(text) == version

"""Areas: sums, ratios and what is missing to a share."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filings.rules.area import PARTS, area_sum, ratio, shortfall_in_area

AREAS = st.decimals(0, 100_000, places=2)


def venue(total: str | None, *parts: str | None) -> SimpleNamespace:
    exact = [None if part is None else Decimal(part) for part in (total, *parts)]
    return SimpleNamespace(**dict(zip(("area_total", *PARTS), exact, strict=True)))


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [
        ("3", "10", Decimal(30)),
        ("18.50", "40", Decimal("46.25")),
        ("0", "10", Decimal(0)),
        ("10", "10", Decimal(100)),
        ("1", "3", Decimal(100) / 3),
        ("0", "0", None),
        ("5", "0", None),
    ],
)
def test_a_ratio_is_exact_and_has_no_value_without_a_whole(
    part: str, whole: str, percent: Decimal | None
) -> None:
    assert ratio(Decimal(part), Decimal(whole)) == percent


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (venue("10", "1", "2", "4", "3"), ""),
        (venue("0.30", "0.10", "0.20", "0", "0"), ""),
        (venue("100", "40", "30", "20", "5"), "四项之和为 95，应等于 100，还差 5 平方米"),
        (venue("95", "40", "30", "20", "15"), "多出 10 平方米"),
        (venue("10", "1", "2", "4", "3.01"), "多出 0.01 平方米"),
        (venue(None, "1", "2", "4", "3"), ""),
        (venue("10", "1", None, "4", "3"), ""),
        (venue(None, None, None, None, None), ""),
    ],
)
def test_the_four_parts_add_up_to_the_area(row: SimpleNamespace, word: str) -> None:
    found = list(area_sum(row, None))
    assert [(f.field, f.code, f.level) for f in found] == (
        [("area_total", "E_AREA_SUM", "error")] if word else []
    )
    assert word in "".join(finding.message for finding in found)


@given(parts=st.lists(AREAS, min_size=4, max_size=4), gap=st.decimals(-10, 10, places=2))
def test_only_an_exact_sum_is_accepted(parts: list[Decimal], gap: Decimal) -> None:
    row = SimpleNamespace(area_total=sum(parts) + gap, **dict(zip(PARTS, parts, strict=True)))
    assert bool(list(area_sum(row, None))) == (gap != 0)


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        ("1710.4", "2350.5", "差 2.2 个百分点，约 52.5 ㎡"),
        ("65", "100", "差 10 个百分点，约 10 ㎡"),
        ("74.96", "100", "差 0.04 个百分点，约 0.1 ㎡"),
        ("0", "100", "差 75 个百分点，约 75 ㎡"),
        ("74999.99", "100000", "差 0.00001 个百分点，约 0.1 ㎡"),
    ],
)
def test_a_shortfall_is_told_in_points_and_square_metres(part: str, whole: str, words: str) -> None:
    assert shortfall_in_area(Decimal(part), Decimal(whole), Decimal(75)) == words


@given(whole=AREAS.filter(bool), data=st.data())
def test_a_shortfall_is_never_told_as_nothing(whole: Decimal, data: st.DataObject) -> None:
    part = data.draw(st.decimals(0, whole, places=2).filter(lambda p: p * 100 < whole * 75))
    told = shortfall_in_area(part, whole, Decimal(75))
    assert "差 0 个" not in told
    assert "约 0 ㎡" not in told
    assert "-" not in told

"""Figures against thresholds: the limit is included, and a figure that fails never looks like it."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filings.rules.thresholds import at_least, judge_ratio, manual

LIMIT = Decimal(75)


def figures(value: int, limit: int = 20) -> Any:
    return SimpleNamespace(value=value, limit=lambda name: Decimal(limit))


@pytest.mark.parametrize(
    ("value", "state", "gap"),
    [(0, "fail", "差 20 家"), (19, "fail", "差 1 家"), (20, "pass", ""), (1000, "pass", "")],
)
def test_at_least(value: int, state: str, gap: str) -> None:
    judgement = at_least(lambda f: f.value, "residents", "家")(figures(value))
    assert (judgement.state, judgement.gap) == (state, gap)
    assert judgement.value == f"{value:,} 家"


@pytest.mark.parametrize(
    ("part", "whole", "state", "value"),
    [
        ("0", "0", "insufficient", "尚未填写"),
        ("75", "100", "pass", "75.0 %"),
        ("450", "600", "pass", "75.0 %"),
        ("74.9", "100", "fail", "74.9 %"),
        ("74.96", "100", "fail", "74.96 %"),
        ("74.95", "100", "fail", "74.95 %"),
        ("100", "100", "pass", "100.0 %"),
        ("0", "100", "fail", "0.0 %"),
    ],
)
def test_ratios(part: str, whole: str, state: str, value: str) -> None:
    judgement = judge_ratio(Decimal(part), Decimal(whole), LIMIT)
    assert (judgement.state, judgement.value) == (state, value)
    assert bool(judgement.gap) == (state == "fail")


@given(
    whole=st.decimals(Decimal("0.01"), 99_999_999, places=2),
    share=st.decimals(Decimal("74.9"), Decimal("75.1"), places=6),
)
def test_a_ratio_that_fails_never_looks_like_the_limit(whole: Decimal, share: Decimal) -> None:
    part = (whole * share / 100).quantize(Decimal("0.01"))
    judgement = judge_ratio(part, whole, LIMIT)
    assert (judgement.state == "pass") == (part * 100 >= whole * 75)
    if judgement.state == "fail":
        assert Decimal(judgement.value.split()[0]) < LIMIT


def test_what_a_person_decides_has_no_gap() -> None:
    assert (manual()(figures(0)).state, manual()(figures(0)).gap) == ("manual", "")

"""Areas of venues. Source: 《国家众创空间备案暂行规定》国科火字〔2017〕120号, 备案条件第4项."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from filings.finding import Finding
from forms.formats import plain_number, round_half_up, show_number

PARTS = ("area_resident", "area_public", "area_own_use", "area_other")


def ratio(part: Decimal, whole: Decimal) -> Decimal | None:
    """Return `part` of `whole` in percent, unrounded. None while `whole` is 0."""
    return None if whole == 0 else part * 100 / whole


def area_sum(venue: Any, _filing: Any) -> Iterator[Finding]:
    """Find a venue whose four parts do not add up to its area. Empty cells wait for E_REQUIRED."""
    parts = [getattr(venue, name) for name in PARTS]
    if venue.area_total is None or None in parts:
        return
    total = sum(parts, Decimal())
    if total != venue.area_total:
        gap = venue.area_total - total
        word = "还差" if gap > 0 else "多出"
        yield Finding(
            "area_total",
            "E_AREA_SUM",
            f"其中各项面积之和应等于众创空间面积：四项之和为 {show_number(total)}，"
            f"应等于 {show_number(venue.area_total)}，{word} {show_number(abs(gap))} 平方米",
        )


def shortfall_in_area(part: Decimal, whole: Decimal, percent: Decimal) -> str:
    """Say how much is missing to `percent` of `whole`: 差 2.2 个百分点，约 52.4 ㎡."""
    points = percent - part * 100 / whole
    area = whole * percent / 100 - part
    return f"差 {_told(points)} 个百分点，约 {show_number(max(round_half_up(area, 1), Decimal('0.1')))} ㎡"


def _told(points: Decimal) -> str:
    """Round to one decimal, or to as many as it takes not to say 0."""
    places = 1
    while round_half_up(points, places) == 0:
        places += 1
    rounded = round_half_up(points, places)
    return plain_number(rounded) if places <= 2 else f"{rounded:f}"

"""Ways to judge a figure against a threshold."""

from collections.abc import Callable
from decimal import Decimal

from filings.figures import Figures
from filings.kind import Judgement
from filings.rules.area import shortfall_in_area
from forms.formats import round_half_up, show_number, show_ratio


def at_least(figure: Callable[[Figures], int], limit: str, unit: str) -> Callable[[Figures], Judgement]:
    """Judge a count against a limit of the batch, the limit included."""

    def judge(figures: Figures) -> Judgement:
        value, needed = figure(figures), figures.limit(limit)
        if value >= needed:
            return Judgement("pass", f"{show_number(value)} {unit}")
        return Judgement("fail", f"{show_number(value)} {unit}", f"差 {show_number(needed - value)} {unit}")

    return judge


def judge_ratio(part: Decimal, whole: Decimal, needed: Decimal) -> Judgement:
    """Judge a ratio of areas on its unrounded value; insufficient while there is no area at all."""
    if whole == 0:
        return Judgement("insufficient", "尚未填写")
    share = part * 100 / whole
    if share >= needed:
        return Judgement("pass", show_ratio(share), "", share / 100, needed / 100)
    value = show_ratio(share, _telling_places(share, needed))
    return Judgement("fail", value, shortfall_in_area(part, whole, needed), share / 100, needed / 100)


def _telling_places(share: Decimal, needed: Decimal) -> int:
    """Return as many decimals as it takes: 75.0 % beside "not met" would look like our mistake."""
    places = 1
    while round_half_up(share, places) == round_half_up(needed, places):
        places += 1
    return places


def manual(value: str = "由审核人员确认") -> Callable[[Figures], Judgement]:
    """Leave the judgement to a person."""
    return lambda figures: Judgement("manual", value)

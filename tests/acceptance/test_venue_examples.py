"""Examples V of the acceptance examples: 服务场地."""

from typing import Any

import pytest

from tests.drafting import Draft

SUMS = ("venue_total_area", "venue_resident_area", "venue_public_area", "venue_own_use_area",
        "venue_other_area", "workstation_count")  # fmt: skip


def venue(total: str, *parts: str, workstations: str = "0", **changes: Any) -> dict[str, Any]:
    names = ("area_resident", "area_public", "area_own_use", "area_other")
    row = {"address": "天河区科韵路 16 号", "area_total": total, "workstations": workstations,
           "ownership": "leased"}  # fmt: skip
    return row | dict(zip(names, parts, strict=True)) | changes


def test_v01_the_official_screenshot(draft: Draft) -> None:
    draft.add("venue_rows", **venue("10", "1", "2", "4", "3", workstations="2"))
    values = draft.values()
    assert [values[name] for name in SUMS] == ["10", "1", "2", "4", "3", "2"]
    assert draft.texts()["venue_service_ratio"] == "30.0 %"


def test_v02_numbers_that_tell_the_formula(draft: Draft) -> None:
    draft.add("venue_rows", **venue("600", "300", "90", "150", "60", workstations="12"))
    assert draft.texts()["venue_service_ratio"] == "65.0 %"
    states = draft.conditions()
    assert (states["MK-04A"], states["MK-04C"]) == ("pass", "fail")


def test_v03_two_rows(draft: Draft) -> None:
    draft.add("venue_rows", **venue("400", "300", "50", "30", "20", workstations="20"))
    draft.add("venue_rows", **venue("200", "60", "50", "70", "20", workstations="9"))
    values = draft.values()
    assert [values[name] for name in SUMS] == ["600", "360", "100", "100", "40", "29"]
    assert draft.texts()["venue_service_ratio"] == "76.7 %"
    states = draft.conditions()
    assert (states["MK-04A"], states["MK-04C"]) == ("pass", "pass")


def test_v04_no_rows(draft: Draft) -> None:
    values = draft.values()
    assert [values[name] for name in SUMS] == ["0"] * 6
    assert (draft.texts()["venue_service_ratio"], values["venue_service_ratio"]) == ("—", "")
    states = draft.conditions()
    assert [states[code] for code in ("MK-04A", "MK-04B", "MK-04C")] == ["fail", "fail", "insufficient"]
    assert draft.problems("venue_rows") == ["E_REQUIRED"]


def test_v05_parts_that_do_not_add_up(draft: Draft) -> None:
    row = draft.add("venue_rows", **venue("100", "40", "30", "20", "5"))
    assert draft.row_problems(row) == [("area_total", "E_AREA_SUM")]
    assert draft.tab_states()["venue"] == ("errors", 1)


def test_v06_sums_are_exact_decimals(draft: Draft) -> None:
    row = draft.add("venue_rows", **venue("0.30", "0.10", "0.20", "0", "0"))
    assert draft.row_problems(row) == []
    assert draft.texts()["venue_service_ratio"] == "100.0 %"


def test_v08_the_threshold_is_included(draft: Draft) -> None:
    draft.add("venue_rows", **venue("600", "400", "50", "100", "50"))
    assert draft.conditions()["MK-04C"] == "pass"


def test_v10_a_negative_area_is_not_saved(draft: Draft) -> None:
    assert draft.refused("venue_rows", **venue("600", "400", "50", "-5", "50")) == ["E_NEGATIVE"]


def test_v11_ratios_are_rounded_half_up(draft: Draft) -> None:
    draft.add("venue_rows", **venue("40", "10", "8.5", "20", "1.5"))
    assert draft.texts()["venue_service_ratio"] == "46.3 %"


def test_v12_ownership_needs_a_tick_and_takes_several(draft: Draft) -> None:
    row = draft.add("venue_rows", **venue("1", "1", "0", "0", "0", ownership=[]))
    assert draft.row_problems(row) == [("ownership", "E_REQUIRED")]
    both = draft.add("venue_rows", **venue("1", "1", "0", "0", "0", ownership=["leased", "entrusted"]))
    assert both.ownership == ["entrusted", "leased"]
    assert draft.row_problems(both) == []


@pytest.mark.parametrize(("resident", "shown"), [("74.96", "74.96 %"), ("74.9", "74.9 %")])
def test_a_failing_ratio_never_looks_like_the_threshold(draft: Draft, resident: str, shown: str) -> None:
    rest = f"{100 - float(resident):.2f}"
    draft.add("venue_rows", **venue("100", resident, "0", rest, "0"))
    condition = next(c for c in _judged(draft) if c.code == "MK-04C")
    assert (condition.state, condition.judgement.value) == ("fail", shown)


def _judged(draft: Draft) -> Any:
    from filings.derive import judge

    return judge(draft.kind, draft.figures())

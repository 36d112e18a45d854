"""Examples T and E of the acceptance examples: 创业团队 and 入驻企业."""

from typing import Any

import pytest

from tests.drafting import Draft

CODES = ("91110108MA01ABC25F", "12100000400012342E", "52110000MJ000123XJ", "91310115MA1K3D5E5J",
         "91440300MA5F7G8H13", "91330100MA2C4T6U63", "91420100MA4K9L3N69", "91320500MA1N5P7Q2F")  # fmt: skip


def team(status: str, **changes: Any) -> dict[str, Any]:
    row = {"team_name": "芯舟团队", "leader_name": "陈一", "moved_in_on": "2020-03-01",
           "team_status": status, "has_financing": "no"}  # fmt: skip
    return row | changes


def enterprise(**changes: Any) -> dict[str, Any]:
    row = {"enterprise_name": "广州禾木科技有限公司", "uscc": CODES[0], "converted_from_team": "no",
           "registered_on": "2020-01-01", "moved_in_on": "2020-02-01", "has_moved_out": "no",
           "employee_count": "8", "has_financing": "no"}  # fmt: skip
    return row | changes


def converted_pair(draft: Draft, name: str = "芯舟团队", code: str = CODES[0], on: str = "2021-01-10",
                   **changes: Any) -> tuple[Any, Any]:  # fmt: skip
    there = draft.add("teams", **team("converted", team_name=name, converted_registered_on=on))
    here = draft.add("enterprises", **enterprise(
        enterprise_name=f"{name}公司", uscc=code, converted_from_team="yes", source_team_name=name,
        registered_on=on, moved_in_on="", **changes,
    ))  # fmt: skip
    return there, here


def test_t01_in_space_with_members(draft: Draft) -> None:
    assert draft.row_problems(draft.add("teams", **team("in_space", member_count="5"))) == []


@pytest.mark.parametrize(
    ("status", "extra"),
    [
        ("in_space", {"converted_registered_on": "2021-03-01"}),  # T-02
        ("in_space", {"moved_out_on": "2021-05-01"}),  # T-03
        ("converted", {"member_count": "5"}),  # T-04
        ("moved_out", {"moved_out_on": "2021-05-01", "converted_registered_on": "2021-01-10"}),  # T-07
    ],
)
def test_t02_t03_t04_t07_not_fillable_is_refused_on_save(
    draft: Draft, status: str, extra: dict[str, str]
) -> None:
    assert draft.refused("teams", **team(status, **extra)) == ["E_NOT_FILLABLE"]


def test_t05_converted_needs_its_date(draft: Draft) -> None:
    row = draft.add("teams", **team("converted"))
    assert ("converted_registered_on", "E_REQUIRED") in draft.row_problems(row)


def test_t06_moved_out_with_its_date(draft: Draft) -> None:
    assert draft.row_problems(draft.add("teams", **team("moved_out", moved_out_on="2021-05-01"))) == []


def test_t07_converted_and_left_is_told_by_the_enterprise(draft: Draft) -> None:
    there, here = converted_pair(draft, has_moved_out="yes", moved_out_on="2021-08-01", employee_count="")
    assert (draft.row_problems(there), draft.row_problems(here)) == ([], [])
    values = draft.values()
    assert (values["new_registered_count"], values["yearly_resident_count"]) == ("1", "1")


def test_t08_moved_out_before_moved_in(draft: Draft) -> None:
    row = draft.add("teams", **team("moved_out", moved_in_on="2021-06-01", moved_out_on="2021-05-01"))
    assert draft.row_problems(row) == [("moved_out_on", "E_DATE_ORDER")]


@pytest.mark.parametrize(("day", "problems"), [("2019-04-30", 1), ("2019-05-01", 0)])
def test_t09_not_before_operation(draft: Draft, day: str, problems: int) -> None:
    row = draft.add("teams", **team("in_space", member_count="5", moved_in_on=day))
    assert draft.row_problems(row) == [("moved_in_on", "E_OUT_OF_PERIOD")] * problems


def test_a_later_start_of_operation_is_noticed_in_the_rows(draft: Draft) -> None:
    draft.add("teams", **team("in_space", member_count="5", moved_in_on="2020-03-01"))
    assert draft.tab_states()["incubation"] == ("done", 0)
    draft.save("basic_info", operation_started_on="2020-06-01")
    assert draft.tab_states()["incubation"] == ("errors", 1)


@pytest.mark.parametrize(("day", "counted"), [("2020-10-31", 0), ("2020-11-01", 1), ("2021-10-31", 1)])
def test_t11_registrations_within_the_period(draft: Draft, day: str, counted: int) -> None:
    row = draft.add("teams", **team("converted", converted_registered_on=day))
    assert [code for _, code in draft.row_problems(row)] == ["E_LINK_MISSING"]
    assert draft.values()["new_registered_count"] == str(counted)


def test_t12_financing_needs_its_day_and_no_financing_no_amount(draft: Draft) -> None:
    row = draft.add(
        "teams", **team("in_space", member_count="5", has_financing="yes", financing_amount="200")
    )
    assert draft.row_problems(row) == [("financed_on", "E_REQUIRED")]
    refused = draft.refused("teams", **team("in_space", member_count="5", financing_amount="200"))
    assert refused == ["E_NOT_FILLABLE"]


@pytest.mark.parametrize(
    ("status", "extra"),
    [
        ("in_space", {"member_count": "5"}),
        ("converted", {"converted_registered_on": "2021-01-10"}),
        ("moved_out", {"moved_out_on": "2021-05-01"}),
    ],
)
def test_t13_every_team_needs_its_agreement(draft: Draft, status: str, extra: dict[str, str]) -> None:
    row = draft.add("teams", files=False, **team(status, **extra))
    assert ("agreement_file", "E_REQUIRED") in draft.row_problems(row)


def test_e01_an_ordinary_enterprise(draft: Draft) -> None:
    assert draft.row_problems(draft.add("enterprises", **enterprise())) == []


def test_e02_converted_with_moved_in_on(draft: Draft) -> None:
    refused = draft.refused(
        "enterprises", **enterprise(converted_from_team="yes", source_team_name="芯舟团队")
    )
    assert refused == ["E_NOT_FILLABLE"]


def test_e03_the_team_must_be_chosen_and_converted(draft: Draft) -> None:
    row = draft.add("enterprises", **enterprise(converted_from_team="yes", moved_in_on=""))
    assert draft.row_problems(row) == [("source_team_name", "E_REQUIRED")]
    draft.add("teams", **team("in_space", team_name="青禾团队", member_count="5"))
    row = draft.add("enterprises", **enterprise(
        uscc=CODES[1], converted_from_team="yes", moved_in_on="", source_team_name="青禾团队"))  # fmt: skip
    assert draft.row_problems(row) == [("source_team_name", "E_LINK_MISMATCH")]


def test_e04_moved_in_before_registered(draft: Draft) -> None:
    row = draft.add("enterprises", **enterprise(moved_in_on="2019-12-01", registered_on="2020-01-01"))
    assert draft.row_problems(row) == [("moved_in_on", "E_DATE_ORDER")]


def test_e05_moved_out_without_staff_but_with_its_date(draft: Draft) -> None:
    assert draft.refused("enterprises", **enterprise(has_moved_out="yes")) == ["E_NOT_FILLABLE"]
    row = draft.add("enterprises", **enterprise(has_moved_out="yes", employee_count=""))
    assert draft.row_problems(row) == [("moved_out_on", "E_REQUIRED")]


def test_e07_a_converted_team_without_its_enterprise(draft: Draft) -> None:
    row = draft.add("teams", **team("converted", converted_registered_on="2021-01-10"))
    assert draft.row_problems(row) == [("team_status", "E_LINK_MISSING")]
    assert draft.tab_states()["incubation"] == ("errors", 1)


def test_a_converted_enterprise_registered_on_another_day(draft: Draft) -> None:
    draft.add("teams", **team("converted", converted_registered_on="2021-01-10"))
    row = draft.add("enterprises", **enterprise(
        converted_from_team="yes", source_team_name="芯舟团队", registered_on="2021-01-11", moved_in_on=""))  # fmt: skip
    assert draft.row_problems(row) == [("registered_on", "E_LINK_MISMATCH")]


@pytest.mark.parametrize("code", ["9144030071526726XG", "121000004000000010"])
def test_e08_right_codes(draft: Draft, code: str) -> None:
    assert draft.row_problems(draft.add("enterprises", **enterprise(uscc=code))) == []


@pytest.mark.parametrize("code", ["9144030071526726XA", *(f"9144030071526726{c}G" for c in "IOSVZ")])
def test_e08_wrong_codes(draft: Draft, code: str) -> None:
    assert draft.refused("enterprises", **enterprise(uscc=code)) == ["E_USCC"]


def test_e09_the_same_code_twice(draft: Draft) -> None:
    rows = [draft.add("enterprises", **enterprise()) for _ in range(2)]
    assert [draft.row_problems(row) for row in rows] == [[("uscc", "E_DUPLICATE")]] * 2


def test_a_renamed_team_takes_its_enterprise_along(draft: Draft) -> None:
    from filings import editing
    from tests.build import NOW, SYSTEM

    there, here = converted_pair(draft)
    table = draft.kind.table("teams")
    form = table.form(obj=there)
    form.team_name.data = "新名团队"
    editing.save_row(draft.session, draft.filing, table, there, form, None, SYSTEM, NOW)
    draft.session.commit()
    assert here.source_team_name == "新名团队"
    assert draft.row_problems(here) == []

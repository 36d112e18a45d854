"""Examples S of the acceptance examples: 人员情况."""

import pytest

from filings import editing
from tests.build import NOW, SYSTEM
from tests.drafting import Draft

STAFF = {"age": "35", "position": "经理", "education": "bachelor", "major": "管理学", "experience": "五年"}
MENTOR = {"employer": "某大学", "position": "教授", "service_field": "投融资"}


def people(draft: Draft, staff: int, full_time: int, part_time: int) -> tuple[str, str, str]:
    for number in range(staff):
        draft.add("service_staff", name=f"员工{number}", **STAFF)
    for number in range(full_time + part_time):
        engagement = "full_time" if number < full_time else "part_time"
        draft.add("mentors", name=f"导师{number}", engagement=engagement, **MENTOR)
    values = draft.values()
    return values["staff_total_count"], values["full_time_staff_count"], values["mentor_count"]


@pytest.mark.parametrize(
    ("staff", "full_time", "part_time", "counts", "states"),
    [
        (1, 0, 1, ("2", "1", "1"), ("fail", "fail")),  # S-01, the official screenshot
        (3, 2, 2, ("7", "3", "4"), ("pass", "pass")),  # S-02
        (5, 1, 1, ("7", "5", "2"), ("pass", "fail")),  # S-03
        (0, 0, 0, ("0", "0", "0"), ("fail", "fail")),  # S-04
    ],
)
def test_s01_to_s04_counts_and_conditions(
    draft: Draft, staff: int, full_time: int, part_time: int,
    counts: tuple[str, str, str], states: tuple[str, str],
) -> None:  # fmt: skip
    assert people(draft, staff, full_time, part_time) == counts
    judged = draft.conditions()
    assert (judged["MK-08A"], judged["MK-08B"]) == states


def test_s06_a_removed_row_counts_no_more(draft: Draft) -> None:
    for number in range(2):
        draft.add("service_staff", name=f"员工{number}", **STAFF)
    row = draft.add("service_staff", name="第三人", **STAFF)
    assert (draft.values()["staff_total_count"], draft.conditions()["MK-08A"]) == ("3", "pass")
    editing.remove_row(draft.session, draft.filing, row, SYSTEM, NOW)
    draft.session.commit()
    assert (draft.values()["staff_total_count"], draft.conditions()["MK-08A"]) == ("2", "fail")


def test_people_listed_twice_are_a_warning_only(draft: Draft) -> None:
    draft.add("service_staff", name="赵一", **STAFF)
    draft.add("service_staff", name="赵一", **STAFF)
    draft.add("mentors", name="赵一", **MENTOR)
    assert draft.warnings() == ["W_DUPLICATE_PERSON"] * 3
    assert draft.problems("staff") == []

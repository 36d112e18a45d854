"""Teams and enterprises: closed cells, links, duplicates, and the counts against counting by hand."""

import itertools
from collections.abc import Sequence
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filings.rules.people import PEOPLE_LISTED_TWICE
from filings.rules.residents import (
    LINKS,
    closed_in_enterprise,
    closed_in_team,
    duplicates,
    financed_count,
    financing_before_entry,
    new_registered_count,
    yearly_resident_count,
)

FIRST, LAST = date(2020, 11, 1), date(2021, 10, 31)
_ids = itertools.count()


def team(**answers: Any) -> SimpleNamespace:
    empty = dict.fromkeys(
        ("team_name", "team_status", "moved_in_on", "converted_registered_on", "moved_out_on",
         "has_financing", "financed_on")
    )  # fmt: skip
    return SimpleNamespace(id=next(_ids), **empty | answers)


def enterprise(**answers: Any) -> SimpleNamespace:
    empty = dict.fromkeys(
        ("uscc", "converted_from_team", "source_team_name", "registered_on", "moved_in_on", "moved_out_on",
         "has_moved_out", "has_financing", "financed_on")
    )  # fmt: skip
    return SimpleNamespace(id=next(_ids), **empty | answers)


def linked(teams: Sequence[Any], enterprises: Sequence[Any]) -> list[tuple[str, Any, str, str]]:
    found = LINKS.find({"teams": teams, "enterprises": enterprises})
    return [(table, row, finding.field, finding.code) for table, row, finding in found]


@pytest.mark.parametrize(
    ("answers", "closed"),
    [
        ({}, set()),
        ({"team_status": "in_space"}, {"converted_registered_on", "moved_out_on"}),
        ({"team_status": "converted"}, {"member_count", "moved_out_on"}),
        ({"team_status": "moved_out"}, {"member_count", "converted_registered_on"}),
        ({"has_financing": False}, {"financed_on", "financing_amount", "financing_file"}),
        ({"has_financing": True}, set()),
    ],
)
def test_cells_of_a_team_that_may_not_be_filled(answers: dict[str, Any], closed: set[str]) -> None:
    found = closed_in_team(team(**answers))
    assert set(found) == closed
    assert all(found.values())


@pytest.mark.parametrize(
    ("answers", "closed"),
    [
        ({}, set()),
        ({"converted_from_team": True}, {"moved_in_on"}),
        ({"converted_from_team": False}, {"source_team_name"}),
        ({"has_moved_out": True}, {"employee_count"}),
        ({"has_moved_out": False}, {"moved_out_on"}),
    ],
)
def test_cells_of_an_enterprise_that_may_not_be_filled(answers: dict[str, Any], closed: set[str]) -> None:
    assert set(closed_in_enterprise(enterprise(**answers))) == closed


@pytest.mark.parametrize(
    ("names", "doubled"),
    [
        ([], 0),
        (["甲"], 0),
        (["甲", "乙"], 0),
        (["甲", "甲"], 2),
        (["甲", "甲", "乙", "甲"], 3),
        ([None, None, ""], 0),
    ],
)
def test_duplicates_are_found_in_every_row_that_has_them(names: list[str | None], doubled: int) -> None:
    check = duplicates("teams", "team_name", "团队名称")
    found = list(check.find({"teams": [team(team_name=name) for name in names]}))
    assert [(table, finding.field, finding.code) for table, _, finding in found] == [
        ("teams", "team_name", "E_DUPLICATE")
    ] * doubled


DAY = date(2021, 1, 10)
PAIR_TEAM = {"team_name": "甲", "team_status": "converted", "converted_registered_on": DAY}
PAIR_ENTERPRISE = {"converted_from_team": True, "source_team_name": "甲", "registered_on": DAY}


@pytest.mark.parametrize(
    ("team_changes", "enterprise_changes", "problems"),
    [
        ({}, {}, []),
        ({"converted_registered_on": date(2021, 1, 11)}, {}, [("registered_on", "E_LINK_MISMATCH")]),
        ({}, {"registered_on": None}, []),
        ({"converted_registered_on": None}, {}, [("registered_on", "E_LINK_MISMATCH")]),
        ({"team_status": "in_space"}, {}, [("source_team_name", "E_LINK_MISMATCH")]),
        (
            {},
            {"source_team_name": "乙"},
            [("team_status", "E_LINK_MISSING"), ("source_team_name", "E_LINK_MISMATCH")],
        ),
        ({}, {"source_team_name": None}, [("team_status", "E_LINK_MISSING")]),
        ({}, {"converted_from_team": False}, [("team_status", "E_LINK_MISSING")]),
        ({}, {"converted_from_team": None}, [("team_status", "E_LINK_MISSING")]),
        ({"team_name": None}, {"source_team_name": None}, [("team_status", "E_LINK_MISSING")]),
    ],
)
def test_a_converted_team_and_its_enterprise_point_at_each_other(
    team_changes: dict[str, Any], enterprise_changes: dict[str, Any], problems: list[tuple[str, str]]
) -> None:
    found = linked([team(**PAIR_TEAM | team_changes)], [enterprise(**PAIR_ENTERPRISE | enterprise_changes)])
    assert [(field, code) for _, _, field, code in found] == problems


def test_two_enterprises_of_one_team_are_one_too_many() -> None:
    here = team(**PAIR_TEAM)
    found = linked([here], [enterprise(**PAIR_ENTERPRISE) for _ in range(2)])
    assert found == [("teams", here.id, "team_status", "E_LINK_MISSING")]


@pytest.mark.parametrize(
    ("answers", "warned"),
    [
        ({"moved_in_on": DAY, "financed_on": date(2021, 1, 9)}, True),
        ({"moved_in_on": DAY, "financed_on": DAY}, False),
        ({"moved_in_on": None, "registered_on": DAY, "financed_on": date(2021, 1, 9)}, True),
        ({"moved_in_on": None, "financed_on": DAY}, False),
        ({"moved_in_on": DAY}, False),
    ],
)
def test_money_before_the_entry_is_only_a_warning(answers: dict[str, Any], warned: bool) -> None:
    found = list(financing_before_entry("moved_in_on").find(enterprise(**answers), None))
    assert [finding.level for finding in found] == ["warning"] * warned


@pytest.mark.parametrize(
    ("staff", "mentors", "warned"),
    [
        ([("甲", "主任")], [("乙", "导师")], 0),
        ([("甲", "主任"), ("甲", "主任")], [], 2),
        ([("甲", "主任"), ("甲", "秘书")], [], 0),
        ([("甲", "主任")], [("甲", "导师")], 1),
        ([(None, None), (None, None)], [(None, None)], 0),
    ],
)
def test_people_listed_twice(staff: list[Any], mentors: list[Any], warned: int) -> None:
    people = {
        table: [SimpleNamespace(id=next(_ids), name=name, position=position) for name, position in rows]
        for table, rows in (("service_staff", staff), ("mentors", mentors))
    }
    found = [finding for _, _, finding in PEOPLE_LISTED_TWICE.find(people)]
    assert [finding.level for finding in found] == ["warning"] * warned


# Twenty days stand for the years: a period, days before and after it, and names that meet.
DAYS = st.integers(0, 19).map(lambda number: date(2021, 1, 1) + timedelta(number))
MAYBE_DAYS = st.none() | DAYS
PERIOD = (date(2021, 1, 6), date(2021, 1, 14))
MONEY = {"has_financing": st.sampled_from([None, False, True]), "financed_on": MAYBE_DAYS}
NAMES = ["甲", "乙", "丙", "丁"]
TEAMS = st.lists(
    st.builds(
        team, team_name=st.none() | st.sampled_from(NAMES),
        team_status=st.sampled_from([None, "in_space", "converted", "moved_out"]), moved_in_on=MAYBE_DAYS,
        converted_registered_on=MAYBE_DAYS, moved_out_on=MAYBE_DAYS, **MONEY,
    ),
    max_size=6, unique_by=lambda row: row.team_name or row.id,
)  # fmt: skip
ENTERPRISES = st.lists(
    st.builds(
        enterprise, converted_from_team=st.sampled_from([None, False, True]),
        source_team_name=st.none() | st.sampled_from([*NAMES, "没有的团队"]), registered_on=MAYBE_DAYS,
        moved_in_on=MAYBE_DAYS, moved_out_on=MAYBE_DAYS, **MONEY,
    ),
    max_size=6,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(teams=TEAMS, enterprises=ENTERPRISES)
def test_counts_equal_counting_entities_day_by_day(teams: list[Any], enterprises: list[Any]) -> None:
    entities = _entities(teams, enterprises)
    days = [PERIOD[0] + timedelta(n) for n in range((PERIOD[1] - PERIOD[0]).days + 1)]
    resident = sum(any(_lives(row, day) for row in rows for day in days) for rows in entities)
    financed = sum(any(row.has_financing and row.financed_on in days for row in rows) for rows in entities)
    assert yearly_resident_count(teams, enterprises, *PERIOD) == resident
    assert financed_count(teams, enterprises, *PERIOD) == financed
    registered = [
        row for row in teams if row.team_status == "converted" and row.converted_registered_on in days
    ]
    assert new_registered_count(teams, *PERIOD) == len(registered)


def _entities(teams: list[Any], enterprises: list[Any]) -> list[list[Any]]:
    """Group by hand: a team with every enterprise it became; every other enterprise alone."""
    groups = [[row] for row in teams]
    for row in enterprises:
        home = next(
            (group for group in groups[: len(teams)] if _came_from(row, group[0])),
            None,
        )
        if home is None:
            groups.append([row])
        else:
            home.append(row)
    return groups


def _came_from(row: Any, there: Any) -> bool:
    return bool(row.converted_from_team and row.source_team_name) and there.team_name == row.source_team_name


def _lives(row: Any, day: date) -> bool:
    is_team = hasattr(row, "team_status")
    end = row.moved_out_on or (row.converted_registered_on if is_team else None)
    start = row.registered_on if not is_team and row.converted_from_team else row.moved_in_on
    return start is not None and start <= day and (end is None or day <= end)


@pytest.mark.parametrize(
    ("answers", "counted"),
    [
        ({"moved_in_on": LAST}, 1),
        ({"moved_in_on": LAST + timedelta(1)}, 0),
        ({"moved_in_on": date(2018, 1, 1), "moved_out_on": FIRST}, 1),
        ({"moved_in_on": date(2018, 1, 1), "moved_out_on": FIRST - timedelta(1)}, 0),
        ({"moved_in_on": date(2018, 1, 1)}, 1),
        ({}, 0),
    ],
)
def test_the_first_and_the_last_day_of_the_period_count(answers: dict[str, Any], counted: int) -> None:
    assert (
        yearly_resident_count([], [enterprise(converted_from_team=False, **answers)], FIRST, LAST) == counted
    )

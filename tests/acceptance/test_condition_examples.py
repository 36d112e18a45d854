"""Examples C of the acceptance examples: counts behind the conditions."""

from datetime import date

import pytest

from tests.acceptance.test_resident_examples import converted_pair, enterprise, team
from tests.build import valid_uscc
from tests.drafting import Draft

ACTIVITY = {"activity_name": "创业沙龙", "activity_type": "salon", "summary": "三位导师到场"}


def test_c01_a_converted_team_and_its_enterprise_count_once(draft: Draft) -> None:
    for number in range(12):
        draft.add("teams", **team("in_space", team_name=f"团队{number}", member_count="5"))
    for number in range(5):
        converted_pair(draft, f"转化{number}", valid_uscc(number), "2021-02-01")
    for number in range(3):
        draft.add("enterprises", **enterprise(enterprise_name=f"企业{number}", uscc=valid_uscc(100 + number)))
    assert draft.values()["yearly_resident_count"] == "20"
    assert draft.conditions()["MK-05"] == "pass"


def test_c03_moved_in_on_the_last_day(draft: Draft) -> None:
    draft.add("enterprises", **enterprise(moved_in_on="2021-10-31"))
    assert draft.values()["yearly_resident_count"] == "1"


@pytest.mark.parametrize(
    ("registered", "financed", "state"), [(9, 5, "pass"), (9, 4, "fail"), (10, 0, "pass")]
)
def test_c04_new_enterprises_or_financed_entities(
    draft: Draft, registered: int, financed: int, state: str
) -> None:
    for number in range(registered):
        draft.add("teams", files=False, **team(
            "converted", team_name=f"转化{number}", converted_registered_on="2021-02-01"))  # fmt: skip
    for number in range(financed):
        draft.add("teams", files=False, **team(
            "in_space", team_name=f"融资{number}", member_count="5", has_financing="yes",
            financed_on="2021-03-01", financing_amount="100"))  # fmt: skip
    values = draft.values()
    assert (values["new_registered_count"], values["financed_count"]) == (str(registered), str(financed))
    assert draft.conditions()["MK-06"] == state


def test_money_of_a_team_and_of_its_enterprise_count_once(draft: Draft) -> None:
    money = {"has_financing": "yes", "financed_on": "2021-03-01", "financing_amount": "100"}
    converted_pair(draft, **money)
    draft.add("teams", **team("in_space", team_name="另一队", member_count="5") | money)
    assert draft.values()["financed_count"] == "2"


def test_c06_money_before_the_period_is_valid_but_not_counted(draft: Draft) -> None:
    row = draft.add("teams", **team("in_space", member_count="5", has_financing="yes",
                                    financed_on="2020-10-31", financing_amount="100"))  # fmt: skip
    assert draft.row_problems(row) == []
    assert draft.values()["financed_count"] == "0"


@pytest.mark.parametrize(("count", "state"), [(9, "fail"), (10, "pass")])
def test_c07_ten_activities(draft: Draft, count: int, state: str) -> None:
    for _ in range(count):
        draft.add("activities", **ACTIVITY)
    assert draft.conditions()["MK-09"] == state


@pytest.mark.parametrize(
    ("day", "problems"), [("2020-10-31", 1), ("2020-11-01", 0), ("2021-10-31", 0), ("2021-11-01", 1), ("", 0)]
)
def test_c07_activities_lie_in_the_period(draft: Draft, day: str, problems: int) -> None:
    row = draft.add("activities", held_on=day, **ACTIVITY)
    assert draft.row_problems(row) == [("held_on", "E_OUT_OF_PERIOD")] * problems


@pytest.mark.parametrize(
    ("started", "state"),
    [
        (date(2020, 4, 30), "pass"),
        (date(2020, 5, 1), "fail"),
        (date(2020, 8, 31), "fail"),
        (None, "insufficient"),
    ],
)
def test_c08_eighteen_months(draft: Draft, started: date | None, state: str) -> None:
    draft.filing.operation_started_on = started
    draft.session.commit()
    assert draft.conditions()["MK-03"] == state


def test_an_operator_registered_too_late_fails(draft: Draft) -> None:
    draft.filing.operator_registered_on = date(2020, 5, 1)
    draft.session.commit()
    assert draft.conditions()["MK-03"] == "fail"


@pytest.mark.parametrize(("answer", "state"), [("no", "manual"), ("yes", "pass"), ("", "insufficient")])
def test_c10_not_independent_asks_a_person(draft: Draft, answer: str, state: str) -> None:
    draft.save("basic_info", is_independent_legal_entity=answer)
    assert draft.conditions()["MK-02"] == state


def test_c11_reports_and_honors_are_counted_from_their_rows(draft: Draft) -> None:
    for number in range(4):
        draft.add("media_reports", title=f"报道{number}", media_name="日报", reported_on="2021-05-01")
    values = draft.values()
    assert (values["media_report_count"], values["honor_count"]) == ("4", "0")
    assert "media_report_count" not in draft.kind.tab("basic_info").fields

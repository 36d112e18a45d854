from datetime import date
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from filings.rules.opinions import DeskFacts, opinion_findings, why_not_return
from forms.opinion import CityOpinionForm, OpinionForm, ProvinceOpinionForm, TorchOpinionForm
from tests.reviewing import PASSING, QUALIFIED, SITE

TODAY = date(2021, 11, 10)
OPEN = DeskFacts(TODAY, applicant_deadline=date(2021, 11, 30), level_deadline=date(2021, 12, 15))
LATE = DeskFacts(date(2021, 12, 1), date(2021, 11, 30), date(2021, 12, 15))
OVER = DeskFacts(date(2021, 12, 16), date(2021, 11, 30), date(2021, 12, 15))
VISITED = DeskFacts(TODAY, date(2021, 11, 30), date(2021, 12, 15), has_site_check=True)
NOT_VISITED = {"is_genuine": "yes", "is_qualified": "yes", "site_checked": "no"}
BAD = {"is_genuine": "yes", "is_qualified": "no", "site_checked": "no", "reason": "面积不足"}


def found(form_class: type[OpinionForm], facts: DeskFacts, **typed: Any) -> set[tuple[str, str]]:
    form = form_class(MultiDict(typed))
    form.validate()
    return {(finding.field, finding.code) for finding in opinion_findings(form, facts)}


@pytest.mark.parametrize(
    ("form", "facts", "typed", "findings"),
    [
        (CityOpinionForm, OPEN, {"intention": "pass"} | PASSING["city"], set()),
        (ProvinceOpinionForm, OPEN, {"intention": "pass"} | PASSING["province"], set()),
        (TorchOpinionForm, OPEN, {"intention": "pass"} | PASSING["torch"], set()),
        # G-04 for this kind: the questions first; 否 excludes 通过 and nothing else
        (CityOpinionForm, OPEN, {"intention": "pass"},
         {(name, "E_QUALIFIED_REQUIRED") for name in CityOpinionForm.questions}),
        (CityOpinionForm, OPEN, {"intention": "return", "reason": "x"},
         {(name, "E_QUALIFIED_REQUIRED") for name in CityOpinionForm.questions}),
        (CityOpinionForm, OPEN, {"intention": "pass"} | BAD, {("intention", "E_PASS_NOT_QUALIFIED")}),
        (CityOpinionForm, OPEN, {"intention": "return"} | BAD, set()),
        (CityOpinionForm, OPEN, {"intention": "reject"} | BAD, set()),
        (CityOpinionForm, OPEN, {"intention": "reject", "reason": "重复申报"} | QUALIFIED, set()),
        (CityOpinionForm, OPEN, {"intention": "return"} | BAD | {"reason": " "}, {("reason", "E_REQUIRED")}),
        (CityOpinionForm, OPEN, {"intention": "reject"} | BAD | {"reason": ""}, {("reason", "E_REQUIRED")}),
        (CityOpinionForm, OPEN, QUALIFIED, {("intention", "E_CHOICE")}),
        # the site check
        (CityOpinionForm, OPEN, {"intention": "pass"} | NOT_VISITED, {("intention", "E_PASS_NOT_QUALIFIED")}),
        (CityOpinionForm, OPEN, {"intention": "pass"} | QUALIFIED | dict.fromkeys(list(SITE)[1:], ""),
         {(name, "E_REQUIRED") for name in list(SITE)[1:]}),
        (ProvinceOpinionForm, VISITED,
         {"intention": "pass"} | PASSING["province"] | dict.fromkeys(list(SITE)[1:], ""), set()),
        (ProvinceOpinionForm, VISITED, {"intention": "pass"} | PASSING["province"] | {"site_people": ""},
         {("site_people", "E_REQUIRED")}),
        (CityOpinionForm, OPEN, {"intention": "pass"} | QUALIFIED | {"site_checked_on": "2021-11-11"},
         {("site_checked_on", "E_OUT_OF_PERIOD")}),
        (CityOpinionForm, OPEN, {"intention": "pass"} | QUALIFIED | {"site_checked_on": "2021-11-10"}, set()),
        # what else 通过 needs
        (ProvinceOpinionForm, OPEN, {"intention": "pass"} | PASSING["province"] | {"expert_score": ""},
         {("expert_score", "E_REQUIRED")}),
        (ProvinceOpinionForm, OPEN, {"intention": "reject", "reason": "x"} | QUALIFIED, set()),
        (TorchOpinionForm, OPEN, {"intention": "pass"},
         {("review_method", "E_REQUIRED"), ("review_finding", "E_REQUIRED")}),
        # deadlines: no 通过 after the level's, 不通过 is possible
        (CityOpinionForm, OVER, {"intention": "pass"} | QUALIFIED, {("intention", "E_BATCH_CLOSED")}),
        (CityOpinionForm, OVER, {"intention": "reject"} | BAD, set()),
        (CityOpinionForm, LATE, {"intention": "pass"} | QUALIFIED, set()),
        # fraud and a longer time belong to one intention each
        (CityOpinionForm, OPEN, {"intention": "reject", "is_fraud": "yes"} | BAD, set()),
        (CityOpinionForm, OPEN, {"intention": "return", "is_fraud": "yes"} | BAD,
         {("is_fraud", "E_NOT_FILLABLE")}),
        (CityOpinionForm, OPEN, {"intention": "reject", "resubmit_by": "2021-12-05"} | BAD,
         {("resubmit_by", "E_NOT_FILLABLE")}),
    ],
)  # fmt: skip
def test_an_opinion_is_saved_only_when_it_says_what_it_needs(
    form: type[OpinionForm], facts: DeskFacts, typed: dict[str, str], findings: set[tuple[str, str]]
) -> None:
    assert found(form, facts, **typed) == findings


@pytest.mark.parametrize(
    ("until", "facts", "code"),
    [
        (None, OPEN, None),
        (date(2021, 11, 30), OPEN, None),
        (date(2021, 12, 15), OPEN, None),
        (date(2021, 11, 29), OPEN, "E_DATE_ORDER"),  # would take time away
        (date(2021, 12, 16), OPEN, "E_DATE_ORDER"),  # the office itself would be too late
        (None, LATE, "E_BATCH_CLOSED"),
        (date(2021, 12, 1), LATE, None),
        (date(2021, 11, 30), LATE, "E_DATE_ORDER"),
        (None, OVER, "E_BATCH_CLOSED"),
        (date(2021, 12, 20), OVER, "E_BATCH_CLOSED"),
        (None, DeskFacts(date(2021, 12, 1), date(2021, 11, 30), None), "E_BATCH_CLOSED"),
        (date(2022, 1, 1), DeskFacts(date(2021, 12, 1), date(2021, 11, 30), None), None),
    ],
)
def test_a_return_leaves_time_to_mend(until: date | None, facts: DeskFacts, code: str | None) -> None:
    refused = why_not_return(until, facts)
    assert (refused[0] if refused else None) == code

"""When an opinion may be saved: the questions first, then what each intention needs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from filings.finding import Finding
from forms.formats import show_long_date
from forms.opinion import OpinionForm

SITE_RECORD = ("site_checked_on", "site_people", "site_finding")


@dataclass(frozen=True)
class DeskFacts:
    """What the rules know besides the opinion. `level_deadline` None: the level has no end.

    `has_site_check`: an office below recorded its visit in this submission.
    """

    today: date
    applicant_deadline: date
    level_deadline: date | None
    has_site_check: bool = False

    @property
    def is_level_over(self) -> bool:
        return self.level_deadline is not None and self.today > self.level_deadline


def opinion_findings(form: OpinionForm, facts: DeskFacts) -> Iterator[Finding]:
    """Find what keeps an opinion from being saved.

    Source: workflow of the filings: 否 excludes 通过, nothing else is excluded; 退回 and 不通过 need a reason;
    after its deadline a level cannot send 通过.
    """
    intention = form.intention.data
    yield from _unanswered(form)
    yield from _site_record(form, facts)
    if intention is None:
        yield Finding("intention", "E_CHOICE", "请选择受理意向")
    if intention == "pass":
        yield from _passing(form, facts)
    if intention in ("return", "reject") and not form.reason.data:
        yield Finding("reason", "E_REQUIRED", "退回和不通过须写明意见说明，申报单位据此修改或了解原因")
    yield from _returning(form, facts)
    if form.is_fraud.data and intention != "reject":
        yield Finding(
            "is_fraud", "E_NOT_FILLABLE", "只有选择不通过时才能认定弄虚作假，请取消勾选或改选不通过"
        )


def _unanswered(form: OpinionForm) -> Iterator[Finding]:
    for name in form.questions:
        if form[name].data is None:
            message = f"请先回答「{form[name].label.text}」，再选择受理意向"
            yield Finding(name, "E_QUALIFIED_REQUIRED", message)


def _site_record(form: OpinionForm, facts: DeskFacts) -> Iterator[Finding]:
    if "site_checked" not in form or not form["site_checked"].data:
        return
    visited = form["site_checked_on"].data
    if visited is not None and visited > facts.today:
        yield Finding("site_checked_on", "E_OUT_OF_PERIOD", "核查日期不能晚于今天，请核对")
    filled = [bool(form[name].data) for name in SITE_RECORD]
    if not any(filled) and facts.has_site_check:
        return  # the visit of the office below is on record
    for name, is_filled in zip(SITE_RECORD, filled, strict=True):
        if not is_filled:
            message = f"已实地核查的须填写{form[name].label.text}；尚未核查的请选「否」"
            yield Finding(name, "E_REQUIRED", message)


def _passing(form: OpinionForm, facts: DeskFacts) -> Iterator[Finding]:
    for name in form.questions:
        if form[name].data is False:
            message = f"「{form[name].label.text}」为否，不能选择通过；请选择退回或不通过"
            yield Finding("intention", "E_PASS_NOT_QUALIFIED", message)
            return
    for name in form.needed_to_pass:
        if form[name].data is None:
            yield Finding(name, "E_REQUIRED", f"选择通过须填写{form[name].label.text}")
    if facts.is_level_over:
        yield Finding("intention", "E_BATCH_CLOSED", closed_to_pass(facts))


def closed_to_pass(facts: DeskFacts) -> str:
    """Say why 通过 can no longer be sent."""
    day = show_long_date(facts.level_deadline) if facts.level_deadline else ""
    return f"本级审核已于{day}截止，不能再通过；可以选择不通过"


def _returning(form: OpinionForm, facts: DeskFacts) -> Iterator[Finding]:
    until = form.resubmit_by.data
    if form.intention.data != "return":
        if until is not None:
            yield Finding("resubmit_by", "E_NOT_FILLABLE", "只有退回时才填写重新提交期限，请清空")
        return
    refused = why_not_return(until, facts)
    if refused:
        yield Finding("resubmit_by", *refused)


def why_not_return(until: date | None, facts: DeskFacts) -> tuple[str, str] | None:
    """Say by code and message why 退回 with this day to resubmit by is not possible; None when it is."""
    if until is None and facts.today <= facts.applicant_deadline:
        return None
    if facts.is_level_over:
        return "E_BATCH_CLOSED", "申报和本级审核都已截止，不能再退回；请选择不通过"
    last = show_long_date(facts.level_deadline) if facts.level_deadline else ""
    if until is None:
        end = f"（不晚于{last}）" if last else ""
        return "E_BATCH_CLOSED", f"申报截止日已过，退回须填写重新提交期限{end}；也可以选择不通过"
    if until < facts.today or until < facts.applicant_deadline:
        day = show_long_date(max(facts.today, facts.applicant_deadline))
        return "E_DATE_ORDER", f"重新提交期限不能早于{day}；在申报截止日之内修改的不必填写"
    if facts.level_deadline is not None and until > facts.level_deadline:
        return "E_DATE_ORDER", f"重新提交期限不能晚于本级审核截止日{last}"
    return None

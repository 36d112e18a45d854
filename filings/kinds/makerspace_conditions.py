"""备案条件 of makerspaces. Source: 国科火字〔2017〕120号, 备案条件第1–10项; 国科火字〔2019〕202号 (MK-11)."""

from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from filings.figures import Figures
from filings.kind import Condition, Judgement
from filings.rules.dates import add_months
from filings.rules.residents import financed_count, new_registered_count, yearly_resident_count
from filings.rules.thresholds import at_least, judge_ratio, manual
from forms.formats import show_long_date, show_number
from models.carrier import Carrier

STATISTICS_TEXTS = {"annual": "年报", "half_year": "半年报", "quarter": "季报"}


def national_titles(session: Session, filing: Any) -> dict[str, Any]:
    """Count the national incubators and university science parks that the operator holds now."""
    held = select(func.count()).where(
        Carrier.operator_id == filing.unit_id,
        Carrier.kind.in_(("incubator", "university_science_park")),
        Carrier.national_state == "certified",
        Carrier.revoked_on.is_(None),
    )
    return {"national_titles": session.execute(held).scalar_one()}


def residents_of_period(figures: Figures, at_cutoff: bool = False) -> int:
    """Count resident entities of the reporting period, or of the cut-off day alone."""
    batch = figures.batch
    first, last = (batch.cutoff_date,) * 2 if at_cutoff else (batch.period_start, batch.period_end)
    return yearly_resident_count(figures.rows("teams"), figures.rows("enterprises"), first, last)


def independent(figures: Figures) -> Judgement:
    """Item 2 says 原则上, so 否 asks a person and does not fail."""
    answer = figures.filing.is_independent_legal_entity
    if answer is None:
        return Judgement("insufficient", "尚未填写")
    return Judgement("pass", "是") if answer else Judgement("manual", "否", "原则上应具有，由审核人员确认")


def operating_time(figures: Figures) -> Judgement:
    """Compare add_months(start, 18) with the cut-off day, and the registration with the latest day."""
    filing, batch = figures.filing, figures.batch
    started, registered = filing.operation_started_on, filing.operator_registered_on
    if started is None or registered is None:
        return Judgement("insufficient", "尚未填写运营或注册时间")
    value = f"{show_long_date(started)}起，满 {_months_between(started, batch.cutoff_date)} 个月"
    reached = add_months(started, int(figures.limit("months")))
    if reached > batch.cutoff_date:
        return Judgement("fail", value, f"到 {show_long_date(reached)} 才满 {figures.limit('months')} 个月")
    if batch.latest_start_date and registered > batch.latest_start_date:
        gap = f"运营主体应在 {show_long_date(batch.latest_start_date)}及以前注册"
        return Judgement("fail", value, gap)
    return Judgement("pass", value)


def _months_between(start: date, end: date) -> int:
    """Count full months from `start` to `end`, 0 when `end` is earlier."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and add_months(start, months) > end:
        months -= 1
    return max(months, 0)


def venue_size(figures: Figures) -> Judgement:
    """Area or workstations: one of both is enough."""
    area, stations = figures.sum("venue_rows", "area_total"), figures.sum("venue_rows", "workstations")
    value = f"{show_number(area)} ㎡，{show_number(int(stations))} 个"
    needed_area, needed_stations = figures.limit("area"), figures.limit("workstations")
    if area >= needed_area or stations >= needed_stations:
        return Judgement("pass", value)
    gap = (
        f"差 {show_number(needed_area - area)} ㎡，或差 {show_number(int(needed_stations - stations))} 个工位"
    )
    return Judgement("fail", value, gap)


def public_area(figures: Figures) -> Judgement:
    area = figures.sum("venue_rows", "area_public")
    return Judgement("pass" if area > 0 else "fail", f"{show_number(area)} ㎡",
                     "" if area > 0 else "尚无公共服务场地")  # fmt: skip


def service_share(figures: Figures) -> Judgement:
    part = figures.sum("venue_rows", "area_resident") + figures.sum("venue_rows", "area_public")
    return judge_ratio(part, figures.sum("venue_rows", "area_total"), figures.limit("service_ratio"))


def growth(figures: Figures) -> Judgement:
    """New enterprises or financed entities: one of both is enough."""
    first, last = figures.batch.period_start, figures.batch.period_end
    teams, enterprises = figures.rows("teams"), figures.rows("enterprises")
    registered = new_registered_count(teams, first, last)
    financed = financed_count(teams, enterprises, first, last)
    value = f"新注册 {registered} 家，获融资 {financed} 家"
    needed_new, needed_financed = figures.limit("new_registered"), figures.limit("financed")
    if registered >= needed_new or financed >= needed_financed:
        return Judgement("pass", value)
    return Judgement(
        "fail", value, f"差新注册 {needed_new - registered} 家，或差获融资 {needed_financed - financed} 家"
    )


def statistics_text(figures: Figures) -> str:
    """List the sets of reports of which one must be complete: 2019年报、2020年报 或 …"""
    sets = [
        "、".join(f"{report['year']}{STATISTICS_TEXTS[report['kind']]}" for report in reports)
        for reports in figures.batch.required_statistics
    ]
    return "，或 ".join(sets) or "按要求上报"


def no_national_title(figures: Figures) -> Judgement:
    held = figures.facts["national_titles"]
    if not figures.batch.exclude_if_operator_certified or held == 0:
        return Judgement("pass", "0 项")
    return Judgement("fail", f"{held} 项", "请咨询受理机构")


def _limit(text: str, *names: str) -> Any:
    return lambda figures: text.format(*(show_number(figures.limit(name)) for name in names))


CONDITIONS = (
    Condition("MK-01", "发展方向明确、模式清晰，具备可持续发展能力", lambda f: "由审核人员确认", manual("—"),
              "development_plan", "第1项"),
    Condition("MK-02", "设立专门运营管理机构，原则上具有独立法人资格", lambda f: "是", independent, "basic_info",
              "第2项"),
    Condition("MK-03", "运营时间满 18 个月", lambda f: f"至 {show_long_date(f.batch.cutoff_date)}",
              operating_time, "basic_info", "第3项；国科火字〔2021〕164号"),
    Condition("MK-04A", "服务场地，或创业工位", _limit("≥ {} ㎡，或 ≥ {} 个", "area", "workstations"), venue_size,
              "venue", "第4项"),
    Condition("MK-04B", "具备公共服务场地", lambda f: "> 0 ㎡", public_area, "venue", "第4项"),
    Condition("MK-04C", "创业工位和公共服务场地面积占总面积", _limit("≥ {} %", "service_ratio"), service_share,
              "venue", "第4项"),
    Condition("MK-05", "年协议入驻创业团队和企业", _limit("≥ {} 家", "residents"),
              at_least(residents_of_period, "residents", "家"), "incubation", "第5项"),
    Condition("MK-06", "入驻团队每年注册新企业，或获得融资",
              _limit("≥ {} 家，或 ≥ {} 家", "new_registered", "financed"), growth, "incubation", "第6项"),
    Condition("MK-07", "每年典型孵化案例", lambda f: "≥ 3 个", manual("—"), "service_performance", "第7项"),
    Condition("MK-08A", "具备专业服务能力的专职人员", _limit("≥ {} 名", "full_time_staff"),
              at_least(lambda f: f.count("service_staff"), "full_time_staff", "名"), "staff", "第8项"),
    Condition("MK-08B", "专兼职导师", _limit("≥ {} 名", "mentors"),
              at_least(lambda f: f.count("mentors"), "mentors", "名"), "staff", "第8项"),
    Condition("MK-09", "每年开展活动", _limit("≥ {} 场次", "activities"),
              at_least(lambda f: f.count("activities"), "activities", "场次"), "incubation", "第9项"),
    Condition("MK-10", "按要求上报火炬统计数据，真实、完整", statistics_text, manual("—"), "basic_info", "第10项"),
    Condition("MK-11", "运营主体未获国家级孵化器或国家大学科技园资格", lambda f: "0 项", no_national_title,
              "basic_info", "国科火字〔2019〕202号"),
)  # fmt: skip

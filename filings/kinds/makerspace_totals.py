"""What the makerspace filing computes and nobody types. Source: 《国家备案众创空间申报操作手册》(2021)."""

from typing import Any

from filings.kind import Derived
from filings.kinds.makerspace_conditions import residents_of_period
from filings.rules.area import ratio
from filings.rules.residents import financed_count, new_registered_count
from forms.formats import show_number, show_ratio


def service_area_formula(figures: Any) -> str:
    """Spell out the ratio: 30.0 % = (1 + 2) / 10."""
    resident, public, total = (
        figures.sum("venue_rows", name) for name in ("area_resident", "area_public", "area_total")
    )
    return (
        f"{show_ratio(ratio(resident + public, total))} = "
        f"({show_number(resident)} + {show_number(public)}) / {show_number(total)}"
    )


def venue_sum(name: str, label: str, short: str, column: str, unit: str = "平方米") -> Derived:
    return Derived(name, label, lambda figures: figures.sum("venue_rows", column), unit=unit,
                   table="venue_rows", short=short)  # fmt: skip


VENUE_TOTALS = (
    venue_sum("venue_total_area", "众创空间服务场地总面积", "服务场地总面积", "area_total"),
    venue_sum("venue_resident_area", "创业团队和企业场地面积", "团队和企业", "area_resident"),
    venue_sum("venue_public_area", "公共服务场地面积", "公共服务", "area_public"),
    venue_sum("venue_own_use_area", "自用面积", "自用", "area_own_use"),
    venue_sum("venue_other_area", "其他面积", "其他", "area_other"),
    venue_sum("workstation_count", "提供创业工位数量", "创业工位", "workstations", "个"),
    Derived(
        "venue_service_ratio", "创业团队和企业场地与公共服务场地的面积占总面积比例为",
        lambda figures: ratio(
            figures.sum("venue_rows", "area_resident") + figures.sum("venue_rows", "area_public"),
            figures.sum("venue_rows", "area_total"),
        ),
        unit="%", formula=service_area_formula, is_ratio=True, table="venue_rows",
        short="团队和企业与公共服务场地占总面积比例",
    ),
)  # fmt: skip

STAFF_TOTALS = (
    Derived(
        "staff_total_count", "众创空间管理服务人员数量",
        lambda figures: figures.count("service_staff") + figures.count("mentors"), unit="人",
        formula=lambda figures: (
            f"{figures.count('service_staff') + figures.count('mentors')} = "
            f"{figures.count('service_staff')} + {figures.count('mentors')}"
        ),
        table="service_staff", short="管理服务人员",
    ),
    Derived("full_time_staff_count", "专职专业服务人员", lambda figures: figures.count("service_staff"),
            unit="人", table="service_staff"),
    Derived("mentor_count", "兼专职创业导师数量", lambda figures: figures.count("mentors"), unit="人",
            table="mentors", short="兼专职创业导师"),
)  # fmt: skip

INCUBATION_TOTALS = (
    Derived("yearly_resident_count", "年协议入驻创业团队和企业数量", residents_of_period, unit="家",
            table="teams", short="年协议入驻"),
    Derived(
        "resident_count_at_cutoff", "截止日在驻创业团队和企业数量",
        lambda figures: residents_of_period(figures, at_cutoff=True), unit="家", table="teams",
        short="截止日在驻",
    ),
    Derived(
        "new_registered_count", "报告期内新注册企业数量",
        lambda figures: new_registered_count(
            figures.rows("teams"), figures.batch.period_start, figures.batch.period_end),
        unit="家", table="teams", short="新注册企业",
    ),
    Derived(
        "financed_count", "报告期内获得投融资的团队和企业数量",
        lambda figures: financed_count(
            figures.rows("teams"), figures.rows("enterprises"),
            figures.batch.period_start, figures.batch.period_end),
        unit="家", table="enterprises", short="获得投融资",
    ),
    Derived("activity_count", "开展创新创业活动场次", lambda figures: figures.count("activities"), unit="场",
            table="activities", short="活动场次"),
)  # fmt: skip

"""国家备案众创空间申报: the table of contents of its official form.

Source: 《国家备案众创空间申报操作手册》(2021); 《国家众创空间备案暂行规定》国科火字〔2017〕120号, 备案条件.
"""

from typing import Any

from filings.kind import Automatic, Check, Derived, Kind, Slot, Tab, Table
from filings.kinds.makerspace_conditions import CONDITIONS, national_titles, residents_of_period
from filings.rules.area import area_sum, ratio
from filings.rules.dates import in_order, in_reporting_period, not_after_cutoff, not_before_operation
from filings.rules.people import PEOPLE_LISTED_TWICE
from filings.rules.residents import (
    LINKS,
    closed_in_enterprise,
    closed_in_team,
    duplicates,
    financed_count,
    financing_before_entry,
    new_registered_count,
)
from forms.activity import ActivityForm
from forms.formats import show_number, show_ratio
from forms.makerspace import (
    BasicInfoForm,
    BrandCultureForm,
    DevelopmentPlanForm,
    InstructionsForm,
    ServiceCapabilityForm,
    ServicePerformanceForm,
)
from forms.recognition import HonorForm, MediaReportForm
from forms.resident import EnterpriseForm, TeamForm, is_financed
from forms.staff import MentorForm, ServiceStaffForm
from forms.venue import VenueForm
from models.activity import Activity
from models.makerspace_filing import MakerspaceFiling
from models.recognition import Honor, MediaReport
from models.resident import Enterprise, Team
from models.staff import Mentor, ServiceStaff
from models.venue import Venue

FINANCING = "获得投融资情况"
OWNERSHIP_EVIDENCE = {
    "owned": "产权证",
    "entrusted": "受托管理合同和产权证",
    "leased": "租赁合同和产权证",
}


def venue_evidence(venue: Any) -> str:
    """Say which papers prove a venue, by its 产权情况."""
    papers = [OWNERSHIP_EVIDENCE[item] for item in venue.ownership or ()]
    return "请合并上传：" + "；".join(papers) if papers else "按产权情况上传产权证、合同"


def cumulative(batch: Any) -> str:
    return (
        f"自众创空间开始运营至 {batch.cutoff_date.year}年{batch.cutoff_date.month}月{batch.cutoff_date.day}日"
    )


def period(batch: Any) -> str:
    first, last = batch.period_start, batch.period_end
    return f"{first.year}.{first.month}.{first.day}–{last.year}.{last.month}.{last.day}"


VENUES = Table(
    "venue_rows", "服务场地明细", Venue, VenueForm, named_by="address", short="场地明细", noun="场地",
    slots=(Slot("evidence_file", "证明材料", hint=venue_evidence),),
    checks=(Check(("area_total",), area_sum),),
    totals=("area_total", "area_resident", "area_public", "area_own_use", "area_other", "workstations"),
    min_rows=1,
)  # fmt: skip

SERVICE_STAFF = Table(
    "service_staff", "专业服务人员情况列表", ServiceStaff, ServiceStaffForm, named_by="name",
    short="专业服务人员", noun="人员", slots=(Slot("evidence_file", "证明材料", hint="学历、培训证书等"),),
    judged=("name", "position"),
)  # fmt: skip

MENTORS = Table(
    "mentors", "创业导师的聘书或聘用文件", Mentor, MentorForm, named_by="name", short="创业导师", noun="导师",
    slots=(Slot("evidence_file", "证明材料", hint="聘书或聘用文件"),), judged=("name", "position"),
)  # fmt: skip

TEAMS = Table(
    "teams", "累计创业团队情况汇总表", Team, TeamForm, named_by="team_name", short="创业团队", noun="团队",
    slots=(
        Slot("agreement_file", "入驻协议"),
        Slot("financing_file", "佐证材料", required=is_financed, group=FINANCING),
    ),
    columns=(
        "team_name", "leader_name", "moved_in_on", "team_status", "member_count", "converted_registered_on",
        "moved_out_on", "agreement_file", "has_financing", "financed_on", "financing_amount",
        "financing_file",
    ),
    checks=(
        not_after_cutoff("moved_in_on", "converted_registered_on", "moved_out_on", "financed_on"),
        not_before_operation("moved_in_on"),
        in_order("moved_in_on", "converted_registered_on", "入驻时间", "转化为企业注册时间"),
        in_order("moved_in_on", "moved_out_on", "入驻时间", "迁出时间"),
        financing_before_entry("moved_in_on"),
    ),
    closed=closed_in_team, scope=cumulative, is_wide=True,
    judged=("team_name", "team_status", "moved_in_on", "converted_registered_on", "moved_out_on",
            "has_financing", "financed_on"),
)  # fmt: skip

ENTERPRISES = Table(
    "enterprises", "累计入驻企业情况汇总表", Enterprise, EnterpriseForm, named_by="enterprise_name",
    short="累计入驻企业", noun="企业",
    slots=(
        Slot("agreement_file", "入驻协议"),
        Slot("license_file", "营业执照", hint="加盖公章的营业执照复印件"),
        Slot("financing_file", "佐证材料", required=is_financed, group=FINANCING),
    ),
    columns=(
        "enterprise_name", "uscc", "converted_from_team", "source_team_name", "registered_on", "moved_in_on",
        "has_moved_out", "employee_count", "moved_out_on", "agreement_file", "license_file",
        "has_financing", "financed_on", "financing_amount", "financing_file",
    ),
    checks=(
        not_after_cutoff("registered_on", "moved_in_on", "moved_out_on", "financed_on"),
        not_before_operation("moved_in_on", lambda enterprise: not enterprise.converted_from_team),
        in_order("registered_on", "moved_in_on", "注册时间", "入驻时间",
                 lambda enterprise: not enterprise.converted_from_team),
        in_order("moved_in_on", "moved_out_on", "入驻时间", "迁出时间",
                 lambda enterprise: not enterprise.converted_from_team),
        in_order("registered_on", "moved_out_on", "注册时间", "迁出时间",
                 lambda enterprise: bool(enterprise.converted_from_team)),
        financing_before_entry("moved_in_on"),
    ),
    closed=closed_in_enterprise, scope=cumulative, is_wide=True,
    judged=("uscc", "converted_from_team", "source_team_name", "registered_on", "moved_in_on",
            "moved_out_on", "has_financing", "financed_on"),
)  # fmt: skip

ACTIVITIES = Table(
    "activities", "开展创新创业活动情况汇总表", Activity, ActivityForm, named_by="activity_name",
    short="创新创业活动", noun="活动", slots=(Slot("evidence_file", "证明材料", hint="活动通知、照片、签到表等"),),
    checks=(in_reporting_period("held_on"),), scope=period,
)  # fmt: skip

MEDIA_REPORTS = Table(
    "media_reports", "宣传报道", MediaReport, MediaReportForm, named_by="title", noun="报道",
    slots=(Slot("evidence_file", "证明材料"),), checks=(not_after_cutoff("reported_on"),),
)  # fmt: skip

HONORS = Table(
    "honors", "荣誉", Honor, HonorForm, named_by="honor_name", noun="荣誉",
    slots=(Slot("evidence_file", "证明材料"),), checks=(not_after_cutoff("granted_on"),),
)  # fmt: skip


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

OPERATOR = (
    Automatic("operator_name", "运营主体名称", lambda filing: filing.unit.name, "来自单位信息"),
    Automatic("uscc", "统一社会信用代码", lambda filing: filing.unit.uscc, "来自单位信息"),
    Automatic("legal_representative", "法定代表人", lambda filing: filing.unit.legal_representative,
              "来自单位信息"),
    Automatic("region_code", "所属区市", lambda filing: filing.region.full_name, "来自单位信息"),
)  # fmt: skip


def prefill(filing: MakerspaceFiling) -> None:
    """Copy what the unit and the carrier already say, so that nobody types it twice."""
    unit, carrier = filing.unit, filing.carrier
    filing.operator_registered_on = unit.registered_on
    filing.operator_nature = unit.nature
    if carrier is None:
        return
    filing.makerspace_name = carrier.name
    filing.makerspace_address = carrier.address or None
    filing.operation_started_on = carrier.operation_started_on
    filing.provincial_filing_level = carrier.provincial_filing_level
    filing.provincial_filed_on = carrier.provincial_filed_on


def cover(filing: MakerspaceFiling) -> list[dict[str, Any]]:
    """List what stands on the cover of the 申报书."""
    return [
        {"label": "众创空间名称", "text": filing.makerspace_name or filing.name},
        {"label": "运营主体名称", "text": filing.unit.name, "seal": True},
        {"label": "统一社会信用代码", "text": filing.unit.uscc},
        {"label": "法定代表人", "text": filing.unit.legal_representative},
        {"label": "所属区市", "text": filing.region.full_name},
    ]


MAKERSPACE = Kind(
    name="makerspace",
    label="众创空间国家备案",
    title="国家备案众创空间申报书",
    prefix="ZCKJ",
    model=MakerspaceFiling,
    carrier_kind="makerspace",
    named_by="makerspace_name",
    carrier_noun="众创空间",
    levels=("city", "province", "torch"),
    tabs=(
        Tab("instructions", "填报说明", InstructionsForm, note="请认真阅读后再填报。",
            extra_template="filing/_instructions.html"),
        Tab("commitment", "承诺书", note="下载模板，填写、签字并加盖公章，扫描后上传。",
            slots=(Slot("commitment_file", "承诺书", hint="签字及盖章扫描件", has_template=True),)),
        Tab("basic_info", "基础信息", BasicInfoForm, tables=(MEDIA_REPORTS, HONORS), automatic=OPERATOR,
            fields_label="基本情况",
            derived=(
                Derived("media_report_count", "主流媒体报道次数",
                        lambda figures: figures.count("media_reports"), unit="次", table="media_reports"),
                Derived("honor_count", "获得荣誉数量", lambda figures: figures.count("honors"), unit="项",
                        table="honors"),
            )),
        Tab("venue", "服务场地", tables=(VENUES,), derived=VENUE_TOTALS,
            note="面积单位：平方米。先填下表，汇总自动生成。"),
        Tab("staff", "人员情况", tables=(SERVICE_STAFF, MENTORS), derived=STAFF_TOTALS,
            slots=(Slot("staff_extra_file", "相关材料", required=False, hint="可不上传"),)),
        Tab("incubation", "孵化和服务情况", tables=(TEAMS, ENTERPRISES, ACTIVITIES),
            derived=INCUBATION_TOTALS,
            slots=(Slot("incubation_extra_file", "相关材料", required=False, hint="可不上传"),)),
        Tab("service_capability", "服务能力", ServiceCapabilityForm),
        Tab("service_performance", "服务绩效", ServicePerformanceForm),
        Tab("brand_culture", "品牌和文化建设", BrandCultureForm),
        Tab("development_plan", "发展思路、目标及措施", DevelopmentPlanForm),
    ),
    conditions=CONDITIONS,
    conditions_source="《国家众创空间备案暂行规定》",
    cross_checks=(
        duplicates("teams", "team_name", "团队名称"),
        duplicates("enterprises", "uscc", "统一社会信用代码"),
        LINKS,
        PEOPLE_LISTED_TWICE,
    ),
    cover=cover,
    prefill=prefill,
    facts=national_titles,
    prefilled_from={
        "operator_registered_on": "来自单位信息",
        "operator_nature": "来自单位信息",
        "makerspace_name": "来自众创空间信息",
        "makerspace_address": "来自众创空间信息",
        "operation_started_on": "来自众创空间信息",
        "provincial_filing_level": "来自众创空间信息",
        "provincial_filed_on": "来自众创空间信息",
    },
)  # fmt: skip

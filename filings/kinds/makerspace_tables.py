"""The row tables of the makerspace filing. Source: 《国家备案众创空间申报操作手册》(2021), 信息填报."""

from typing import Any

from filings.kind import Check, Slot, Table
from filings.rules.area import area_sum
from filings.rules.dates import in_order, in_reporting_period, not_after_cutoff, not_before_operation
from filings.rules.residents import closed_in_enterprise, closed_in_team, financing_before_entry
from forms.activity import ActivityForm
from forms.recognition import HonorForm, MediaReportForm
from forms.resident import FINANCING, EnterpriseForm, TeamForm, is_financed
from forms.staff import MentorForm, ServiceStaffForm
from forms.venue import VenueForm
from models.activity import Activity
from models.recognition import Honor, MediaReport
from models.resident import Enterprise, Team
from models.staff import Mentor, ServiceStaff
from models.venue import Venue

OWNERSHIP_EVIDENCE = {
    "owned": "产权证",
    "entrusted": "受托管理合同和产权证",
    "leased": "租赁合同和产权证",
}


# What clerks call these papers in file names.
AGREEMENT_WORDS = (
    "协议",
    "协议书",
    "孵化协议",
    "入孵协议",
    "入驻合同",
    "孵化合同",
    "服务协议",
    "入驻",
    "合同",
)
FINANCING_WORDS = (
    "融资", "投融资", "融资证明", "投资协议", "增资", "增资协议", "股权", "股东协议", "股权转让", "到账", "银行回单",
    "进账单", "验资报告", "佐证",
)  # fmt: skip


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
    return f"{first.year}.{first.month}.{first.day}-{last.year}.{last.month}.{last.day}"


VENUES = Table(
    "venue_rows", "服务场地明细", Venue, VenueForm, named_by="address", short="场地明细", noun="场地",
    slots=(
        Slot("evidence_file", "证明材料", hint=venue_evidence,
             words=("产权证", "房产证", "不动产权证", "租赁", "租赁合同", "租约", "场地证明", "委托管理", "受托管理",
                    "场地")),
    ),
    checks=(Check(("area_total",), area_sum),),
    totals=("area_total", "area_resident", "area_public", "area_own_use", "area_other", "workstations"),
    min_rows=1,
)  # fmt: skip

SERVICE_STAFF = Table(
    "service_staff", "专业服务人员情况列表", ServiceStaff, ServiceStaffForm, named_by="name",
    short="专业服务人员", noun="人员",
    slots=(
        Slot("evidence_file", "证明材料", hint="学历、培训证书等",
             words=("学历", "学位", "毕业证", "学历证书", "证书", "培训", "培训证书", "资格证", "职称", "社保", "劳动合同",
                    "简历")),
    ),
    judged=("name", "position"),
)  # fmt: skip

MENTORS = Table(
    "mentors", "创业导师的聘书或聘用文件", Mentor, MentorForm, named_by="name", short="创业导师", noun="导师",
    slots=(
        Slot("evidence_file", "证明材料", hint="聘书或聘用文件",
             words=("聘书", "聘任", "聘用", "聘用文件", "聘请", "聘用协议", "导师聘书", "导师证书", "导师协议")),
    ),
    judged=("name", "position"),
)  # fmt: skip

TEAMS = Table(
    "teams", "累计创业团队情况汇总表", Team, TeamForm, named_by="team_name", short="创业团队", noun="团队",
    known_by=("leader_name",),
    slots=(
        Slot("agreement_file", "入驻协议", words=AGREEMENT_WORDS),
        Slot("financing_file", "佐证材料", required=is_financed, group=FINANCING, words=FINANCING_WORDS),
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
        Slot("agreement_file", "入驻协议", words=AGREEMENT_WORDS),
        Slot("license_file", "营业执照", hint="加盖公章的营业执照复印件",
             words=("执照", "营业执照复印件", "营业执照副本", "工商登记", "三证合一")),
        Slot("financing_file", "佐证材料", required=is_financed, group=FINANCING, words=FINANCING_WORDS),
    ),
    known_by=("uscc",),
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
    closed=closed_in_enterprise, identity=("uscc",), scope=cumulative, is_wide=True,
    judged=("uscc", "converted_from_team", "source_team_name", "registered_on", "moved_in_on",
            "moved_out_on", "has_financing", "financed_on"),
)  # fmt: skip

ACTIVITIES = Table(
    "activities", "开展创新创业活动情况汇总表", Activity, ActivityForm, named_by="activity_name",
    short="创新创业活动", noun="活动", known_by=("held_on",),
    slots=(
        Slot("evidence_file", "证明材料", hint="活动通知、照片、签到表等",
             words=("活动", "照片", "签到", "签到表", "通知", "活动通知", "海报", "总结", "活动总结", "现场", "议程", "推文")),
    ),
    checks=(in_reporting_period("held_on"),), scope=period, identity=("activity_name", "held_on"),
)  # fmt: skip

MEDIA_REPORTS = Table(
    "media_reports", "宣传报道", MediaReport, MediaReportForm, named_by="title", noun="报道",
    known_by=("media_name",),
    slots=(Slot("evidence_file", "证明材料", words=("报道", "新闻", "截图", "媒体", "报纸", "刊登")),),
    checks=(not_after_cutoff("reported_on"),),
)  # fmt: skip

HONORS = Table(
    "honors", "荣誉", Honor, HonorForm, named_by="honor_name", noun="荣誉",
    slots=(
        Slot("evidence_file", "证明材料",
             words=("荣誉", "荣誉证书", "奖牌", "获奖", "奖状", "授牌", "牌匾", "认定文件", "批文")),
    ),
    checks=(not_after_cutoff("granted_on"),),
)  # fmt: skip

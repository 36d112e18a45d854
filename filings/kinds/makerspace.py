"""国家备案众创空间申报: the table of contents of its official form.

Source: 《国家备案众创空间申报操作手册》(2021); 《国家众创空间备案暂行规定》国科火字〔2017〕120号, 备案条件.
"""

from typing import Any

from filings.kind import Automatic, Claim, Derived, Kind, Slot, Tab
from filings.kinds.makerspace_conditions import CONDITIONS, national_titles
from filings.kinds.makerspace_tables import (
    ACTIVITIES,
    ENTERPRISES,
    HONORS,
    MEDIA_REPORTS,
    MENTORS,
    SERVICE_STAFF,
    TEAMS,
    VENUES,
)
from filings.kinds.makerspace_totals import INCUBATION_TOTALS, STAFF_TOTALS, VENUE_TOTALS
from filings.rules.people import PEOPLE_LISTED_TWICE
from filings.rules.residents import LINKS, duplicates
from forms.makerspace import (
    BasicInfoForm,
    BrandCultureForm,
    DevelopmentPlanForm,
    InstructionsForm,
    ServiceCapabilityForm,
    ServicePerformanceForm,
)
from forms.opinion import CityOpinionForm, ProvinceOpinionForm, TorchOpinionForm
from models.makerspace_filing import MakerspaceFiling

OPERATOR = (
    Automatic("operator_name", "运营主体名称", lambda filing: filing.unit.name, "来自单位信息"),
    Automatic("uscc", "统一社会信用代码", lambda filing: filing.unit.uscc, "来自单位信息"),
    Automatic("legal_representative", "法定代表人", lambda filing: filing.unit.legal_representative,
              "来自单位信息"),
    Automatic("region_code", "所属区市", lambda filing: filing.region.full_name, "来自单位信息"),
)  # fmt: skip


def prefill(filing: MakerspaceFiling) -> dict[str, Any]:
    """Return what the unit and the carrier already say, so that nobody types it twice."""
    unit, carrier = filing.unit, filing.carrier
    known: dict[str, Any] = {"operator_registered_on": unit.registered_on, "operator_nature": unit.nature}
    if carrier is not None:
        known |= {
            "makerspace_name": carrier.name,
            "makerspace_address": carrier.address or None,
            "operation_started_on": carrier.operation_started_on,
            "provincial_filing_level": carrier.provincial_filing_level,
            "provincial_filed_on": carrier.provincial_filed_on,
        }
    return known


def cover(filing: MakerspaceFiling) -> list[dict[str, Any]]:
    """List what stands on the cover of the 申报书."""
    return [
        {"label": "众创空间名称", "text": filing.makerspace_name or filing.name},
        {"label": "运营主体名称", "text": filing.unit.name, "seal": True},
        {"label": "统一社会信用代码", "text": filing.unit.uscc},
        {"label": "法定代表人", "text": filing.unit.legal_representative},
        {"label": "所属区市", "text": filing.region.full_name},
    ]


def register(filing: MakerspaceFiling) -> dict[str, Any]:
    """Return what an approved filing writes into the register, and a public notice shows."""
    return {
        "name": filing.makerspace_name or filing.name,
        "address": filing.makerspace_address or "",
        "operation_started_on": filing.operation_started_on,
    }


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
    opinion_forms={"city": CityOpinionForm, "province": ProvinceOpinionForm, "torch": TorchOpinionForm},
    notice_levels=("province", "torch"),
    national_state="nationally_filed",
    register=register,
    tabs=(
        Tab("instructions", "填报说明", InstructionsForm, note="请认真阅读后再填报。",
            extra_template="filing/_instructions.html"),
        Tab("commitment", "承诺书", note="下载模板，填写、签字并加盖公章，扫描后上传。",
            slots=(Slot("commitment_file", "承诺书", hint="签字及盖章扫描件", has_template=True,
                        words=("承诺", "承诺函")),)),
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
            slots=(Slot("staff_extra_file", "相关材料", required=False, hint="可不上传",
                        words=("人员相关材料", "人员名册", "人员花名册")),)),
        Tab("incubation", "孵化和服务情况", tables=(TEAMS, ENTERPRISES, ACTIVITIES),
            derived=INCUBATION_TOTALS,
            slots=(Slot("incubation_extra_file", "相关材料", required=False, hint="可不上传",
                        words=("孵化相关材料", "孵化服务材料", "服务记录")),)),
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
    claims=(
        Claim("uscc", "enterprises", ("uscc",)),
        Claim("person", "service_staff", ("name", "major")),
        Claim("person", "mentors", ("name", "employer")),
        Claim("address", "venue_rows", ("address",)),
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

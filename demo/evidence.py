"""Which evidence belongs to a row of the demo's filing: slot, file name and bytes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from demo import certificates, contracts, records
from demo.contracts import Host
from demo.identity import chance
from demo.texts import names
from forms.staff import ServiceStaffForm
from models.activity import Activity
from models.recognition import Honor, MediaReport
from models.resident import Enterprise, Team
from models.staff import Mentor, ServiceStaff
from models.venue import Venue

INVESTORS = (
    "广东岭海创业投资管理有限公司",
    "广州珠科天使投资合伙企业（有限合伙）",
    "深圳前湾创新基金管理有限公司",
)
Facts = dict[str, str]


@dataclass(frozen=True)
class Evidence:
    """A file for one slot, under the name its applicant would give it."""

    slot: str
    name: str
    content: bytes


def of_venue(host: Host, venue: Venue, facts: Facts) -> Iterator[Evidence]:
    """Lease or mandate with the title deed, one of them lying on its side, or the operator's own deed."""
    address, area, place = str(venue.address), venue.area_total or Decimal(), venue.place
    room = address.removeprefix("广州市天河区")
    if venue.ownership == ["owned"]:
        content = certificates.title_deed(host.name, address, area)
        yield Evidence("evidence_file", f"产权证-{room}.pdf", content)
        return
    entrusted = "entrusted" in (venue.ownership or ())
    content = contracts.lease(
        host, address, area, date(2017, 12, 1), entrusted=entrusted,
        scanned=place in (2, 7), turned=place == 2, plan=place == 4,
    )  # fmt: skip
    yield Evidence("evidence_file", f"{'受托管理' if entrusted else '租赁'}合同及产权证-{room}.pdf", content)


def of_staff(host: Host, person: ServiceStaff, facts: Facts) -> Iterator[Evidence]:
    """Diploma and course certificate."""
    degree = ServiceStaffForm().education.show(person.education)
    year = 2021 - (person.age or 0) + 23
    course = "科技企业孵化器从业人员培训班"
    content = certificates.diploma(str(person.name), str(person.major), degree, year, course)
    yield Evidence("evidence_file", f"学历及培训证书-{person.name}.pdf", content)


def of_mentor(host: Host, mentor: Mentor, facts: Facts) -> Iterator[Evidence]:
    """Letter of appointment; one of them lies on its side."""
    content = certificates.appointment(
        host.name, host.space, str(mentor.name), str(mentor.service_field), date(2020, 1, 6),
        turned=mentor.place == 2,
    )  # fmt: skip
    yield Evidence("evidence_file", f"导师聘书-{mentor.name}.pdf", content)


def of_team(host: Host, team: Team, facts: Facts) -> Iterator[Evidence]:
    """Agreement, and the investment if there was one."""
    name, moved_in = str(team.team_name), team.moved_in_on or date.min
    business = f"{name.removesuffix('团队')}项目的研发和市场验证"
    content = contracts.agreement(
        host, name, str(team.leader_name), moved_in, business, scanned=team.place % 13 == 5
    )
    yield Evidence("agreement_file", f"入驻协议-{name}.pdf", content)
    yield from _financing(team, name, str(team.leader_name))


def of_enterprise(host: Host, enterprise: Enterprise, facts: Facts) -> Iterator[Evidence]:
    """Agreement, licence, and the investment if there was one."""
    name, code, person = str(enterprise.enterprise_name), str(enterprise.uscc), facts["representative"]
    registered = enterprise.registered_on or date.min
    content = contracts.agreement(
        host, name, person, enterprise.moved_in_on or registered, facts["business"], uscc=code
    )
    yield Evidence("agreement_file", f"入驻协议-{name}.pdf", content)
    is_copy = enterprise.place % 5 == 2
    content = certificates.licence(name, code, person, registered, facts["business"], scanned=is_copy)
    yield Evidence("license_file", f"营业执照-{name}.pdf", content)
    yield from _financing(enterprise, name, person)


def of_activity(host: Host, activity: Activity, facts: Facts) -> Iterator[Evidence]:
    """Notice, list of those present, photographs."""
    name, held_on = str(activity.activity_name), activity.held_on or date.min
    count = 12 + activity.place % 9
    people = chance(f"people/{name}").sample(names(), count)
    content = records.activity_record(name, held_on, str(activity.summary), host, people)
    yield Evidence("evidence_file", f"活动{activity.place:02}-{name}.pdf", content)


def of_media_report(host: Host, report: MediaReport, facts: Facts) -> Iterator[Evidence]:
    """The page of the report."""
    content = records.media_report(
        str(report.title), str(report.media_name), report.reported_on or date.min, host.space
    )
    yield Evidence("evidence_file", f"媒体报道-{report.media_name}.pdf", content)


def of_honor(host: Host, honor: Honor, facts: Facts) -> Iterator[Evidence]:
    """The certificate."""
    content = certificates.honor(
        host.space, str(honor.honor_name), str(honor.granted_by), honor.granted_on or date.min
    )
    yield Evidence("evidence_file", f"荣誉证书-{honor.honor_name}.pdf", content)


def of_filing(host: Host) -> Iterator[Evidence]:
    """The signed pledge and the summary of cases."""
    signed_on = date(2021, 11, 4)
    yield Evidence(
        "commitment_file",
        "承诺书（签字盖章）.pdf",
        contracts.commitment(host, "广州市科学技术局", 2021, signed_on),
    )
    cases = [
        [
            "广州芯舟微电子科技有限公司",
            "2020年3月",
            "嵌入式导师、共享实验室、小批量打样",
            "完成样机三版，获股权投资300万元",
        ],
        ["广州微澜生物技术有限公司", "2020年4月", "专利布局、合作医院对接", "注册公司，获投资200万元"],
        [
            "广州禾木智能科技有限公司",
            "2018年9月",
            "商业模式辅导、产业链客户引荐",
            "转型整仓方案，获投资500万元",
        ],
    ]
    yield Evidence("incubation_extra_file", "典型孵化案例汇总表.pdf", records.case_summary(host, cases))


def _financing(row: Any, name: str, person: str) -> Iterator[Evidence]:
    if not row.has_financing:
        return
    investor = INVESTORS[row.place % len(INVESTORS)]
    content = contracts.investment(investor, name, person, row.financing_amount, row.financed_on)
    yield Evidence("financing_file", f"投资协议及银行回单-{name}.pdf", content)

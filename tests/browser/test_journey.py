"""The main job from sign-in to the receiving office, with JavaScript and without."""

import re
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.clerk import Clerk
from tests.browser.conftest import OpenPage

BASIC_INFO = {
    "is_independent_legal_entity": "yes", "makerspace_type": "professional", "focus_field": "人工智能",
    "website": "www.example.com", "manager_name": "梁志航", "contact_name": "陈晓敏",
    "contact_mobile": "13800138000", "contact_email": "lianxi@example.com",
    "introduction": "启航众创空间服务人工智能方向的早期团队。",
}  # fmt: skip
NEW_CARRIER = {
    "makerspace_name": "启航二号众创空间", "operation_started_on": "2019-05-01",
    "makerspace_address": "广州市天河区高普路1023号4层",
}  # fmt: skip
VENUE = {
    "address": "天河区高普路1023号3层", "area_total": "1200.5", "area_resident": "800",
    "area_public": "200.5", "area_own_use": "100", "area_other": "100", "workstations": "60",
    "ownership": ["leased"],
}  # fmt: skip
STAFF = ("何嘉敏", "罗文轩", "谭雨桐")
MENTORS = ("许志远", "方敏华", "苏建国")
CONVERTED = {
    "team_name": "云帆智能团队", "leader_name": "周子昂", "moved_in_on": "2020-10-12",
    "team_status": "converted", "converted_registered_on": "2021-03-15", "has_financing": "no",
}  # fmt: skip
IN_SPACE = {
    "team_name": "𠮷星视觉团队", "leader_name": "林一帆", "moved_in_on": "2021-01-08",
    "team_status": "in_space", "member_count": "6", "has_financing": "yes", "financed_on": "2021-06-01",
    "financing_amount": "120.5",
}  # fmt: skip
ENTERPRISE = {
    "enterprise_name": "广州云帆智能科技有限公司", "uscc": "91440106MA59CK7E1K",
    "converted_from_team": "yes", "source_team_name": "云帆智能团队", "registered_on": "2021-03-15",
    "has_moved_out": "no", "employee_count": "9", "has_financing": "no",
}  # fmt: skip
MEDIA_REPORT = {"title": "启航众创空间助力大学生创业", "media_name": "广州日报", "reported_on": "2021-04-02"}
HONOR = {
    "honor_name": "优秀众创空间", "granted_by": "广州市科学技术局", "granted_on": "2020-12-20",
    "honor_level": "municipal",
}  # fmt: skip
TEXTS = {
    "service_capability": "服务能力", "service_performance": "服务绩效", "brand_culture": "品牌和文化建设",
    "development_plan": "发展思路、目标及措施",
}  # fmt: skip
# One each for 承诺书, report, honor, venue, staff and mentors, activities; teams 1 + 2, the enterprise 2.
UPLOADS = 1 + 1 + 1 + 1 + len(STAFF) + len(MENTORS) + 10 + 3 + 2


def staff(name: str) -> dict[str, str]:
    return {"name": name, "age": "32", "position": "运营经理", "education": "bachelor", "major": "工商管理",
            "experience": "参加科技企业孵化器从业人员培训并取得证书"}  # fmt: skip


def mentor(name: str) -> dict[str, str]:
    return {"name": name, "employer": "广州某创业投资有限公司", "position": "总经理",
            "service_field": "投融资", "engagement": "part_time"}  # fmt: skip


def activity(number: int) -> dict[str, str]:
    return {"activity_name": f"第{number}期创业沙龙", "activity_type": "salon",
            "held_on": f"2021-0{1 + number % 8}-15", "summary": "邀请创业者分享经验。"}  # fmt: skip


def fill_every_tab(clerk: Clerk, *, names_carrier: bool) -> None:
    """Fill the ten tabs from the first to the last, each left by 保存并下一步."""
    clerk.fill({"instructions_read": "yes", "priority_directions": ["academia"]})
    clerk.save_and_go_on("承诺书")
    clerk.upload_to_tab("commitment_file", "承诺书.pdf")
    clerk.save_and_go_on("基础信息")
    fill_basic_info(clerk, names_carrier=names_carrier)
    fill_venue(clerk)
    fill_staff(clerk)
    fill_incubation(clerk)
    for tab in TEXTS:
        clerk.fill({f"{tab}_text": f"{TEXTS[tab]}第一段。\n\n第二段，共 3 个案例。"})
        clerk.page.get_by_role("button", name="保存并下一步").click()


def fill_basic_info(clerk: Clerk, *, names_carrier: bool) -> None:
    clerk.go("宣传报道")
    clerk.upload(clerk.add_row("media_reports", MEDIA_REPORT), "evidence_file")
    clerk.go("荣誉")
    clerk.upload(clerk.add_row("honors", HONOR), "evidence_file")
    clerk.go("基本情况")
    clerk.fill((NEW_CARRIER if names_carrier else {}) | BASIC_INFO)
    clerk.save_and_go_on("服务场地")


def fill_venue(clerk: Clerk) -> None:
    assert clerk.values()["venue_total_area"] == "0"
    assert clerk.conditions()["MK-04A"] == "fail"
    row = clerk.add_row("venue_rows", VENUE)
    expect(clerk.page.locator("tfoot")).to_contain_text("1,200.5")
    expect(clerk.page.locator("#row-count")).to_have_text("1 行")
    assert clerk.values()["venue_total_area"] == "1200.5"
    assert clerk.values()["venue_service_ratio"] == "83.3"
    assert clerk.conditions()["MK-04A"] == "pass"
    clerk.upload(row, "evidence_file", "租赁合同和产权证.pdf", pages=2)
    clerk.save_and_go_on("人员情况")


def fill_staff(clerk: Clerk) -> None:
    for name in STAFF:
        clerk.upload(clerk.add_row("service_staff", staff(name)), "evidence_file", f"证书-{name}.pdf")
    expect(clerk.page.locator('.subtabs [aria-current="page"]')).to_have_text(f"专业服务人员 {len(STAFF)}")
    clerk.go("创业导师")
    for name in MENTORS:
        clerk.upload(clerk.add_row("mentors", mentor(name)), "evidence_file", f"聘书-{name}.pdf")
    assert clerk.values()["staff_total_count"] == "6"
    assert clerk.conditions()["MK-08B"] == "pass"
    clerk.save_and_go_on("孵化和服务情况")


def fill_incubation(clerk: Clerk) -> None:
    row = clerk.add_row("teams", CONVERTED)
    assert "E_LINK_MISSING" in clerk.codes()
    clerk.upload(row, "agreement_file", "入驻协议.pdf")
    row = clerk.add_row("teams", IN_SPACE)
    clerk.upload(row, "agreement_file", "入驻协议.pdf")
    clerk.upload(row, "financing_file", "投资协议.pdf")
    clerk.go("累计入驻企业")
    row = clerk.add_row("enterprises", ENTERPRISE)
    for slot in ("agreement_file", "license_file"):
        clerk.upload(row, slot)
    assert clerk.values()["yearly_resident_count"] == "2"
    assert clerk.values()["financed_count"] == "1"
    clerk.go("创新创业活动")
    for number in range(10):
        clerk.upload(clerk.add_row("activities", activity(number)), "evidence_file")
    assert clerk.conditions()["MK-09"] == "pass"
    clerk.save_and_go_on("服务能力")


def nothing_is_missing(clerk: Clerk) -> None:
    clerk.go("还缺什么")
    expect(clerk.page.get_by_text("没有缺项")).to_be_visible()
    assert set(clerk.tab_states().values()) == {"done"}


def generate(clerk: Clerk) -> str:
    """Press 下载材料 and wait for the version; return its number."""
    clerk.go("下载材料")
    clerk.page.get_by_role("button", name="下载材料（生成新版本）").click()
    clerk.wait_for_version()
    return clerk.page.locator("#versions tr.current td.mono").inner_text()


def check_pdf(content: bytes, version_no: str, folder: Path) -> None:
    """Every page says its version and its number, and the file is sound."""
    pages = PdfReader(BytesIO(content)).pages
    for number, page in enumerate(pages, 1):
        text = page.extract_text()
        assert version_no in text, number
        assert f"第 {number} 页 共 {len(pages)} 页" in text, number
    file = folder / "filing.pdf"
    file.write_bytes(content)
    subprocess.run(["qpdf", "--check", file], check=True, capture_output=True)


def submit(clerk: Clerk, version_no: str) -> None:
    """Choose the 受理机构, learn that conditions fail, confirm, and get the receipt."""
    page = clerk.page
    page.get_by_role("link", name="用此版本提交").click()
    form = page.locator('form[action$="/submission"]')
    expect(form.get_by_text(version_no)).to_be_visible()
    form.get_by_role("radio", name="广州市").check()
    form.get_by_role("button", name="确认提交至").click()
    expect(form.locator('[data-error="E_CONDITIONS_UNCONFIRMED"]')).to_be_visible()
    form.get_by_label("我已知悉，仍然提交").check()
    form.get_by_role("button", name="确认提交至").click()
    expect(page.locator("h1")).to_have_text("申报进度")
    expect(page.locator("#receipt-heading")).to_contain_text("已提交至")
    expect(page.locator(".big-no")).to_have_text(version_no)


def check_office(office: Clerk, filing_name: str, version_no: str) -> str:
    """The office finds the filing in its queue, reads it and opens its evidence; return its address."""
    page = office.page
    office.sign_in("city_guangzhou", "staff")
    page.get_by_role("row", name=version_no).get_by_role("link", name=filing_name, exact=True).click()
    expect(page.locator(".when")).to_contain_text(version_no)
    address = office.address
    office.go("孵化和服务情况")
    office.go("累计创业团队情况汇总表")
    expect(page.get_by_text("𠮷星视觉团队").first).to_be_visible()
    look_beside(office)
    office.open(f"{address}/evidence")
    addresses = [str(link.get_attribute("href")) for link in page.locator('main a[href$=".pdf"]').all()]
    assert len(set(addresses)) == UPLOADS
    evidence = office.fetch(addresses[-1])
    assert evidence.headers["content-type"] == "application/pdf"
    assert evidence.body().startswith(b"%PDF")
    return address


def look_beside(office: Clerk) -> None:
    """Open a file of the page beside its row, and turn it."""
    page = office.page
    page.locator("a[data-file]").first.click()
    expect(page.locator("tr.looked")).to_have_count(1)
    first = page.locator("#viewer .page-image").get_attribute("src")
    assert office.fetch(str(first)).headers["content-type"] == "image/webp"
    page.locator("#v-turn").click()
    expect(page.locator("#viewer .page-image")).to_have_attribute("src", re.compile("turn=90"))
    expect(page.locator("tr.looked")).to_have_count(1)


# Without scripts: in all by `test_whole_way`, tab by tab in the long tests.
@pytest.mark.parametrize(
    "has_javascript", [True, pytest.param(False, marks=pytest.mark.long)], ids=["javascript", "plain"]
)
def test_a_makerspace_files_and_its_office_has_it(
    has_javascript: bool, open_page: OpenPage, tmp_path: Path
) -> None:
    # The second journey is that of a makerspace the unit has not registered yet: nothing is filled in.
    carrier, name = ("启航众创空间",) * 2 if has_javascript else ("新增众创空间", "启航二号众创空间")
    clerk = Clerk(open_page(java_script_enabled=has_javascript))
    clerk.sign_in("gz_qihang")
    assert clerk.has_javascript == has_javascript
    clerk.new_filing(carrier)
    fill_every_tab(clerk, names_carrier=not has_javascript)
    nothing_is_missing(clerk)

    version_no = generate(clerk)
    pdf = clerk.fetch(str(clerk.page.get_by_role("link", name="下载 PDF").get_attribute("href")))
    check_pdf(pdf.body(), version_no, tmp_path)
    submit(clerk, version_no)

    office = Clerk(open_page(java_script_enabled=has_javascript))
    address = check_office(office, name, version_no)
    for login in ("province_guangdong", "city_foshan"):
        elsewhere = Clerk(open_page(java_script_enabled=has_javascript))
        elsewhere.sign_in(login, "staff")
        assert elsewhere.status(address) == 404
        assert elsewhere.status(f"{address}/evidence/1.pdf") == 404

import hashlib
import re
import subprocess
from pathlib import Path

import pytest

from materials.errors import EvidenceUnreadable, TypesettingFailed
from materials.generate import Built, build
from materials.manuscript import VersionStamp
from tests.materials.documents import (
    ENTERPRISE_COLUMNS,
    VENUE_COLUMNS,
    Document,
    Evidence,
    attachment,
    cell,
    column,
    condition,
    document,
    field,
    plain_pdf,
    tab,
    table,
)
from tests.materials.reading import bookmarks, picture, poppler_pages, pypdf_pages

AWKWARD = [
    "A<b>B",
    "甲&amp;乙 & 丙",
    "a</para>b",
    "𠮷祥𬭎达䶮创𫚈",
    '<script>alert("1")</script>',
    "<img src=/etc/passwd>",
    "<pdf:nextpage />",
    "{{ 7 * 7 }}",
    "[[[getattr(x)]]]",
    "\u200b零宽\u202e反写\x07响铃",
    "Müller² ±5 ㎡",
]


def venue_tab(rows: list[list[Document]]) -> Document:
    columns = [column(*values) for values in VENUE_COLUMNS]
    columns[1]["total"], columns[6]["total"] = "2350.50", "198"
    return tab("venue", "服务场地", tables=[table("venue_rows", "服务场地", columns, rows)])


def venue_row(address: str, attachment_no: int | None = None) -> list[Document]:
    return [cell(address), *(cell("1") for _ in range(6)), cell("租赁"), cell(attachment=attachment_no)]


def small_document(evidence: Evidence) -> Document:
    attachments = [
        attachment(
            no, f"租赁合同 · 场地{no}", f"服务场地 · 第 {no} 行", evidence.add(f"{no}.pdf", plain_pdf(no)), no
        )
        for no in (1, 2, 3)
    ]
    rows = [venue_row(f"天河区 {no} 号", no) for no in (1, 2, 3)]
    texts = [field("plan", "发展思路", "第一段。\n第二段。", "long")]
    return document([venue_tab(rows), tab("plan", "发展思路、目标及措施", fields=texts)], attachments)


def built(made: Document, version: VersionStamp, evidence: Evidence, out: Path) -> Built:
    return build(made, version, evidence, out, lambda *_: None)


@pytest.fixture
def small(evidence: Evidence, version: VersionStamp, tmp_path: Path) -> Path:
    out = tmp_path / "small.pdf"
    built(small_document(evidence), version, evidence, out)
    return out


@pytest.mark.parametrize("pages_of", [pypdf_pages, poppler_pages])
def test_every_page_states_its_version_and_its_number(small: Path, pages_of) -> None:
    pages = pages_of(small)
    assert len(pages) == 2 + 1 + 1 + 6
    for number, text in enumerate(pages, start=1):
        assert "版本号:ZCKJ-2021-000318-005-9RWD" in text
        assert f"第{number}页共{len(pages)}页" in text


def test_the_answer_describes_the_file(evidence: Evidence, version: VersionStamp, tmp_path: Path) -> None:
    out = tmp_path / "out.pdf"
    answer = built(small_document(evidence), version, evidence, out)
    content = out.read_bytes()
    assert answer == Built(10, hashlib.sha256(content).hexdigest(), len(content))
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["out.pdf"]


def test_qpdf_finds_nothing_to_complain_about(small: Path) -> None:
    check = subprocess.run(["qpdf", "--check", str(small)], check=False, capture_output=True, text=True)
    assert check.returncode == 0, check.stdout + check.stderr


def test_contents_and_attachment_list_state_true_pages(small: Path) -> None:
    pages = pypdf_pages(small)
    assert re.search(r"一、服务场地第(\d+)页", pages[1])[1] == "3"
    assert "一、服务场地" in pages[2]
    list_page = int(re.search(r"附件清单第(\d+)页", pages[1])[1])
    assert "附件清单" in pages[list_page - 1]
    for no, first_page in ((1, 5), (2, 6), (3, 8)):
        assert f"{no}.pdf{no}第{first_page}页" in pages[list_page - 1]
        assert "evidence1" in pages[first_page - 1]


def test_bookmarks_lead_to_sections_and_attachments(small: Path) -> None:
    assert bookmarks(small) == [
        ("目录", 2),
        ("一、服务场地", 3),
        ("（一）服务场地明细", 3),
        ("二、发展思路、目标及措施", 3),
        ("附件清单", 4),
        ("附件 1 租赁合同 · 场地1", 5),
        ("附件 2 租赁合同 · 场地2", 6),
        ("附件 3 租赁合同 · 场地3", 8),
    ]


def test_tables_show_evidence_and_totals(small: Path) -> None:
    text = pypdf_pages(small)[2]
    assert "附件3（3页）" in text
    assert "合计2,350.5198" in text
    assert "其中（平方米）" in text


def test_the_cover_names_the_place_of_the_seal(small: Path) -> None:
    text = pypdf_pages(small)[0]
    assert "国家备案众创空间申报书（2021年度）" in text
    assert "广州临创孵化器有限公司（加盖公章）" in text
    assert text.count("加盖公章") == 1


def test_same_snapshot_and_version_give_the_same_bytes(
    evidence: Evidence, version: VersionStamp, tmp_path: Path
) -> None:
    made = small_document(evidence)
    first = built(made, version, evidence, tmp_path / "1.pdf")
    assert built(made, version, evidence, tmp_path / "2.pdf") == first
    other = VersionStamp("ZCKJ-2021-000318-006-AAAA", version.generated_at, version.verify_url)
    assert built(made, other, evidence, tmp_path / "3.pdf").sha256 != first.sha256
    assert "9RWD" not in "".join(pypdf_pages(tmp_path / "3.pdf"))


@pytest.mark.parametrize("pages_of", [pypdf_pages, poppler_pages])
def test_awkward_text_is_printed_as_it_was_typed(
    evidence: Evidence, version: VersionStamp, tmp_path: Path, pages_of
) -> None:
    long_text = [field("t", "自述", "\n".join(AWKWARD), "long")]
    made = document([venue_tab([venue_row(text) for text in AWKWARD]), tab("t", "自述", fields=long_text)])
    out = tmp_path / "out.pdf"
    built(made, version, evidence, out)
    text = "".join(pages_of(out))
    for typed in AWKWARD:
        shown = re.sub(r"[\s\u200b\u202e\x07]", "", typed)
        assert text.count(shown) >= 2, typed
    assert b"root:" not in out.read_bytes()


def test_a_thousand_rows_are_all_printed(evidence: Evidence, version: VersionStamp, tmp_path: Path) -> None:
    columns = [
        column("name", "企业名称", "", "text", "", 10),
        column("n", "企业人员数量", "", "number", "", 4),
    ]
    rows = [[cell(f"编号{number:04d}公司"), cell("12")] for number in range(1000)]
    made = document([tab("incubation", "孵化", tables=[table("enterprises", "入驻企业", columns, rows)])])
    out = tmp_path / "out.pdf"
    built(made, version, evidence, out)
    pages = pypdf_pages(out)
    assert len(set(re.findall(r"编号(\d{4})公司", "".join(pages)))) == 1000
    assert all("企业人员数量" in page for page in pages[2:])


def test_a_wide_table_lies_on_its_side(evidence: Evidence, version: VersionStamp, tmp_path: Path) -> None:
    columns = [column(*values) for values in ENTERPRISE_COLUMNS]
    row = [cell("2019-03-12", attachment=None) for _ in columns]
    row[8] = cell(closed="未迁出")
    made = document([tab("incubation", "孵化", tables=[table("enterprises", "入驻企业", columns, [row])])])
    out = tmp_path / "out.pdf"
    built(made, version, evidence, out)
    width, height = picture(out, 2).size
    assert width > height
    assert "未迁出" in pypdf_pages(out)[2]
    assert pypdf_pages(out)[2].count("2019-03-12") == 11


def test_conditions_are_told_by_shape_and_word(
    evidence: Evidence, version: VersionStamp, tmp_path: Path
) -> None:
    conditions = [
        condition("1", "公共服务场地", "> 0", "610.5 平方米", "pass", "venue"),
        condition("2", "面积比例", "≥ 75 %", "72.8 %", "fail", "venue", "差 2.2 个百分点"),
        condition("3", "入驻企业", "≥ 20 家", "", "insufficient", "incubation"),
        condition("4", "火炬统计", "", "", "manual", "basic_info"),
    ]
    out = tmp_path / "out.pdf"
    built(document([venue_tab([venue_row("甲")])], conditions=conditions), version, evidence, out)
    in_tab, overall = pypdf_pages(out)[2:4]
    assert "（二）备案条件自查（服务场地部分）" in in_tab
    assert "入驻企业" not in in_tab
    for words in ("✓满足", "72.8%差2.2个百分点✕不满足", "○数据不足", "需人工确认"):
        assert words in overall


def test_evidence_keeps_free_white_above_and_below(small: Path) -> None:
    page = picture(small, 4, scale=2)
    frame = page.crop((0, 100, page.width, page.height - 100)).point(lambda grey: 255 if grey < 100 else 0)
    left, _, right, _ = frame.getbbox()
    assert abs((right - left) / 2 - 0.95 * (595.28 - 40)) < 2
    strip = page.crop((0, 0, page.width, int(2 * 0.025 * 841.89)))
    assert strip.point(lambda grey: 255 if grey < 100 else 0).getbbox() is not None


def test_the_watermark_lies_over_evidence(small: Path) -> None:
    page = picture(small, 5)
    inside = page.crop((40, 100, 550, 800))
    faint = sum(count for grey, count in enumerate(inside.histogram()) if 225 < grey < 250)
    assert faint > 1000


def refused(made: Document, version: VersionStamp, evidence: Evidence, out: Path) -> EvidenceUnreadable:
    with pytest.raises(EvidenceUnreadable) as error:
        built(made, version, evidence, out)
    assert not out.exists()
    assert not list(out.parent.glob("*.part"))
    return error.value


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4\nnothing follows", plain_pdf()[:400], b"\x00" * 500])
def test_broken_evidence_is_named(
    content: bytes, evidence: Evidence, version: VersionStamp, tmp_path: Path
) -> None:
    made = document([], [attachment(7, "租赁合同", "服务场地 · 第 4 行", evidence.add("x.pdf", content), 1)])
    error = refused(made, version, evidence, tmp_path / "out.pdf")
    assert (error.no, error.title, error.where) == (7, "租赁合同", "服务场地 · 第 4 行")
    assert "重新导出后上传" in error.reason


def test_evidence_changed_on_disk_is_refused(
    evidence: Evidence, version: VersionStamp, tmp_path: Path
) -> None:
    path = evidence.add("x.pdf", plain_pdf())
    made = document([], [attachment(1, "合同", "服务场地", path, 1)])
    path.write_bytes(plain_pdf(words="forged"))
    assert "不一致" in refused(made, version, evidence, tmp_path / "out.pdf").reason


def test_missing_evidence_and_false_page_counts_are_refused(
    evidence: Evidence, version: VersionStamp, tmp_path: Path
) -> None:
    path = evidence.add("x.pdf", plain_pdf(2))
    made = document([], [attachment(1, "合同", "服务场地", path, 3)])
    assert (
        refused(made, version, evidence, tmp_path / "out.pdf").reason == "登记为 3 页，实际 2 页，请重新上传"
    )
    path.unlink()
    assert "找不到文件" in refused(made, version, evidence, tmp_path / "out.pdf").reason


def test_a_character_without_a_font_is_named_with_its_place(
    evidence: Evidence, version: VersionStamp, tmp_path: Path
) -> None:
    made = document([venue_tab([venue_row("甲"), venue_row("粤垦路한")])])
    with pytest.raises(
        TypesettingFailed, match="服务场地 · 第 2 行 · 孵化场地地址：无法打印字符“한”"
    ) as error:
        built(made, version, evidence, tmp_path / "out.pdf")
    assert error.value.character == "한"


def test_a_file_name_never_stops_the_printing(
    evidence: Evidence, version: VersionStamp, tmp_path: Path
) -> None:
    path = evidence.add("合同한.pdf", plain_pdf())
    out = tmp_path / "out.pdf"
    built(document([], [attachment(1, "合同", "服务场地", path, 1)]), version, evidence, out)
    assert "合同〓.pdf" in pypdf_pages(out)[2]


def test_the_same_file_twice_is_stored_once(
    evidence: Evidence, version: VersionStamp, tmp_path: Path
) -> None:
    path = evidence.add("x.pdf", plain_pdf(20, words="x" * 200))
    one = document([], [attachment(1, "合同", "服务场地", path, 20)])
    two = document([], [attachment(no, "合同", "服务场地", path, 20) for no in (1, 2)])
    sizes = [built(made, version, evidence, tmp_path / "out.pdf").size for made in (one, two)]
    assert len(pypdf_pages(tmp_path / "out.pdf")) == 43
    assert sizes[1] - sizes[0] < 20 * 700


def test_progress_tells_step_by_step(evidence: Evidence, version: VersionStamp, tmp_path: Path) -> None:
    heard: list[tuple[str, int, int, str]] = []
    build(small_document(evidence), version, evidence, tmp_path / "out.pdf", lambda *step: heard.append(step))
    assert list(dict.fromkeys(step for step, *_ in heard)) == ["typeset", "merge", "stamp", "finish"]
    assert ("merge", 1, 3, "租赁合同 · 场地2") in heard
    assert ("stamp", 10, 10, "") in heard
    assert heard[-1] == ("finish", 1, 1, "")

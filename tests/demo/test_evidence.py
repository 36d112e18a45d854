import io
from datetime import date
from decimal import Decimal

import pikepdf
import pypdfium2
import pytest

from demo import certificates, contracts, records
from demo.contracts import Host
from demo.paper import Paper, Pen, wrapped
from demo.sheets import text_width

FIVE = "广州市天河区建中路66号5层"
HOST = Host("广州临创众创空间有限公司", "91440106MA5XXXXXXX", "林卓然", FIVE, "临创众创空间")
ADDRESS, AREA, DAY = f"{FIVE}502室", Decimal("184.5"), date(2020, 12, 3)
COMPANY, CODE = "广州芯舟微电子科技有限公司", "91440106MA5AAAAAAA"


def every_kind() -> dict[str, bytes]:
    return {
        "licence": certificates.licence(COMPANY, CODE, "黄子轩", DAY, "集成电路设计", scanned=False),
        "licence, copied": certificates.licence(COMPANY, CODE, "黄子轩", DAY, "集成电路设计", scanned=True),
        "agreement": contracts.agreement(HOST, COMPANY, "黄子轩", DAY, "集成电路设计", uscc=CODE),
        "agreement, scanned": contracts.agreement(
            HOST, "芯舟团队", "黄子轩", DAY, "集成电路设计", scanned=True
        ),
        "lease, on its side": contracts.lease(
            HOST, ADDRESS, AREA, DAY, entrusted=False, scanned=True, turned=True
        ),
        "mandate": contracts.lease(HOST, ADDRESS, AREA, DAY, entrusted=True, scanned=False, plan=True),
        "deed": certificates.title_deed(HOST.name, ADDRESS, AREA),
        "pledge": contracts.commitment(HOST, "广州市科学技术局", 2021, DAY),
        "diploma": certificates.diploma("何嘉莹", "工商管理", "硕士", 2006, "培训班"),
        "appointment": certificates.appointment(
            HOST.name, HOST.space, "苏启明", "股权融资", DAY, turned=True
        ),
        "honor": certificates.honor(HOST.space, "广东省众创空间", "广东省科学技术厅", DAY),
        "media": records.media_report("五山脚下的年轻创业者", "羊城科创报", DAY, HOST.space),
        "activity": records.activity_record("项目路演", DAY, "8个项目参加。", HOST, ["何嘉莹", "郭晓东"] * 5),
        "investment": contracts.investment("广东岭海创业投资", COMPANY, "黄子轩", Decimal("300"), DAY),
        "cases": records.case_summary(HOST, [[COMPANY, "2020年3月", "打样", "获投资"]]),
    }


@pytest.fixture(scope="module")
def papers() -> dict[str, bytes]:
    return every_kind()


def text_of(pdf: bytes, page: int = 0) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        textpage = document[page].get_textpage()
        try:
            return textpage.get_text_bounded()
        finally:
            textpage.close()


def shown_size(pdf: bytes) -> tuple[float, float]:
    with pypdfium2.PdfDocument(pdf) as document:
        return document[0].get_size()


def test_every_paper_is_a_whole_pdf_of_ordinary_size(papers: dict[str, bytes]) -> None:
    for name, content in papers.items():
        with pikepdf.open(io.BytesIO(content)) as pdf:
            assert pdf.check_pdf_syntax() == [], name
            assert len(pdf.pages) >= 1
        assert 20_000 < len(content) < 300_000, name


def test_the_same_facts_give_the_same_bytes(papers: dict[str, bytes]) -> None:
    assert every_kind() == papers


def test_papers_name_the_facts_and_say_that_they_are_samples(papers: dict[str, bytes]) -> None:
    licence = text_of(papers["licence"])
    assert COMPANY in licence
    assert CODE in licence
    assert "2020年12月3日" in licence
    assert all(
        "演示样本" in text_of(papers[name]) for name in ("licence", "agreement", "mandate", "activity")
    )


@pytest.mark.parametrize("name", ["licence, copied", "agreement, scanned", "pledge", "honor"])
def test_a_scan_is_a_picture_without_text(papers: dict[str, bytes], name: str) -> None:
    with pikepdf.open(io.BytesIO(papers[name])) as pdf:
        images = pdf.pages[0].get_images()
        assert len(images) == 1
        color = pikepdf.PdfImage(next(iter(images.values()))).mode
    assert text_of(papers[name]).strip() == ""
    assert color == ("L" if name == "licence, copied" else "RGB")


def test_pages_of_every_shape_occur_and_stand_upright(papers: dict[str, bytes]) -> None:
    assert shown_size(papers["lease, on its side"]) == (595, 842)
    assert shown_size(papers["licence"]) == (842, 595)
    assert shown_size(papers["appointment"]) == (842, 595)
    assert shown_size(papers["cases"]) == (1191, 842)
    with pikepdf.open(io.BytesIO(papers["lease, on its side"])) as pdf:
        assert pdf.pages[0].Rotate == 90
        assert list(pdf.pages[0].MediaBox) == [0, 0, 842, 595]


def test_a_long_text_goes_on_on_the_next_page() -> None:
    paper = Paper("long")
    pen = Pen(paper)
    pen.document("一段文字。" * 2_000)
    with pikepdf.open(io.BytesIO(paper.finish())) as pdf:
        assert len(pdf.pages) > 5


def test_lines_fit_and_never_begin_with_a_closing_mark() -> None:
    lines = wrapped("火炬统计，数据真实、完整。" * 20, 10, 100)
    assert "".join(lines) == "火炬统计，数据真实、完整。" * 20
    assert all(text_width(line, 10) <= 110 for line in lines)
    assert not any(line[0] in "，、。" for line in lines)

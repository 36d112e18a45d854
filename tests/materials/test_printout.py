"""Letters and certificates as PDF: everything typed is on the paper, and a table may be long."""

import io
from typing import Any

import pytest
from pypdf import PdfReader

from materials.errors import TypesettingFailed
from materials.printout import print_certificate, print_letter

ROW = {
    "place": 1, "name": "临创众创空间", "operator": "广州临创众创空间有限公司", "uscc": "91440106MA5000001X",
    "region": "广东省广州市天河区", "expert_score": "86.5", "publicity_note": "公示无异议",
}  # fmt: skip
LETTER: dict[str, Any] = {
    "letter_no": "粤科函〔2021〕1号", "day": "2021年11月17日", "batch": "2021年度国家备案众创空间", "office": "广东省科学技术厅",
    "to_office": "科学技术部火炬高技术产业开发中心", "quota": None, "over_quota_reason": "", "rows": [ROW],
}  # fmt: skip
CERTIFICATE = {
    "title": "国家备案众创空间", "name": "临创众创空间", "operator": "广州临创众创空间有限公司", "region": "广东省广州市天河区",
    "certificate_no": "ZCKJ-2022-00001", "day": "2022年1月5日", "document_no": "国科火字〔2022〕1号",
    "office": "科学技术部火炬高技术产业开发中心", "link": "https://fuhua.example.cn/certificates/ZCKJ-2022-00001",
}  # fmt: skip


def texts(printed: tuple[bytes, int]) -> list[str]:
    data, pages = printed
    read = ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(data)).pages]
    assert len(read) == pages
    return read


def test_the_letter_and_its_table_are_two_pages() -> None:
    letter, table = texts(print_letter(LETTER))
    assert "现推荐临创众创空间，名单见附件" in letter
    assert "超出名额" not in letter
    assert "广东省科学技术厅（盖章）" in letter
    assert "1临创众创空间广州临创众创空间有限公司91440106MA5000001X广东省广州市天河区86.5公示无异议" in table
    assert "共1家" in table


def test_a_long_table_goes_on_with_its_head_and_loses_no_row() -> None:
    rows = [ROW | {"place": place, "name": f"第{place}号空间", "expert_score": ""} for place in range(1, 71)]
    reason = "第一段。\n\n第二段 <b>&amp;。"
    letter, *tables = texts(print_letter(LETTER | {"rows": rows, "quota": 30, "over_quota_reason": reason}))
    assert "现推荐第1号空间等70家" in letter
    assert "推荐名额为30家" in letter
    assert "第二段<b>&amp;。" in letter
    assert len(tables) > 2
    assert all(
        "统一社会信用代码" in table and f"第{number}页" in table for number, table in enumerate(tables, 2)
    )
    assert all(any(f"第{place}号空间" in table for table in tables) for place in range(1, 71))


@pytest.mark.parametrize("name", ["临", "广州市天河区" * 16])
def test_a_certificate_is_one_page_however_long_the_name(name: str) -> None:
    (page,) = texts(print_certificate(CERTIFICATE | {"name": name}))
    assert name in page
    assert CERTIFICATE["link"] in page


def test_a_title_older_than_the_lists_has_no_document() -> None:
    (page,) = texts(print_certificate(CERTIFICATE | {"document_no": "", "office": "", "day": ""}))
    assert "公布文号" not in page


def test_a_character_that_cannot_be_drawn_is_named() -> None:
    with pytest.raises(TypesettingFailed, match="U\\+E000"):
        print_certificate(CERTIFICATE | {"name": "临\ue000"})

import io
import logging
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from materials import typeset as typesetting
from materials.commitment import commitment_template
from materials.errors import TypesettingFailed
from materials.fonts import FACES, coverage, drawable, faces_for, printable
from materials.linebreak import split_lines
from materials.typeset import environment, typeset


@pytest.mark.parametrize(
    ("text", "families"),
    [
        ("国家备案 123 ABC ≥ ㎡ ①", ["han"]),
        ("✕", ["han", "symbols"]),
        ("𠮷", ["han", "rarehanb1"]),
        ("𫚈✕", ["han", "symbols", "rarehancf"]),
        ("𬭎䶮㛃", ["han"]),
    ],
)
def test_only_the_faces_a_text_needs_are_loaded(text: str, families: list[str]) -> None:
    assert [face.family for face in faces_for(text)] == families


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a\tb\nc", "a b\nc"),
        ("零\u200b宽\ufeff", "零宽"),
        ("\u202e反\u2066", "反"),
        ("葛\U000e0100城\ufe0f", "葛城"),
        ("\x00\x07\x9f", ""),
        ("𠮷", "𠮷"),
        (12, 12),
    ],
)
def test_what_has_no_shape_is_not_printed(typed: object, shown: object) -> None:
    assert printable(typed) == shown


def test_a_name_of_a_file_shows_a_mark_for_what_cannot_be_drawn() -> None:
    assert drawable("한𠮷.pdf") == "〓𠮷.pdf"


def test_a_quiet_log_hides_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="xhtml2pdf")
    with pytest.raises(TypesettingFailed) as error:
        typesetting._pdf("<html><body><p>甲</p></body></html>")
    assert error.value.character == "甲"


def shown_in_table(text: str) -> str:
    lines = [(SimpleNamespace(level=1, title=text), 7)]
    reader = typeset("contents.html", lines=lines).reader
    return "".join("".join(page.extract_text().split()) for page in reader.pages)


DRAWABLE = sorted({code for face in FACES[:3] for code in coverage(face.path) if code >= 0x20})


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(alphabet="<>&'\"/\\{}%#;[]()=! \nabZ019国家甲𠮷", max_size=60))
def test_any_mixture_of_markup_is_printed_as_it_was_typed(text: str) -> None:
    assert shown_in_table(text) == f"目录{''.join(text.split())}第7页"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(DRAWABLE), min_size=1, max_size=30))
def test_any_drawable_text_can_be_typeset(codes: list[int]) -> None:
    text = "".join(map(chr, codes))
    assert typeset("contents.html", lines=[(SimpleNamespace(level=1, title=text), 7)]).pages


def test_undefined_values_do_not_pass_silently() -> None:
    with pytest.raises(Exception, match="undefined"):
        environment().from_string("{{ nothing }}").render()


@pytest.mark.parametrize(
    "source",
    [
        '<img src="file:///etc/passwd">',
        '<img src="/etc/hostname">',
        '<img src="http://127.0.0.1:9/x.png">',
        '<link rel="stylesheet" href="/etc/passwd">',
        '<img src="../errors.py">',
    ],
)
def test_a_template_that_reaches_outside_fails(source: str) -> None:
    with pytest.raises(TypesettingFailed, match="排版失败"):
        typesetting._pdf(f"<html><body>{source}</body></html>")


def test_a_missing_font_fails_instead_of_losing_the_text() -> None:
    page = "<style>@font-face { font-family: x; src: url(fonts/gone.ttf); }</style><p>文</p>"
    with pytest.raises(TypesettingFailed):
        typesetting._pdf(f"<html><body>{page}</body></html>")


@pytest.fixture(scope="module")
def han() -> str:
    pdfmetrics.registerFont(TTFont("TestHan", FACES[0].path))
    return "TestHan"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("一二三四五六七", ["一二三四五", "六七"]),
        ("一二三四五，六", ["一二三四", "五，六"]),
        ("一二三四（五六", ["一二三四", "（五六"]),
        ("甲乙丙2019年", ["甲乙丙", "2019年"]),
        ("合计共 198 个", ["合计共", "198 个"]),
        ("面积 ≥ 500 米", ["面积", "≥ 500 米"]),
        ("20190312 20210401", ["20190312", "20210401"]),
        ("12345678901", ["123456789", "01"]),
        ("12345678, 9", ["12345678,", "9"]),
        ("一二三四五 ", ["一二三四五 "]),
    ],
)
def test_lines_of_fifty_points_break_the_chinese_way(text: str, lines: list[str], han: str) -> None:
    frag = SimpleNamespace(text=text, fontName=han, fontSize=10, textColor=None)
    frag.clone = lambda: SimpleNamespace(**vars(frag))
    made = split_lines([frag], [50], False).lines
    assert ["".join(word.text for word in line.words) for line in made] == lines


def test_the_pledge_is_one_page_with_the_names_filled_in() -> None:
    content = commitment_template(
        "广州临创孵化器有限公司", "临创𠮷<b>众创空间", "2021年度国家备案众创空间", "王小明"
    )
    reader = PdfReader(io.BytesIO(content))
    assert len(reader.pages) == 1
    text = "".join(reader.pages[0].extract_text().split())
    for words in (
        "承诺书",
        "广州临创孵化器有限公司（法定代表人：王小明）",
        "临创𠮷<b>众创空间",
        "两年内限制申报",
    ):
        assert words in text
    assert "年月日" in text


def test_fonts_are_not_in_a_folder_the_web_serves() -> None:
    root = Path(typesetting.__file__).parents[1]
    assert not list((root / "static").rglob("*.ttf"))

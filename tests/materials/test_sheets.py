"""Pages with odd boxes, turns and contents, seen through the eyes of a reader."""

from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image, ImageChops

from materials.generate import build
from materials.manuscript import VersionStamp
from tests.materials.documents import Evidence, attachment, changed_pdf, document, plain_pdf
from tests.materials.reading import picture, poppler_pages, pypdf_pages

A5 = (420.0, 595.0)


def turned(degrees: int) -> Callable[[Pdf], None]:
    def change(pdf: Pdf) -> None:
        pdf.pages[0].Rotate = degrees

    return change


def cropped(pdf: Pdf) -> None:
    pdf.pages[0].CropBox = Array([30, 50, 390, 560])


def cropped_and_turned(pdf: Pdf) -> None:
    cropped(pdf)
    pdf.pages[0].Rotate = 90


def moved_origin(pdf: Pdf) -> None:
    page = pdf.pages[0]
    page.MediaBox = Array([-100, -200, 320, 395])
    page.Contents = pdf.make_stream(b"q 1 0 0 1 -100 -200 cm " + page.Contents.read_bytes() + b" Q")


def corners_swapped(pdf: Pdf) -> None:
    pdf.pages[0].MediaBox = Array([420, 595, 0, 0])


def crop_larger_than_media(pdf: Pdf) -> None:
    pdf.pages[0].CropBox = Array([-50, -50, 900, 900])


def unbalanced(start: bytes, end: bytes) -> Callable[[Pdf], None]:
    def change(pdf: Pdf) -> None:
        page = pdf.pages[0]
        page.Contents = pdf.make_stream(start + page.Contents.read_bytes() + end)

    return change


def content_in_pieces(pdf: Pdf) -> None:
    page = pdf.pages[0]
    content = page.Contents.read_bytes()
    cut = content.index(b"BT")
    page.Contents = Array([pdf.make_stream(content[:cut]), pdf.make_stream(content[cut:])])


def inherited(pdf: Pdf) -> None:
    page = pdf.pages[0]
    for name in ("/Resources", "/MediaBox"):
        pdf.Root.Pages[name] = page.obj[name]
        del page.obj[name]
    pdf.Root.Pages.Rotate = 90


def no_resources(pdf: Pdf) -> None:
    page = pdf.pages[0]
    del page.obj["/Resources"]
    page.Contents = pdf.make_stream(b"20 20 380 555 re S 100 100 80 80 re f")


def no_contents(pdf: Pdf) -> None:
    del pdf.pages[0].obj["/Contents"]


def with_a_group(pdf: Pdf) -> None:
    pdf.pages[0].Group = Dictionary(S=Name.Transparency, CS=Name.DeviceRGB)


ODD = {
    "plain": lambda pdf: None,
    "turned 90": turned(90),
    "turned 180": turned(180),
    "turned 270": turned(270),
    "turned -90": turned(-90),
    "cropped": cropped,
    "cropped and turned": cropped_and_turned,
    "moved origin": moved_origin,
    "corners swapped": corners_swapped,
    "crop larger than media": crop_larger_than_media,
    "q left open": unbalanced(b"q 1 0 0 1 0 0 cm q ", b" q 0.1 0 0 0.1 0 0 cm"),
    "Q too often": unbalanced(b"Q Q ", b" Q Q Q"),
    "content in pieces": content_in_pieces,
    "inherited": inherited,
    "no resources": no_resources,
    "no contents": no_contents,
    "transparency group": with_a_group,
}
SIZES = {
    "A4 landscape": (842.0, 595.0),
    "A3": (842.0, 1191.0),
    "A0": (2384.0, 3370.0),
    "receipt": (160.0, 560.0),
    "tiny": (60.0, 40.0),
    "long": (595.0, 4000.0),
}


def bound(content: bytes, version: VersionStamp, evidence: Evidence, out: Path) -> Path:
    path = evidence.add("odd.pdf", content)
    made = document([], [attachment(1, "合同", "服务场地", path, 1)])
    build(made, version, evidence, out, lambda *_: None)
    return out


def original(content: bytes, size: tuple[int, int]) -> Image.Image:
    pdf = pypdfium2.PdfDocument(content)
    try:
        return pdf[0].render(scale=2).to_pil().convert("L").resize(size)
    finally:
        pdf.close()


def evidence_on(page: Image.Image, content: bytes, share: float) -> tuple[Image.Image, Image.Image]:
    """The part of the page where the evidence stands, and what the evidence itself looks like."""
    width, height = round(page.width * share), round(page.height * share)
    left, top = (page.width - width) // 2, (page.height - height) // 2
    seen = page.crop((left, top, left + width, top + height))
    return seen, original(content, seen.size)


def unlike(seen: Image.Image, expected: Image.Image) -> float:
    """Largest difference of two pictures made coarse, 0–255; the watermark alone makes less than 25."""
    coarse = (48, 48)
    difference = ImageChops.difference(
        seen.resize(coarse, Image.Resampling.BOX), expected.resize(coarse, Image.Resampling.BOX)
    )
    return difference.getextrema()[1]


def test_the_comparison_notices_a_page_on_its_head(tmp_path: Path) -> None:
    upright = original(plain_pdf(size=A5), (400, 560))
    assert unlike(upright, upright.rotate(180)) > 200


@pytest.mark.parametrize("change", ODD.values(), ids=ODD.keys())
def test_an_odd_page_looks_as_before_but_smaller(
    change: Callable[[Pdf], None], evidence: Evidence, version: VersionStamp, tmp_path: Path
) -> None:
    content = changed_pdf(plain_pdf(size=A5), change)
    out = bound(content, version, evidence, tmp_path / "out.pdf")
    page = picture(out, 3, scale=2)
    share = min(0.95, 1 - 27 / (page.height / 2))
    seen, expected = evidence_on(page, content, share)
    assert abs(seen.width / seen.height - expected.width / expected.height) < 0.01
    assert unlike(seen, expected) < 60


@pytest.mark.parametrize("pages_of", [pypdf_pages, poppler_pages])
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_pages_of_any_size_carry_the_stamp(
    size: tuple[float, float], pages_of, evidence: Evidence, version: VersionStamp, tmp_path: Path
) -> None:
    out = bound(plain_pdf(size=size), version, evidence, tmp_path / "out.pdf")
    text = pages_of(out)[3]
    assert "版本号:ZCKJ-2021-000318-005-9RWD" in text
    assert "第4页共4页" in text
    shown = picture(out, 3)
    assert abs(shown.width - max(size[0], 297.6)) <= 1
    assert abs(shown.height - max(size[1], 297.6)) <= 1


def test_a_user_unit_keeps_the_paper_size(evidence: Evidence, version: VersionStamp, tmp_path: Path) -> None:
    def change(pdf: Pdf) -> None:
        pdf.pages[0].UserUnit = 2

    out = bound(changed_pdf(plain_pdf(size=A5), change), version, evidence, tmp_path / "out.pdf")
    with pikepdf.open(out) as pdf:
        assert float(pdf.pages[3].UserUnit) == 2
        assert [round(float(edge)) for edge in pdf.pages[3].MediaBox] == [0, 0, 420, 595]


def test_a_hidden_layer_stays_hidden(evidence: Evidence, version: VersionStamp, tmp_path: Path) -> None:
    def change(pdf: Pdf) -> None:
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="draft"))
        pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))
        page = pdf.pages[0]
        page.Resources = Dictionary(Properties=Dictionary(Layer=layer))
        page.Contents = pdf.make_stream(b"/OC /Layer BDC 50 50 300 300 re f EMC")

    out = bound(changed_pdf(plain_pdf(size=A5), change), version, evidence, tmp_path / "out.pdf")
    assert picture(out, 3).crop((60, 250, 340, 520)).getextrema()[0] > 200


def test_evidence_brings_no_links_or_scripts(
    evidence: Evidence, version: VersionStamp, tmp_path: Path
) -> None:
    def change(pdf: Pdf) -> None:
        action = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
        pdf.Root.OpenAction = action
        note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 99, 99]), A=action)
        pdf.pages[0].Annots = Array([pdf.make_indirect(note)])

    out = bound(changed_pdf(plain_pdf(), change), version, evidence, tmp_path / "out.pdf")
    with pikepdf.open(out) as pdf:
        assert b"JavaScript" not in b"".join(item.unparse() for item in pdf.objects if item is not None)

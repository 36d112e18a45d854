"""Version number, page number and watermark on every page of the book."""

from dataclasses import dataclass

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    StreamObject,
)

from materials.frames import WATERMARK_SIZE, Frame, evidence_frame, lattice, own_frame
from materials.lettering import Lettering
from materials.sheets import Sheet
from materials.streams import stream

INK = "0.090 0.145 0.165"
WATERMARK_INK = 0.08


@dataclass(frozen=True)
class Wording:
    """What the stamp says besides the page number."""

    head: str
    foot_left: str
    foot_right: str

    @property
    def watermark(self) -> str:
        return self.head


class Stamp:
    """Draws head, foot and watermark; pages of one format share them, only the page number is their own."""

    def __init__(self, writer: PdfWriter, wording: Wording) -> None:
        self._writer = writer
        self._wording = wording
        words = (wording.head, wording.foot_left, wording.foot_right, "第页共 0123456789…")
        self._letters = Lettering("".join(words))
        self._fonts = writer._add_object(self._letters.embed(writer))
        self._faint = writer._add_object(_transparency())
        self._mark = writer._add_object(self._watermark_line())
        self._ems = self._letters.width(wording.head + _page_words(99999, 99999) + " " * 4, 1)
        self._shared: dict[Frame, tuple[IndirectObject, IndirectObject]] = {}

    def bind(self, sheet: Sheet, number: int, total: int) -> None:
        """Add the sheet to the book as page `number` of `total`."""
        frame, matrix = (evidence_frame if sheet.evidence else own_frame)(sheet, self._ems)
        watermark, surround = self._shared_forms(frame)
        page = self._writer.add_blank_page(frame.width, frame.height)
        drawing = [f"q {' '.join(f'{value:.5f}' for value in matrix)} cm /Page Do Q\n", "q /Watermark Do Q\n"]
        drawing = drawing if sheet.evidence else drawing[::-1]
        drawing += ["q /Surround Do Q\n", self._page_number(frame, number, total)]
        forms = {"/Page": sheet.form, "/Watermark": watermark, "/Surround": surround}
        page[NameObject("/Resources")] = self._resources(forms)
        page[NameObject("/Contents")] = self._writer._add_object(stream("".join(drawing).encode()))
        if sheet.unit != 1:
            page[NameObject("/UserUnit")] = FloatObject(sheet.unit)
        if sheet.blending is not None:
            page[NameObject("/Group")] = sheet.blending

    def _resources(self, forms: dict[str, IndirectObject]) -> DictionaryObject:
        named = DictionaryObject({NameObject(name): form for name, form in forms.items()})
        return DictionaryObject({NameObject("/Font"): self._fonts, NameObject("/XObject"): named})

    def _page_number(self, frame: Frame, number: int, total: int) -> str:
        text = _page_words(number, total)
        x = frame.width - frame.right - self._letters.width(text, frame.size)
        return f"q {INK} rg {self._letters.show(text, frame.size, x, frame.head_base)}Q\n"

    def _shared_forms(self, frame: Frame) -> tuple[IndirectObject, IndirectObject]:
        if frame not in self._shared:
            fonts = DictionaryObject({NameObject("/Font"): self._fonts})
            surround = self._form(frame, self._head_and_foot(frame), fonts)
            watermark = self._form(frame, lattice(frame, self._line_length()), self._watermark_resources())
            self._shared[frame] = (watermark, surround)
        return self._shared[frame]

    def _form(self, frame: Frame, drawing: str, resources: DictionaryObject) -> IndirectObject:
        corners = [FloatObject(round(value, 2)) for value in (0, 0, frame.width, frame.height)]
        return self._writer._add_object(_form(drawing, ArrayObject(corners), resources))

    def _head_and_foot(self, frame: Frame) -> str:
        words, letters, size = self._wording, self._letters, frame.size
        edge = frame.width - frame.right
        time_x = edge - letters.width(words.foot_right, size)
        foot = letters.fitted(words.foot_left, size, time_x - frame.left - size)
        heights = (frame.head_rule, frame.foot_rule)
        rules = [f"{frame.left:.2f} {y:.2f} m {edge:.2f} {y:.2f} l S\n" for y in heights]
        return "".join(
            (
                f"{INK} rg {INK} RG {0.06 * size:.2f} w\n",
                *rules,
                letters.show(words.head, size, frame.left, frame.head_base),
                letters.show(foot, size, frame.left, frame.foot_base),
                letters.show(words.foot_right, size, time_x, frame.foot_base),
            )
        )

    def _line_length(self) -> float:
        return self._letters.width(self._wording.watermark, WATERMARK_SIZE)

    def _watermark_line(self) -> StreamObject:
        """The words once, as outlines at 1 unit per em: text here would get between the words of the page."""
        words = self._wording.watermark
        corners = (0, -0.4, round(self._letters.width(words, 1), 2), 1.2)
        box = ArrayObject([FloatObject(corner) for corner in corners])
        return _form(f"{INK} rg\n{self._letters.outlines(words)}f\n", box, DictionaryObject())

    def _watermark_resources(self) -> DictionaryObject:
        return DictionaryObject(
            {
                NameObject("/ExtGState"): DictionaryObject({NameObject("/Faint"): self._faint}),
                NameObject("/XObject"): DictionaryObject({NameObject("/Mark"): self._mark}),
            }
        )


def _page_words(number: int, total: int) -> str:
    return f"第 {number} 页 共 {total} 页"


def _form(drawing: str, box: ArrayObject, resources: DictionaryObject) -> StreamObject:
    kind = {"Type": NameObject("/XObject"), "Subtype": NameObject("/Form")}
    return stream(drawing.encode(), **kind, BBox=box, Resources=resources)


def _transparency() -> DictionaryObject:
    return DictionaryObject(
        {
            NameObject("/Type"): NameObject("/ExtGState"),
            NameObject("/ca"): FloatObject(WATERMARK_INK),
            NameObject("/AIS"): BooleanObject(False),
        }
    )

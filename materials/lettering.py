"""Letters for the stamp: small embedded fonts that hold only the characters stamped, and their outlines."""

import io
from functools import cached_property
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from materials.fonts import Face, coverage, faces_for, printable
from materials.streams import stream


class Lettering:
    """Shows text made of known characters; one font object per face serves all pages of the book."""

    def __init__(self, characters: str) -> None:
        self._fonts = [
            _SubsetFont(f"L{place}", face, characters) for place, face in enumerate(faces_for(characters))
        ]

    def embed(self, writer: PdfWriter) -> DictionaryObject:
        """Add the fonts to the book; the `/Font` resources of whoever shows letters."""
        return DictionaryObject({NameObject(f"/{font.name}"): font.embed(writer) for font in self._fonts})

    def width(self, text: str, size: float) -> float:
        return sum(font.width(run) for font, run in self._runs(text)) * size

    def fitted(self, text: str, size: float, room: float) -> str:
        """`text`, shortened at its end where `room` is too small."""
        if self.width(text, size) <= room:
            return text
        while text and self.width(text + "…", size) > room:
            text = text[:-1]
        return text + "…"

    def show(self, text: str, size: float, x: float, y: float) -> str:
        """Content that shows `text` with its base line beginning at x, y."""
        shown = [f"/{font.name} {size:.2f} Tf <{font.codes(run)}> Tj" for font, run in self._runs(text)]
        return f"BT {x:.2f} {y:.2f} Td {' '.join(shown)} ET\n"

    def outlines(self, text: str) -> str:
        """Paths of the letters at 1 unit per em: drawn, but neither found nor copied as text."""
        drawn, x = [], 0.0
        for font, run in self._runs(text):
            for char in run:
                drawn.append(font.outline(char, x))
                x += font.width(char)
        return "".join(drawn)

    def _runs(self, text: str) -> list[tuple["_SubsetFont", str]]:
        runs: list[tuple[_SubsetFont, str]] = []
        for char in str(printable(text)):
            font = next((font for font in self._fonts if font.has(char)), None)
            if font is None:
                # Only white space gets here: faces_for refuses whatever else no face has.
                font, char = self._fonts[0], " "
            if runs and runs[-1][0] is font:
                runs[-1] = (font, runs[-1][1] + char)
            else:
                runs.append((font, char))
        return runs


class _SubsetFont:
    """The characters of one face that are needed, as a Type 0 font addressed by glyph number."""

    def __init__(self, name: str, face: Face, characters: str) -> None:
        self.name = name
        self._codes = {ord(char) for char in characters + " "} & coverage(face.path)
        self._file = _cut(face.path, self._codes)
        self._font = TTFont(io.BytesIO(self._file))
        self._glyphs: dict[int, str] = self._font.getBestCmap()
        self._em: int = self._font["head"].unitsPerEm

    def has(self, char: str) -> bool:
        return ord(char) in self._codes

    def width(self, text: str) -> float:
        """In ems."""
        return sum(self._font["hmtx"][self._glyphs[ord(char)]][0] for char in text) / self._em

    def codes(self, text: str) -> str:
        return "".join(f"{self._font.getGlyphID(self._glyphs[ord(char)]):04X}" for char in text)

    def outline(self, char: str, x: float) -> str:
        pen = _PathPen(self._glyph_set, 1 / self._em, x)
        self._glyph_set[self._glyphs[ord(char)]].draw(pen)
        return "".join(pen.path)

    @cached_property
    def _glyph_set(self) -> Any:
        return self._font.getGlyphSet()

    def embed(self, writer: PdfWriter) -> IndirectObject:
        name = NameObject(f"/HTCHRY+{self._font['name'].getDebugName(6)}")
        descendant = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/CIDFontType2"),
                NameObject("/BaseFont"): name,
                NameObject("/CIDSystemInfo"): _system_info(),
                NameObject("/CIDToGIDMap"): NameObject("/Identity"),
                NameObject("/FontDescriptor"): writer._add_object(self._descriptor(writer, name)),
                NameObject("/W"): ArrayObject([NumberObject(0), self._widths()]),
            }
        )
        font = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type0"),
                NameObject("/BaseFont"): name,
                NameObject("/Encoding"): NameObject("/Identity-H"),
                NameObject("/DescendantFonts"): ArrayObject([writer._add_object(descendant)]),
                NameObject("/ToUnicode"): writer._add_object(stream(self._text_map())),
            }
        )
        return writer._add_object(font)

    def _descriptor(self, writer: PdfWriter, name: NameObject) -> DictionaryObject:
        head, across = self._font["head"], self._font["hhea"]
        box = [head.xMin, head.yMin, head.xMax, head.yMax]
        return DictionaryObject(
            {
                NameObject("/Type"): NameObject("/FontDescriptor"),
                NameObject("/FontName"): name,
                NameObject("/Flags"): NumberObject(4),
                NameObject("/FontBBox"): ArrayObject([self._thousandths(value) for value in box]),
                NameObject("/ItalicAngle"): NumberObject(0),
                NameObject("/Ascent"): self._thousandths(across.ascent),
                NameObject("/Descent"): self._thousandths(across.descent),
                NameObject("/CapHeight"): self._thousandths(across.ascent),
                NameObject("/StemV"): NumberObject(80),
                NameObject("/FontFile2"): writer._add_object(stream(self._file)),
            }
        )

    def _widths(self) -> ArrayObject:
        widths = [self._font["hmtx"][glyph][0] for glyph in self._font.getGlyphOrder()]
        return ArrayObject([self._thousandths(width) for width in widths])

    def _thousandths(self, units: float) -> FloatObject:
        return FloatObject(round(units * 1000 / self._em, 2))

    def _text_map(self) -> bytes:
        lines = [
            f"<{self._font.getGlyphID(glyph):04X}> <{chr(code).encode('utf-16-be').hex().upper()}>"
            for code, glyph in sorted(self._glyphs.items())
        ]
        pieces = [lines[start : start + 100] for start in range(0, len(lines), 100)]
        maps = "\n".join(f"{len(p)} beginbfchar\n" + "\n".join(p) + "\nendbfchar" for p in pieces)
        return TEXT_MAP.format(maps=maps).encode()


# Rules for joining and placing letters: the stamp uses none, and reading them takes a third of the time.
LAYOUT = ("GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx")


def _cut(path: Path, codes: set[int]) -> bytes:
    """The font file with nothing but the glyphs of these code points."""
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True, name_IDs=[1, 6])
    out = io.BytesIO()
    with TTFont(path, lazy=True, recalcTimestamp=False) as font:
        for table in LAYOUT:
            if table in font:
                del font[table]
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=codes)
        subsetter.subset(font)
        font.save(out, reorderTables=False)
    return out.getvalue()


TEXT_MAP = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{maps}
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


def _system_info() -> DictionaryObject:
    return DictionaryObject(
        {
            NameObject("/Registry"): TextStringObject("Adobe"),
            NameObject("/Ordering"): TextStringObject("Identity"),
            NameObject("/Supplement"): NumberObject(0),
        }
    )


class _PathPen(BasePen):
    """Write an outline as PDF path operators."""

    def __init__(self, glyph_set: Any, scale: float, x: float) -> None:
        super().__init__(glyph_set)
        self.path: list[str] = []
        self._scale = scale
        self._x = x

    def _points(self, *points: tuple[float, float]) -> str:
        return " ".join(f"{x * self._scale + self._x:.4f} {y * self._scale:.4f}" for x, y in points)

    def _moveTo(self, pt: tuple[float, float]) -> None:
        self.path.append(f"{self._points(pt)} m\n")

    def _lineTo(self, pt: tuple[float, float]) -> None:
        self.path.append(f"{self._points(pt)} l\n")

    def _curveToOne(
        self, pt1: tuple[float, float], pt2: tuple[float, float], pt3: tuple[float, float]
    ) -> None:
        self.path.append(f"{self._points(pt1, pt2, pt3)} c\n")

    def _closePath(self) -> None:
        self.path.append("h\n")

"""A PDF in the making, and a pen that writes paragraphs, forms and tables onto its pages."""

import io
from datetime import date

from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from demo.identity import chance
from demo.sheets import GREY, PdfSheet, ScanSheet, Sheet, text_width

A4 = (595.0, 842.0)
A4_LANDSCAPE = (842.0, 595.0)
A3_LANDSCAPE = (1191.0, 842.0)
SAMPLE = "演示样本 · 非真实文件"
_NEVER_FIRST = "，。、；：？！）》」』”’%"


class Paper:
    """Pages in order. `name` decides the chances, so the same name gives the same bytes."""

    def __init__(self, name: str) -> None:
        self.chance = chance(f"paper/{name}")
        self._bytes = io.BytesIO()
        self._canvas = Canvas(self._bytes, invariant=1)
        self._scan: ScanSheet | None = None
        self._grey = False
        self._has_page = False

    def page(self, size: tuple[float, float] = A4, *, turned: bool = False) -> Sheet:
        """Begin a page of text. A turned page lies on its side in the file and says /Rotate 90."""
        self._begin(size, turned)
        return _marked(PdfSheet(self._canvas, *size))

    def scan(self, size: tuple[float, float] = A4, *, turned: bool = False, grey: bool = False) -> Sheet:
        """Begin a page that will be a picture, as from a scanner."""
        self._begin(size, turned)
        self._scan, self._grey = ScanSheet(*size), grey
        _marked(self._scan)
        return self._scan

    def finish(self) -> bytes:
        """Return the PDF."""
        self._end_page()
        self._canvas.save()
        return self._bytes.getvalue()

    def _begin(self, size: tuple[float, float], turned: bool) -> None:
        self._end_page()
        self._has_page = True
        self._canvas.setPageSize(size)
        self._canvas.setPageRotation(90 if turned else 0)
        if turned:
            self._canvas.transform(0, 1, -1, 0, size[1], 0)

    def _end_page(self) -> None:
        if not self._has_page:
            return
        if self._scan:
            jpeg = self._scan.scanned(
                crooked=self.chance.uniform(-0.8, 0.8), grey=self._grey, noise=self.chance.randrange(1_000)
            )
            size = self._scan.width, self._scan.height
            self._canvas.drawImage(ImageReader(io.BytesIO(jpeg)), 0, 0, *size)
            self._scan = None
        self._canvas.showPage()


def _marked(sheet: Sheet) -> Sheet:
    sheet.text(sheet.width - 30, sheet.height - 16, SAMPLE, 7, color=GREY, anchor="right")
    return sheet


class Pen:
    """Writes from the top of a page downwards and begins another page of the same kind when it is full."""

    def __init__(self, paper: Paper, *, scanned: bool = False, turned: bool = False, top: float = 72) -> None:
        self._paper, self._scanned, self._turned, self.top = paper, scanned, turned, top
        self.margin, self.bottom = 68.0, 84.0
        self.new_page()

    def new_page(self) -> None:
        begin = self._paper.scan if self._scanned else self._paper.page
        self.sheet = begin(A4, turned=self._turned)
        self.y = self.top

    def need(self, height: float) -> None:
        """Go to the next page unless `height` points are left on this one."""
        if self.y + height > self.sheet.height - self.bottom:
            self.new_page()

    def heading(self, text: str, size: float = 18) -> None:
        self.sheet.text(self.sheet.width / 2, self.y + size, text, size, bold=True, anchor="center")
        self.y += size * 2.4

    def paragraph(self, text: str, size: float = 10.5, *, bold: bool = False, indent: float = 2) -> None:
        """Write a paragraph whose first line stands in by `indent` characters."""
        first = "\u3000" * round(indent)
        for line in wrapped(first + text, size, self.sheet.width - 2 * self.margin, bold):
            self.need(size * 1.7)
            self.y += size * 1.7
            self.sheet.text(self.margin, self.y, line, size, bold=bold)
        self.y += size * 0.35

    def document(self, text: str, size: float = 10.5) -> None:
        """Write a text of paragraphs; a line that begins with `# ` is the head of an article."""
        for line in text.splitlines():
            is_head = line.startswith("# ")
            self.paragraph(line.removeprefix("# "), size, bold=is_head, indent=0 if is_head else 2)

    def form(self, lines: list[tuple[str, str]], *, size: float = 11, label_width: float = 110) -> None:
        """Write labels and values, a line each; long values continue below."""
        for label, value in lines:
            self.y += size * 1.9
            self.sheet.text(self.margin, self.y, label, size, color=GREY)
            width = self.sheet.width - 2 * self.margin - label_width
            for number, line in enumerate(wrapped(value, size, width)):
                self.y += size * 1.5 if number else 0
                self.sheet.text(self.margin + label_width, self.y, line, size)

    def table(self, widths: list[float], rows: list[list[str]], *, height: float = 24) -> None:
        """Draw a ruled table; the first row is its head."""
        for number, row in enumerate(rows):
            self.need(height)
            x = self.margin
            for width, cell in zip(widths, row, strict=True):
                self.sheet.box(x, self.y, width, height, fill=(238, 240, 242) if number == 0 else None)
                self.sheet.text(x + 6, self.y + height * 0.66, cell, 9, bold=number == 0)
                x += width
            self.y += height


def wrapped(text: str, size: float, width: float, bold: bool = False) -> list[str]:
    """Break a text into lines no wider than `width`; closing punctuation never begins a line."""
    lines, line, used = [], "", 0.0
    for character in text:
        step = text_width(character, size, bold)
        if used + step > width and character not in _NEVER_FIRST:
            lines.append(line)
            line, used = "", 0.0
        line, used = line + character, used + step
    return [*lines, line]


def labelled(sheet: Sheet, x: float, y: float, pairs: list[tuple[str, str]]) -> None:
    """Write labels and values below each other, starting at (x, y)."""
    for label, value in pairs:
        sheet.text(x, y, label, 11, color=(110, 60, 60))
        for number, line in enumerate(wrapped(value, 11, 250)):
            sheet.text(x + 78, y + 17 * number, line, 11)
        y += 17 * max(1, len(wrapped(value, 11, 250))) + 14


def chinese(day: date) -> str:
    """Write a day as contracts do: 2021年3月18日."""
    return f"{day.year}年{day.month}月{day.day}日"

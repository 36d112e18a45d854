"""Two kinds of paper to draw on: a page of a PDF, and an image that looks like the scan of a page.

Coordinates are points from the upper left corner; text stands on its baseline.
"""

import io
import math
from functools import cache
from pathlib import Path
from typing import Literal, Protocol

from PIL import Image, ImageChops, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

Color = tuple[int, int, int]
Points = list[tuple[float, float]]
Anchor = Literal["left", "center", "right"]

BLACK, GREY, RED, INK = (30, 30, 30), (150, 150, 150), (200, 32, 32), (28, 44, 110)
FONTS = {False: "NotoSansSC_400Regular.ttf", True: "NotoSansSC_700Bold.ttf"}
FONT_FOLDER = Path(__file__).parent.parent / "materials" / "assets" / "fonts"
DOTS_PER_POINT = 1.5
_image_fonts: dict[tuple[bool, int], ImageFont.FreeTypeFont] = {}


class Sheet(Protocol):
    """One page to draw on."""

    width: float
    height: float

    def text(self, x: float, y: float, text: str, size: float, *, bold: bool = False,
             color: Color = BLACK, anchor: Anchor = "left", angle: float = 0) -> None: ...  # fmt: skip

    def line(self, points: Points, *, color: Color = BLACK, width: float = 0.6) -> None: ...

    def polygon(self, points: Points, *, fill: Color) -> None: ...

    def box(self, x: float, y: float, width: float, height: float, *, stroke: Color | None = BLACK,
            fill: Color | None = None, thickness: float = 0.6) -> None: ...  # fmt: skip

    def circle(self, x: float, y: float, radius: float, *, color: Color, thickness: float) -> None: ...

    def picture(self, x: float, y: float, width: float, height: float, picture: Image.Image) -> None: ...


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return how wide `text` is on either kind of paper, in points."""
    return sum(_relative_width(character, bold) for character in text) * size


@cache
def _relative_width(character: str, bold: bool) -> float:
    return pdfmetrics.stringWidth(character, font_name(bold), 1)


def font_name(bold: bool) -> str:
    """Return the name of the font in PDFs, registered at its first use."""
    name = f"DemoSans{'Bold' if bold else ''}"
    if name not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(name, str(FONT_FOLDER / FONTS[bold])))
    return name


class PdfSheet:
    """A page of a PDF: text stays text."""

    def __init__(self, canvas: Canvas, width: float, height: float) -> None:
        self._canvas, self.width, self.height = canvas, width, height

    def text(self, x: float, y: float, text: str, size: float, *, bold: bool = False,
             color: Color = BLACK, anchor: Anchor = "left", angle: float = 0) -> None:  # fmt: skip
        canvas = self._canvas
        canvas.saveState()
        canvas.setFillColorRGB(*_parts(color))
        canvas.setFont(font_name(bold), size)
        canvas.translate(x, self.height - y)
        canvas.rotate(angle)
        draw = {
            "left": canvas.drawString,
            "center": canvas.drawCentredString,
            "right": canvas.drawRightString,
        }
        draw[anchor](0, 0, text)
        canvas.restoreState()

    def line(self, points: Points, *, color: Color = BLACK, width: float = 0.6) -> None:
        self._canvas.setStrokeColorRGB(*_parts(color))
        self._canvas.setLineWidth(width)
        self._canvas.drawPath(self._path(points))

    def polygon(self, points: Points, *, fill: Color) -> None:
        self._canvas.setFillColorRGB(*_parts(fill))
        self._canvas.drawPath(self._path([*points, points[0]]), stroke=0, fill=1)

    def box(self, x: float, y: float, width: float, height: float, *, stroke: Color | None = BLACK,
            fill: Color | None = None, thickness: float = 0.6) -> None:  # fmt: skip
        canvas = self._canvas
        canvas.setLineWidth(thickness)
        if stroke:
            canvas.setStrokeColorRGB(*_parts(stroke))
        if fill:
            canvas.setFillColorRGB(*_parts(fill))
        canvas.rect(
            x, self.height - y - height, width, height, stroke=int(bool(stroke)), fill=int(bool(fill))
        )

    def circle(self, x: float, y: float, radius: float, *, color: Color, thickness: float) -> None:
        self._canvas.setStrokeColorRGB(*_parts(color))
        self._canvas.setLineWidth(thickness)
        self._canvas.circle(x, self.height - y, radius)

    def picture(self, x: float, y: float, width: float, height: float, picture: Image.Image) -> None:
        jpeg = io.BytesIO()
        picture.save(jpeg, "JPEG", quality=45)
        self._canvas.drawImage(ImageReader(jpeg), x, self.height - y - height, width, height)

    def _path(self, points: Points) -> object:
        path = self._canvas.beginPath()
        path.moveTo(points[0][0], self.height - points[0][1])
        for x, y in points[1:]:
            path.lineTo(x, self.height - y)
        return path


class ScanSheet:
    """A picture of a page, to be made crooked and grey by `paper.Paper`."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.image = Image.new("RGB", (_dots(width), _dots(height)), (250, 250, 247))
        self._draw = ImageDraw.Draw(self.image)

    def text(self, x: float, y: float, text: str, size: float, *, bold: bool = False,
             color: Color = BLACK, anchor: Anchor = "left", angle: float = 0) -> None:  # fmt: skip
        font = _image_font(bold, size)
        place, baseline = (_dots(x), _dots(y)), {"left": "ls", "center": "ms", "right": "rs"}[anchor]
        if not angle:
            self._draw.text(place, text, font=font, fill=color, anchor=baseline)
            return
        room = math.ceil(font.getlength(text)) + _dots(size)
        mask = Image.new("L", (2 * room, 2 * room))
        ImageDraw.Draw(mask).text((room, room), text, font=font, fill=255, anchor=baseline)
        turned = mask.rotate(angle, resample=Image.Resampling.BICUBIC)
        self.image.paste(color, (place[0] - room, place[1] - room), turned)

    def line(self, points: Points, *, color: Color = BLACK, width: float = 0.6) -> None:
        self._draw.line(_scaled(points), fill=color, width=_thickness(width))

    def polygon(self, points: Points, *, fill: Color) -> None:
        self._draw.polygon(_scaled(points), fill=fill)

    def box(self, x: float, y: float, width: float, height: float, *, stroke: Color | None = BLACK,
            fill: Color | None = None, thickness: float = 0.6) -> None:  # fmt: skip
        corners = _scaled([(x, y), (x + width, y + height)])
        self._draw.rectangle(corners, fill=fill, outline=stroke, width=_thickness(thickness))

    def circle(self, x: float, y: float, radius: float, *, color: Color, thickness: float) -> None:
        corners = _scaled([(x - radius, y - radius), (x + radius, y + radius)])
        self._draw.ellipse(corners, outline=color, width=_thickness(thickness))

    def picture(self, x: float, y: float, width: float, height: float, picture: Image.Image) -> None:
        self.image.paste(picture.resize((_dots(width), _dots(height))), (_dots(x), _dots(y)))

    def scanned(self, *, crooked: float, grey: bool, noise: int) -> bytes:
        """Return the page as a JPEG: turned by `crooked` degrees, with a shadow of the lid and some grain."""
        image = self.image.rotate(crooked, resample=Image.Resampling.BILINEAR, fillcolor=(238, 238, 234))
        # The same grain everywhere looks like grain and costs nothing; Pillow's own is not repeatable.
        grain = _grain(noise).resize(image.size, Image.Resampling.BILINEAR)
        image = ImageChops.multiply(image, Image.merge("RGB", (grain, grain, grain)))
        jpeg = io.BytesIO()
        (image.convert("L") if grey else image).save(jpeg, "JPEG", quality=38, dpi=(108, 108))
        return jpeg.getvalue()


def _grain(seed: int) -> Image.Image:
    """A light, uneven tone: a lattice of 60 × 80 values between 236 and 255, darker at the left edge."""
    values = bytearray()
    for index in range(80 * 60):
        seed = (seed * 1_103_515_245 + 12_345) % 2**31
        values.append(255 - (seed >> 16) % 12 - (8 if index % 60 < 2 else 0))
    return Image.frombytes("L", (60, 80), bytes(values))


def _image_font(bold: bool, size: float) -> ImageFont.FreeTypeFont:
    key = bold, _dots(size)
    if key not in _image_fonts:
        _image_fonts[key] = ImageFont.truetype(FONT_FOLDER / FONTS[bold], key[1])
    return _image_fonts[key]


def _parts(color: Color) -> tuple[float, float, float]:
    red, green, blue = color
    return red / 255, green / 255, blue / 255


def _dots(points: float) -> int:
    return round(points * DOTS_PER_POINT)


def _thickness(points: float) -> int:
    return max(1, _dots(points))


def _scaled(points: Points) -> list[tuple[int, int]]:
    return [(_dots(x), _dots(y)) for x, y in points]

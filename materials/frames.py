"""Geometry of the stamp: where head, foot and watermark stand on a page, and how the page fits between."""

from dataclasses import dataclass
from math import ceil, cos, hypot, radians, sin

from materials.sheets import Matrix, Sheet

MM = 72 / 25.4
A4_SHORT_SIDE = 595.28
OWN_SIZE = 9.0
EVIDENCE_SIZE = 7.5
EVIDENCE_SCALE = 0.95
# A scrap of paper gets a sheet on which the stamp can still be read (the short side of A6).
SMALLEST = 297.6
WATERMARK_SIZE = 20.0
WATERMARK_ANGLE = radians(32)
# On A4, in points: between two of a row, and from row to row.
WATERMARK_GAP = 80.0
WATERMARK_ROW = 96.0


@dataclass(frozen=True)
class Frame:
    """Margins, base lines and rules in the page's own units; `scale` is 1 on A4."""

    width: float
    height: float
    left: float
    right: float
    head_base: float
    head_rule: float
    foot_base: float
    foot_rule: float
    size: float
    scale: float


def own_frame(sheet: Sheet, ems: float) -> tuple[Frame, Matrix]:
    """Head and foot in the wide margins of a page we typeset. `ems`: length of the head line at size 1."""
    width, height = sheet.width, sheet.height
    left = (24 if width < height else 20) * MM
    frame = Frame(
        width=width,
        height=height,
        left=left,
        right=20 * MM,
        head_base=height - 15.8 * MM,
        head_rule=height - 17.8 * MM,
        foot_base=12.2 * MM,
        foot_rule=17 * MM,
        size=min(OWN_SIZE, (width - left - 20 * MM) / ems),
        scale=1.0,
    )
    return frame, sheet.upright


def evidence_frame(sheet: Sheet, ems: float) -> tuple[Frame, Matrix]:
    """Head and foot on the strips left free by drawing the page at 95 %, or smaller if they are too thin."""
    smallest = SMALLEST / sheet.unit
    width, height = max(sheet.width, smallest), max(sheet.height, smallest)
    scale = max(1.0, min(width, height) * sheet.unit / A4_SHORT_SIDE) / sheet.unit
    margin = max(0.025 * width, 15 * scale)
    size = min(EVIDENCE_SIZE * scale, (width - 2 * margin) / ems)
    strip = max((1 - EVIDENCE_SCALE) / 2 * height, 1.8 * size)
    frame = Frame(
        width=width,
        height=height,
        left=margin,
        right=margin,
        head_base=height - strip + 0.5 * size,
        head_rule=height - strip + 0.15 * size,
        foot_base=strip - 1.2 * size,
        foot_rule=strip - 0.15 * size,
        size=size,
        scale=scale,
    )
    return frame, _between(sheet, frame, strip)


def _between(sheet: Sheet, frame: Frame, strip: float) -> Matrix:
    """Stand the sheet upright, shrink it, and centre it between the strips."""
    scale = min(EVIDENCE_SCALE, (frame.height - 2 * strip) / sheet.height)
    x = (frame.width - scale * sheet.width) / 2
    y = (frame.height - scale * sheet.height) / 2
    a, b, c, d, e, f = (scale * value for value in sheet.upright)
    return a, b, c, d, e + x, f + y


def lattice(frame: Frame, length: float) -> str:
    """Content that draws `/Mark` (1 unit per em) in slanted rows, every second one shifted by half a step.

    `length` is that of the words on A4.
    """
    size, row = WATERMARK_SIZE * frame.scale, WATERMARK_ROW * frame.scale
    step, length = (length + WATERMARK_GAP) * frame.scale, length * frame.scale
    across, along = cos(WATERMARK_ANGLE), sin(WATERMARK_ANGLE)
    reach = hypot(frame.width, frame.height) / 2
    drawn = []
    for j in range(-ceil(reach / row), ceil(reach / row) + 1):
        for i in range(-ceil(reach / step) - 1, ceil(reach / step) + 2):
            u, v = (i + j % 2 / 2) * step - length / 2, j * row
            x = frame.width / 2 + u * across - v * along
            y = frame.height / 2 + u * along + v * across
            if _touches(frame, x, y, x + length * across, y + length * along, size):
                matrix = (size * across, size * along, -size * along, size * across, x, y)
                drawn.append(f"q {' '.join(f'{value:.3f}' for value in matrix)} cm /Mark Do Q\n")
    return "/Faint gs\n" + "".join(drawn)


def _touches(frame: Frame, x1: float, y1: float, x2: float, y2: float, size: float) -> bool:
    return x2 > -size and x1 < frame.width + size and y2 > -size and y1 < frame.height + size

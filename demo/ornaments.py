"""What makes a sheet look official: seals, signatures, frames, codes and photographs, all made up."""

import math

import segno
from PIL import Image, ImageDraw

from demo.identity import chance
from demo.sheets import BLACK, INK, RED, Color, Points, Sheet

SEAL_NOTE = "演示专用"


def seal(sheet: Sheet, x: float, y: float, name: str, *, radius: float = 50) -> None:
    """Stamp the round seal of `name` with its centre at (x, y)."""
    sheet.circle(x, y, radius, color=RED, thickness=2.2)
    sheet.polygon(_star(x, y, radius * 0.3), fill=RED)
    size = min(radius * 0.26, 4.2 * radius / max(len(name), 1))
    step = min(26.0, 250.0 / max(len(name) - 1, 1))
    for number, character in enumerate(name):
        turn = (number - (len(name) - 1) / 2) * step
        distance = radius * 0.72
        middle_x = x + distance * math.sin(math.radians(turn))
        middle_y = y - distance * math.cos(math.radians(turn))
        # The baseline is a little below the middle of the character, along its own upright.
        low_x = middle_x - size * 0.36 * math.sin(math.radians(turn))
        low_y = middle_y + size * 0.36 * math.cos(math.radians(turn))
        sheet.text(low_x, low_y, character, size, bold=True, color=RED, anchor="center", angle=-turn)
    sheet.text(x, y + radius * 0.72, SEAL_NOTE, radius * 0.19, color=RED, anchor="center")


def _star(x: float, y: float, radius: float) -> Points:
    """The ten corners of a five-pointed star."""
    corners = []
    for number in range(10):
        reach = radius if number % 2 == 0 else radius * 0.382
        angle = math.radians(36 * number)
        corners.append((x + reach * math.sin(angle), y - reach * math.cos(angle)))
    return corners


def signature(sheet: Sheet, x: float, y: float, name: str) -> None:
    """Sign with a name in ink, a little upwards, with a stroke below."""
    pen = chance(f"signature/{name}")
    sheet.text(x, y, name, 19, color=INK, angle=pen.uniform(3, 8))
    points = [(x + step * 6, y + 3 - step * 0.6 + pen.uniform(-2, 2)) for step in range(12)]
    sheet.line(points, color=INK, width=0.9)


def frame(sheet: Sheet, color: Color, *, inset: float = 26) -> None:
    """Draw a double frame with a row of lozenges between its lines, as certificates have."""
    width, height = sheet.width - 2 * inset, sheet.height - 2 * inset
    sheet.box(inset, inset, width, height, stroke=color, thickness=2.4)
    sheet.box(inset + 13, inset + 13, width - 26, height - 26, stroke=color, thickness=0.8)
    for x in _steps(inset + 13, inset + width - 13):
        for y in (inset + 6.5, inset + height - 6.5):
            sheet.polygon(_lozenge(x, y), fill=color)
    for y in _steps(inset + 13, inset + height - 13):
        for x in (inset + 6.5, inset + width - 6.5):
            sheet.polygon(_lozenge(x, y), fill=color)


def _steps(start: float, end: float) -> list[float]:
    count = round((end - start) / 18)
    return [start + (end - start) * number / count for number in range(count + 1)]


def _lozenge(x: float, y: float) -> Points:
    return [(x - 4, y), (x, y - 4), (x + 4, y), (x, y + 4)]


def rosette(sheet: Sheet, x: float, y: float, color: Color, *, radius: float = 26) -> None:
    """Draw an ornament of petals in rings; no emblem of any authority."""
    sheet.circle(x, y, radius, color=color, thickness=1.6)
    sheet.circle(x, y, radius * 0.8, color=color, thickness=0.8)
    for number in range(12):
        angle = math.radians(30 * number)
        reach = radius * 0.52
        sheet.circle(x + reach * math.sin(angle), y - reach * math.cos(angle), radius * 0.24, color=color,
                     thickness=0.7)  # fmt: skip
    sheet.polygon(_star(x, y, radius * 0.3), fill=color)


def code(sheet: Sheet, x: float, y: float, size: float, content: str) -> None:
    """Draw a QR code of `content`."""
    matrix = segno.make(content, error="m", micro=False).matrix
    cell = size / len(matrix)
    for row, values in enumerate(matrix):
        for column, value in enumerate(values):
            if value:
                sheet.box(x + column * cell, y + row * cell, cell, cell, stroke=None, fill=BLACK)


def photograph(name: str) -> Image.Image:
    """Paint a room with a stage, a screen and an audience, different for every `name`."""
    chances = chance(f"photograph/{name}")
    tone = [chances.randrange(60, 150) for _ in range(3)]
    room = Image.linear_gradient("L").resize((480, 300))
    picture = Image.merge("RGB", [room.point([round(80 + value * part / 220) for value in range(256)])
                                  for part in tone])  # fmt: skip
    draw = ImageDraw.Draw(picture)
    left = chances.randrange(70, 150)
    draw.rectangle((left, 34, left + 250, 150), fill=(228, 234, 240), outline=(40, 40, 46), width=4)
    for line in range(4):
        draw.rectangle((left + 22, 56 + 20 * line, left + chances.randrange(90, 230), 64 + 20 * line),
                       fill=(120, 140, 170))  # fmt: skip
    _person(picture, left + 290, 150, chances.randrange(20, 70))
    for row in range(3):
        for place in range(8):
            _person(picture, 20 + place * 62 + row * 18 + chances.randrange(-8, 8), 196 + row * 38,
                    chances.randrange(15, 80))  # fmt: skip
    return picture


def _person(picture: Image.Image, x: int, y: int, tone: int) -> None:
    draw = ImageDraw.Draw(picture)
    draw.ellipse((x - 11, y - 26, x + 11, y - 2), fill=(tone + 60, tone + 40, tone + 30))
    draw.pieslice((x - 24, y, x + 24, y + 70), 180, 360, fill=(tone, tone + 6, tone + 16))

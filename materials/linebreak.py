"""Break lines the Chinese way: numbers, dates and Latin words stay whole, punctuation stays where it belongs.

xhtml2pdf breaks a CJK paragraph between any two characters (2021-04-0|1) and drops `<br>` in it. It has
no setting for this, so its function is replaced; `typeset` refuses to start should the name be gone.
"""

from collections.abc import Iterator
from typing import Any

from reportlab.rl_settings import _FUZZ
from xhtml2pdf import reportlab_paragraph
from xhtml2pdf.reportlab_paragraph import ParaLines, cjkU, makeCJKParaLine

CANNOT_START = frozenset("，。、；：？！’”）》」』】〕〉％‰℃°…—·～,.;:?!)]}%")
CANNOT_END = frozenset("‘“（《「『【〔〈([{￥$#")
SIGNS = frozenset("≥≤><=≈±")
# From here on a character is a word of its own.
FIRST_IDEOGRAPH = 0x2E80


def install() -> None:
    """Have xhtml2pdf break lines with `split_lines`."""
    if not hasattr(reportlab_paragraph, "cjkFragSplit"):
        raise RuntimeError("this xhtml2pdf breaks lines elsewhere")
    reportlab_paragraph.cjkFragSplit = split_lines


def split_lines(frags: list[Any], widths: list[float], bounds: bool, encoding: str = "utf8") -> ParaLines:
    """Lines of the fragments, the n-th as wide as the n-th of `widths`, later ones as the last."""
    units = [unit for frag in frags for unit in _units(frag, encoding)]
    lines: list[Any] = []
    start = 0
    while start < len(units):
        width = widths[min(len(lines), len(widths) - 1)]
        end, start_of_next = _line(units, start, width)
        shown = units[start:end]
        lines.append(makeCJKParaLine(shown, width - sum(unit.width for unit in shown), bounds))
        start = start_of_next
    return ParaLines(kind=1, lines=lines)


def _units(frag: Any, encoding: str) -> Iterator[cjkU]:
    """One unit for each character; an image, or the line end of a `<br>`, is a unit without text."""
    if not frag.text:
        yield cjkU("", frag, encoding)
    for char in frag.text:
        yield cjkU(char, frag, encoding)


def _line(units: list[cjkU], start: int, width: float) -> tuple[int, int]:
    """Where the line that begins at `start` ends, and where the next one begins."""
    used = 0.0
    for place in range(start, len(units)):
        if hasattr(units[place].frag, "lineBreak"):
            return place, place + 1
        used += units[place].width
        if used > width + _FUZZ and units[place] != " " and place > start:
            end = _last_break(units, start, place)
            return _without_spaces(units, start, end), end
    return len(units), len(units)


def _last_break(units: list[cjkU], start: int, too_far: int) -> int:
    """The last place in the line where it may be broken; where it is full, if there is none."""
    for place in range(too_far, start, -1):
        if _may_break(units, place):
            return place
    return too_far


def _may_break(units: list[cjkU], place: int) -> bool:
    """Whether a line may end before the unit at `place`."""
    before, after = str(units[place - 1]), str(units[place])
    if after == " " or after in CANNOT_START or before in CANNOT_END:
        return False
    if before == " ":
        return not _belongs_together(units, place)
    return _is_ideograph(before) or _is_ideograph(after)


def _belongs_together(units: list[cjkU], place: int) -> bool:
    """The space stands in 198 个 or ≥ 500, not between two words."""
    first, second = str(units[place - 2]) if place >= 2 else "", str(units[place])
    return first in SIGNS or (first.isdigit() and not second.isascii())


def _is_ideograph(char: str) -> bool:
    return char == "" or ord(char) >= FIRST_IDEOGRAPH


def _without_spaces(units: list[cjkU], start: int, end: int) -> int:
    while end > start + 1 and units[end - 1] == " ":
        end -= 1
    return end

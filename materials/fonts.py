"""The embedded fonts, and which of them a text needs."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

from materials.errors import TypesettingFailed

ASSETS = Path(__file__).parent / "assets"


@dataclass(frozen=True)
class Face:
    """One family of `assets/fonts`; `bold` is empty where the family has one weight only."""

    family: str
    regular: str
    bold: str = ""

    @property
    def path(self) -> Path:
        return ASSETS / "fonts" / self.regular


# In the order in which they are asked for a character, as in a CSS font-family list.
FACES = (
    Face("han", "NotoSansSC_400Regular.ttf", "NotoSansSC_700Bold.ttf"),
    Face("symbols", "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    Face("rarehanb1", "RareHanB1.ttf"),
    Face("rarehanb2", "RareHanB2.ttf"),
    Face("rarehancf", "RareHanCF.ttf"),
)


@cache
def coverage(path: Path) -> frozenset[int]:
    """Code points the font file has a glyph for."""
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())


def faces_for(text: str) -> tuple[Face, ...]:
    """The faces `text` needs, the main one always first. Raises TypesettingFailed for an undrawable one."""
    wanted = {ord(char) for char in text if not char.isspace()}
    chosen = [FACES[0]]
    missing = wanted - coverage(FACES[0].path)
    for face in FACES[1:]:
        if missing & coverage(face.path):
            chosen.append(face)
            missing -= coverage(face.path)
    if missing:
        raise undrawable(missing)
    return tuple(chosen)


def undrawable(code_points: Iterable[int]) -> TypesettingFailed:
    first = chr(min(code_points))
    return TypesettingFailed(f"无法打印字符“{first}”（U+{ord(first):04X}），请换用其他文字", character=first)


def printable(value: object) -> object:
    """Text without what has no shape on paper: controls, zero-width and direction marks, variation selectors.

    Line ends stay, every other space is a plain one; anything that is not a plain string passes as it is.
    """
    if type(value) is not str or (value.isascii() and value.isprintable()):
        return value
    return "".join(_shown(char) for char in value)


def _shown(char: str) -> str:
    category = unicodedata.category(char)
    if char == "\n" or category in ("Zl", "Zp"):
        return "\n"
    if char == "\t" or category == "Zs":
        return " "
    selector = 0xFE00 <= ord(char) <= 0xFE0F or 0xE0100 <= ord(char) <= 0xE01EF
    return "" if selector or category in ("Cc", "Cf", "Cs") else char


def drawable(text: str) -> str:
    """`text` with 〓 for what no face can draw; for names of files only, where nothing is stated."""
    known = frozenset().union(*(coverage(face.path) for face in FACES))
    return "".join(char if ord(char) in known or char.isspace() else "〓" for char in str(printable(text)))

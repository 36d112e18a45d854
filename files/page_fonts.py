"""Give pages that name a Chinese font without bringing it along one of ours, as no other can be opened."""

import ctypes
import mmap
import struct
from pathlib import Path
from typing import Any

import pypdfium2
from pypdfium2 import raw

EAST_ASIAN = frozenset({128, 129, 134, 136})  # character sets of Windows: Japanese, Korean, 简体, 繁體
OUR_FONT = 1
_kept: list[Any] = []  # pdfium calls these as long as the process lives


def stand_in(font: Path) -> None:
    """Let `font` stand in for every East Asian font that a page names and does not embed.

    The file is mapped now, because nothing can be opened later; only what is drawn with it is read.
    """
    with font.open("rb") as stream:
        content = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    tables = _tables(content)
    structure = raw.FPDF_SYSFONTINFO
    kinds = dict(structure._fields_)

    def choose(
        _: Any, weight: int, italic: int, charset: int, pitch: int, face: Any, exact: Any
    ) -> int | None:
        return OUR_FONT if charset in EAST_ASIAN else None

    def read(_: Any, font: int, table: int, buffer: Any, size: int) -> int:
        start, length = tables.get(table, (0, 0))
        if buffer and 0 < length <= size:
            ctypes.memmove(buffer, content[start : start + length], length)
        return length

    calls = {
        "Release": lambda _: None,
        "EnumFonts": lambda _, mapper: None,
        "MapFont": choose,
        "GetFont": lambda _, face: None,
        "GetFontData": read,
        "GetFaceName": lambda _, font, buffer, size: 0,
        "GetFontCharset": lambda _, font: 134,
        "DeleteFont": lambda _, font: None,
    }
    info = structure(version=1, **{name: kinds[name](call) for name, call in calls.items()})
    _kept.extend((content, info, pypdfium2))
    raw.FPDF_SetSystemFontInfo(ctypes.byref(info))


def _tables(font: mmap.mmap) -> dict[int, tuple[int, int]]:
    """Map the tables of a TrueType file to their place and length; 0 stands for the whole file."""
    found = {0: (0, len(font))}
    for number in range(struct.unpack_from(">H", font, 4)[0]):
        tag, _, start, length = struct.unpack_from(">IIII", font, 12 + 16 * number)
        found[tag] = (start, length)
    return found

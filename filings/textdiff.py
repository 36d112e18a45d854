"""What changed in a long text, sentence by sentence."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

SHOWN_AROUND = 60
_SENTENCES = re.compile(r"[^。！？；\n]*[。！？；\n]*")


@dataclass(frozen=True)
class Piece:
    """A run of text that stayed, is new, is gone, or was left out because it stayed."""

    act: Literal["same", "added", "removed", "skipped"]
    text: str


def text_pieces(before: str, after: str) -> list[Piece]:
    """Write the way from one text to the other; a long run that stayed is shown by its ends only."""
    old, new = _sentences(before), _sentences(after)
    pieces: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces += _shortened("".join(old[a:b]))
            continue
        if b > a:
            pieces.append(Piece("removed", "".join(old[a:b])))
        if d > c:
            pieces.append(Piece("added", "".join(new[c:d])))
    return pieces


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in _SENTENCES.findall(text) if sentence]


def _shortened(text: str) -> Iterator[Piece]:
    if len(text) <= 3 * SHOWN_AROUND:
        yield Piece("same", text)
        return
    yield Piece("same", text[:SHOWN_AROUND])
    yield Piece("skipped", f"（未改动的 {len(text) - 2 * SHOWN_AROUND} 字）")
    yield Piece("same", text[-SHOWN_AROUND:])

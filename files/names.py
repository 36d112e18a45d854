"""Names of uploaded files: clean to store, masked to show, safe to send in a header."""

import re
import unicodedata
from urllib.parse import quote

NAME_LIMIT = 200
NAMELESS = "未命名.pdf"
_SUFFIX = ".pdf"

# Control, format (bidi marks, zero-width), surrogate and private characters, line and paragraph ends.
_UNWANTED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_UNWANTED_CHARACTERS = frozenset('<>:"|?*')


def safe_name(raw: str) -> str:
    """Clean the name a browser sent: last part of a path, no odd characters, always ending in .pdf."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", raw or ""))[-1]
    kept = "".join(character for character in last if _is_wanted(character))
    stem, suffix = _split(" ".join(kept.split()))
    stem = stem.lstrip(". ")[: NAME_LIMIT - len(suffix)].rstrip(". ")
    return stem + suffix if stem else NAMELESS


def masked_name(name: str) -> str:
    """Shorten a name for lists: the first four characters, `***`, `.pdf`."""
    stem, _ = _split(name)
    return f"{stem[:4]}***{_SUFFIX}"


def content_disposition(name: str, inline: bool) -> str:
    """Write the header of RFC 6266: an ASCII name for old programs and the true one in UTF-8."""
    kind = "inline" if inline else "attachment"
    encoded = quote(name, safe="", encoding="utf-8", errors="replace")
    return f"{kind}; filename=\"{_ascii_name(name)}\"; filename*=UTF-8''{encoded}"


def _is_wanted(character: str) -> bool:
    return (
        character not in _UNWANTED_CHARACTERS and unicodedata.category(character) not in _UNWANTED_CATEGORIES
    )


def _split(name: str) -> tuple[str, str]:
    """Part a name from its .pdf, as typed; a name without one gets it."""
    if name.lower().endswith(_SUFFIX):
        return name[: -len(_SUFFIX)], name[-len(_SUFFIX) :]
    return name, _SUFFIX


def _ascii_name(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    if not dot:
        stem, suffix = name, ""
    plain = re.sub(r"[^A-Za-z0-9 _.()-]+", "_", stem).strip(" ._")
    ending = re.sub(r"[^A-Za-z0-9]", "", suffix)
    return f"{plain or 'file'}.{ending}" if ending else plain or "file"

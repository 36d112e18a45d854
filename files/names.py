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
    stem, suffix = _split(_clean(_parts(raw)[-1]))
    stem = stem.lstrip(". ")[: NAME_LIMIT - len(suffix)].rstrip(". ")
    return stem + suffix if stem else NAMELESS


def shown_name(raw: str) -> str:
    """Clean the name of a file that was not taken, to speak of it: whatever it ends in stays."""
    return _clean(_parts(raw)[-1])[:NAME_LIMIT]


def safe_folder(raw: str) -> str:
    """Clean the folders in front of a name; empty where a browser sent none or only a drive."""
    folders = [_clean(part).strip(". ") for part in _parts(raw)[:-1] if not re.fullmatch("[A-Za-z]:", part)]
    return "/".join(folder for folder in folders if folder not in ("", "fakepath"))[-NAME_LIMIT:]


def _parts(raw: str) -> list[str]:
    return re.split(r"[/\\]", unicodedata.normalize("NFC", raw or ""))


def _clean(part: str) -> str:
    return " ".join("".join(character for character in part if _is_wanted(character)).split())


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

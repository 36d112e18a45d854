"""Go through everything the pages are drawn with: refuse giant pictures, drop hidden references."""

import re
from enum import Enum

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from files.pdf_values import name_in, number_in, unpacked
from files.refusals import PIXEL_LIMIT, broken_page, too_many_pixels


class Role(Enum):
    """What the keys of a dictionary mean, which decides whether a key may be removed by its name."""

    PLAIN = 0
    RESOURCES = 1
    NAMES = 2  # The keys are names chosen by the file: a font may well be called /AA or /JS.
    CONTENT = 3


_CATEGORIES = frozenset(
    {"/Font", "/XObject", "/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/Properties"}
)
_NAMED_BY_FILE = frozenset({"/CharProcs", "/Colorants"})
_UNWANTED_KEYS = frozenset(
    {
        "/AA", "/AF", "/JS", "/JavaScript", "/OpenAction", "/EmbeddedFiles", "/EF", "/XFA", "/OPI",
        "/RichMediaContent", "/RichMediaSettings", "/3DD", "/PieceInfo", "/Metadata", "/Measure",
        "/PtData", "/StructParent", "/StructParents", "/Alternates", "/Thumb",
    }
)  # fmt: skip
# In a stream /F means "my bytes are in another file", and /Ref a page of another document.
_UNWANTED_STREAM_KEYS = _UNWANTED_KEYS | {"/F", "/FFilter", "/FDecodeParms", "/Ref"}
_UNWANTED_ACTIONS = frozenset(
    {
        "/JavaScript", "/Launch", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData", "/Rendition",
        "/Movie", "/Sound", "/RichMediaExecute", "/GoTo3DView", "/ResetForm", "/Hide", "/Thread",
    }
)  # fmt: skip
_INLINE_IMAGE = re.compile(rb"(?<![^\s\0])BI\s(.{0,1000}?)\sID\s", re.DOTALL)
_INLINE_SIDE = re.compile(rb"/(W|Width|H|Height)\s+(\d{1,9})(?!\d)")


def strip_page_objects(pdf: Pdf) -> None:
    """Strip in place whatever the pages refer to. Raises Refused for a giant picture or a broken page."""
    seen: set[tuple[tuple[int, int], Role]] = set()
    for number, page in enumerate(pdf.pages, 1):
        waiting = [
            (page.obj[key], role)
            for key, role in (
                ("/Contents", Role.CONTENT),
                ("/Resources", Role.RESOURCES),
                ("/Group", Role.PLAIN),
            )
            if key in page.obj
        ]
        _strip_reachable(waiting, seen, number)
    if Name.OCProperties in pdf.Root:
        _strip_reachable([(pdf.Root.OCProperties, Role.PLAIN)], seen, 0)


def _strip_reachable(
    waiting: list[tuple[Object, Role]], seen: set[tuple[tuple[int, int], Role]], page: int
) -> None:
    """Visit objects once per role, without recursion: files nest as deep as they like."""
    while waiting:
        value, role = waiting.pop()
        if value.is_indirect:
            if (value.objgen, role) in seen:
                continue
            seen.add((value.objgen, role))
        if isinstance(value, Array):
            waiting.extend((part, role) for part in list(value) if _is_container(part))
        elif isinstance(value, Dictionary | Stream):
            _strip_one(value, role)
            if isinstance(value, Stream):
                _check_pixels(value, role, page)
            waiting.extend((part, _role_of(key, role)) for key, part in value.items() if _is_container(part))


def _is_container(value: Object) -> bool:
    return isinstance(value, Array | Dictionary | Stream)


def _role_of(key: str, parent: Role) -> Role:
    if parent is Role.RESOURCES and key in _CATEGORIES:
        return Role.NAMES
    if parent is Role.NAMES:
        return Role.PLAIN
    if key == "/Resources":
        return Role.RESOURCES
    return Role.NAMES if key in _NAMED_BY_FILE else Role.PLAIN


def _strip_one(value: Object, role: Role) -> None:
    if role is Role.NAMES:
        return
    keys = set(value.keys())
    unwanted = keys & (_UNWANTED_STREAM_KEYS if isinstance(value, Stream) else _UNWANTED_KEYS)
    if "/S" in keys and name_in(value, "/S") in _UNWANTED_ACTIONS:
        unwanted = keys - {"/Length"}
    for key in unwanted:
        del value[key]


def _check_pixels(stream: Object, role: Role, page: int) -> None:
    subtype = name_in(stream, "/Subtype")
    if subtype == "/Image":
        _refuse_giant(number_in(stream, "/Width"), number_in(stream, "/Height"), page)
    elif role is Role.CONTENT or subtype == "/Form" or Name.PatternType in stream:
        commands = unpacked(stream)
        if commands is None and role is Role.CONTENT:
            raise broken_page(page)
        _check_inline_images(commands or b"", page)


def _check_inline_images(commands: bytes, page: int) -> None:
    for header in _INLINE_IMAGE.findall(commands):
        sides = {side[:1]: int(length) for side, length in _INLINE_SIDE.findall(header)}
        _refuse_giant(sides.get(b"W", 0), sides.get(b"H", 0), page)


def _refuse_giant(width: int, height: int, page: int) -> None:
    if width * height > PIXEL_LIMIT:
        raise too_many_pixels(page, width, height)

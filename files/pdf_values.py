"""Read single values of a PDF whose author may have written anything in their place."""

from pikepdf import Array, Dictionary, Name, Object, Page, PdfError, String

from files.refusals import too_hard

_DEEPEST_TREE = 50


def name_in(holder: Object, key: str) -> str:
    """The name stored under this key, with its slash; empty if there is none that can be read.

    Names written by old Chinese software are GBK bytes, which is no reason to refuse the file.
    """
    value = holder.get(key)
    if not isinstance(value, Name):
        return ""
    try:
        return str(value)
    except UnicodeDecodeError:
        return ""


def text_in(holder: Object, key: str) -> str:
    """The string stored under this key; empty if there is none, U+FFFD if it cannot be read."""
    value = holder.get(key)
    if not isinstance(value, String):
        return ""
    try:
        return str(value)
    except UnicodeDecodeError:
        return "\ufffd"


def number_in(holder: Object, key: str) -> int:
    """The number stored under this key, 0 if there is none."""
    value = holder.get(key)
    return int(value) if value is not None and is_number(value) else 0


def nearest_with(node: Object, key: str) -> Object:
    """The node itself or its nearest ancestor with this key, for what a form field may inherit."""
    holder = node
    for _ in range(_DEEPEST_TREE):
        parent = holder.get("/Parent")
        if key in holder or not isinstance(parent, Dictionary):
            break
        holder = parent
    return holder


def is_number(value: Object | None) -> bool:
    return value is not None and value._type_name in ("integer", "real")


def unpacked(stream: Object) -> bytes | None:
    """The bytes of a stream; None if they cannot be unpacked.

    Raises Refused when they swell beyond all measure.
    """
    try:
        return stream.read_bytes()
    except PdfError as error:
        if "limit exceeded" in str(error):
            raise too_hard() from None
        return None


def annotations(page: Page) -> list[Object]:
    """The annotations of a page that are at least dictionaries."""
    entries = page.obj.get("/Annots")
    if not isinstance(entries, Array):
        return []
    return [entry for entry in list(entries) if isinstance(entry, Dictionary)]

"""A page of any PDF as a Form XObject of the book, with what it takes to stand it upright at 0, 0."""

from dataclasses import dataclass
from typing import Any

from pypdf import PageObject, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NullObject,
    StreamObject,
)

from materials.streams import stream

Matrix = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]
# Many files let hairlines run along the very edge of the page; an exact box would cut them in half.
BLEED = 2
A4 = (0.0, 0.0, 595.28, 841.89)


@dataclass(frozen=True)
class Sheet:
    """One page to be bound. Sizes are those seen after cropping and turning, in units of `unit` points.

    `upright` maps the page's own space to its visible area with the lower left corner at 0, 0.
    `blending` is the page's transparency group, None where it has none. Evidence is drawn smaller
    and watermarked above; an own page is drawn as it is and watermarked below.
    """

    form: IndirectObject
    width: float
    height: float
    upright: Matrix
    unit: float = 1.0
    blending: Any = None
    evidence: bool = False


def own_sheet(writer: PdfWriter, page: PageObject) -> Sheet:
    return _sheet(writer, page, evidence=False)


def evidence_sheet(writer: PdfWriter, page: PageObject) -> Sheet:
    return _sheet(writer, page, evidence=True)


def _sheet(writer: PdfWriter, page: PageObject, evidence: bool) -> Sheet:
    media = _box(page, "/MediaBox") or A4
    crop = _box(page, "/CropBox")
    shown = (_common(media, crop) if crop else None) or media
    bleed = 0 if shown != media else BLEED
    width, height, upright = _standing(shown, _rotation(page))
    group = page.get("/Group")
    return Sheet(
        form=writer._add_object(_form(writer, page, shown, bleed)),
        width=width,
        height=height,
        upright=upright,
        unit=_unit(page),
        blending=None if group is None else group.get_object().clone(writer),
        evidence=evidence,
    )


def _box(page: PageObject, name: str) -> Box | None:
    """The box with its corners in order; None where it is missing, broken or empty."""
    value = page.get(name)
    corners = value.get_object() if value is not None else None
    if not isinstance(corners, ArrayObject) or len(corners) != 4:
        return None
    x1, y1, x2, y2 = (float(corner.get_object()) for corner in corners)
    box = (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
    return box if box[2] - box[0] >= 1 and box[3] - box[1] >= 1 else None


def _common(a: Box, b: Box) -> Box | None:
    box = (max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3]))
    return box if box[2] - box[0] >= 1 and box[3] - box[1] >= 1 else None


def _rotation(page: PageObject) -> int:
    turned = page.get("/Rotate", 0)
    degrees = int(turned.get_object()) if hasattr(turned, "get_object") else int(turned)
    return degrees % 360 if degrees % 90 == 0 else 0


def _unit(page: PageObject) -> float:
    unit = float(page.get("/UserUnit", 1))
    return unit if unit > 0 else 1.0


def _standing(box: Box, degrees: int) -> tuple[float, float, Matrix]:
    x1, y1, x2, y2 = box
    width, height = x2 - x1, y2 - y1
    if degrees == 90:
        return height, width, (0, -1, 1, 0, -y1, x2)
    if degrees == 180:
        return width, height, (-1, 0, 0, -1, x2, y2)
    if degrees == 270:
        return height, width, (0, 1, -1, 0, y2, -x1)
    return width, height, (1, 0, 0, 1, -x1, -y1)


def _form(writer: PdfWriter, page: PageObject, box: Box, bleed: float) -> StreamObject:
    form = _content(page)
    x1, y1, x2, y2 = box
    corners = [x1 - bleed, y1 - bleed, x2 + bleed, y2 + bleed]
    form[NameObject("/Type")] = NameObject("/XObject")
    form[NameObject("/Subtype")] = NameObject("/Form")
    form[NameObject("/BBox")] = ArrayObject([FloatObject(corner) for corner in corners])
    form[NameObject("/Resources")] = _resources(writer, page)
    return form


def _content(page: PageObject) -> StreamObject:
    """The page's content: the compressed bytes as they are when it is one stream, else joined."""
    value = page.get("/Contents", NullObject()).get_object()
    pieces = [piece.get_object() for piece in value] if isinstance(value, ArrayObject) else [value]
    pieces = [piece for piece in pieces if isinstance(piece, StreamObject)]
    if len(pieces) != 1:
        return stream(b"\n".join(piece.get_data() for piece in pieces))
    only = pieces[0]
    form = StreamObject()
    form._data = only._data
    for name in ("/Filter", "/DecodeParms"):
        if name in only:
            form[NameObject(name)] = _direct(only[name])
    return form


def _direct(value: Any) -> Any:
    """A copy of a filter entry without references into the file it came from."""
    value = value.get_object()
    if isinstance(value, ArrayObject):
        return ArrayObject([_direct(item) for item in value])
    if isinstance(value, DictionaryObject):
        return DictionaryObject({NameObject(name): _direct(item) for name, item in value.items()})
    return value


def _resources(writer: PdfWriter, page: PageObject) -> Any:
    resources = page.get("/Resources", NullObject()).get_object()
    if not isinstance(resources, DictionaryObject):
        return DictionaryObject()
    copy = resources.clone(writer)
    return getattr(copy, "indirect_reference", None) or copy

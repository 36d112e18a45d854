"""Bring boxes, rotation and unit of every page to what a reader of PDFs may expect of them."""

from pikepdf import Array, Dictionary, Name, Object, Page, Pdf

from files.pdf_values import is_number, number_in
from files.refusals import too_wide

# Acrobat's largest page, about five metres. Whoever stamps a page draws in proportion to its size.
LONGEST_SIDE = 14_400
_BOXES = ("/CropBox", "/BleedBox", "/TrimBox", "/ArtBox")


def set_right_pages(pdf: Pdf) -> None:
    """Drop in place what has no meaning, as every viewer does. Raises Refused for a page beyond all measure."""
    for number, page in enumerate(pdf.pages, 1):
        _keep_quarter_turns(page)
        _keep_positive_unit(page)
        for name in _BOXES:
            if name in page.obj and not is_box(page.obj[name]):
                del page.obj[name]
        if Name.Group in page.obj and not isinstance(page.obj.Group, Dictionary):
            del page.obj[Name.Group]
        _refuse_beyond_measure(page, number)


def is_box(value: Object) -> bool:
    """Tell whether this is a rectangle of four numbers."""
    return isinstance(value, Array) and len(value) == 4 and all(is_number(corner) for corner in list(value))


def _keep_quarter_turns(page: Page) -> None:
    turned = page.obj.get(Name.Rotate)
    degrees = number_in(page.obj, "/Rotate")
    if turned is not None and (not is_number(turned) or degrees % 90):
        del page.obj[Name.Rotate]
    elif turned is not None:
        page.obj.Rotate = degrees % 360


def _keep_positive_unit(page: Page) -> None:
    unit = page.obj.get(Name.UserUnit)
    if unit is not None and (not is_number(unit) or float(unit) <= 0):
        del page.obj[Name.UserUnit]


def _refuse_beyond_measure(page: Page, number: int) -> None:
    unit = float(page.obj.get(Name.UserUnit, 1))
    for box in (page.obj.get(Name.MediaBox), page.obj.get(Name.CropBox)):
        if box is None or not is_box(box):
            continue
        left, low, right, high = (float(corner) for corner in list(box))
        points = unit * max(abs(right - left), abs(high - low))
        if not points <= LONGEST_SIDE:
            raise too_wide(number, points / 72 * 0.0254)

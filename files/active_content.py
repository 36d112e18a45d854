"""Reduce a document to pages: keep what is known to be harmless, drop the rest.

A list of what may stay is shorter, and safer, than a list of all that can run, open, send or play.
"""

import re
from collections.abc import Iterable

from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, String

from files.page_geometry import is_box
from files.pdf_values import annotations, name_in, text_in

ACTIVE_DROPPED = "文件含脚本、附件或自动动作，审核和合并使用的副本已去除这些内容，原件保留。"

_CATALOG_KEYS = frozenset({"/Type", "/Pages", "/OCProperties", "/Lang", "/Version"})
_TREE_KEYS = frozenset({"/Type", "/Kids", "/Count", "/Parent"})
_PAGE_KEYS = frozenset(
    {
        "/Type", "/Parent", "/Resources", "/Contents", "/Group", "/Annots", "/Rotate", "/UserUnit",
        "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox",
    }
)  # fmt: skip
_WEB_ADDRESS = re.compile(r"(?:https?://|mailto:)[\x21-\x7e]{1,2000}", re.IGNORECASE)


def remove_active_content(pdf: Pdf) -> list[str]:
    """Cut the document down in place; return a note if something active was cut."""
    notes = [ACTIVE_DROPPED] if _has_active_content(pdf) else []
    _keep_only(pdf.Root, _CATALOG_KEYS)
    _keep_only(pdf.trailer, {"/Root", "/ID"})
    # qpdf writes the true number, but only where it finds one; repaired files have none.
    pdf.trailer.Size = 1
    for page in pdf.pages:
        _keep_web_links(pdf, page)
        _keep_only(page.obj, _PAGE_KEYS)
    _strip_page_tree(pdf.Root.Pages)
    return notes


def _has_active_content(pdf: Pdf) -> bool:
    """Look where programs put such things; only the note depends on it, not the removal."""
    names = pdf.Root.get(Name.Names)
    if isinstance(names, Dictionary) and (Name.JavaScript in names or Name.EmbeddedFiles in names):
        return True
    holders = [pdf.Root, *(page.obj for page in pdf.pages)]
    return any(_acts(holder) for holder in holders) or any(
        _acts(entry) for page in pdf.pages for entry in annotations(page)
    )


def _acts(holder: Object) -> bool:
    if Name.AA in holder or Name.AF in holder:
        return True
    actions = (holder.get(Name.OpenAction), holder.get(Name.A))
    return any(
        isinstance(action, Dictionary) and name_in(action, "/S") not in ("/GoTo", "/URI", "/Named")
        for action in actions
    )


def _keep_only(holder: Object, keys: Iterable[str]) -> None:
    for key in set(holder.keys()) - set(keys):
        del holder[key]


def _keep_web_links(pdf: Pdf, page: Page) -> None:
    """Write the page's links to web addresses anew and drop all other annotations."""
    links = [link for entry in annotations(page) if (link := _web_link(entry)) is not None]
    if links:
        page.obj.Annots = Array([pdf.make_indirect(link) for link in links])
    elif Name.Annots in page.obj:
        del page.obj[Name.Annots]


def _web_link(annotation: Object) -> Dictionary | None:
    """A link of our own making with the same rectangle and address; None if it leads elsewhere."""
    action, rectangle = annotation.get(Name.A), annotation.get(Name.Rect)
    if name_in(annotation, "/Subtype") != "/Link" or not isinstance(action, Dictionary):
        return None
    address = text_in(action, "/URI")
    if rectangle is None or not is_box(rectangle) or not _WEB_ADDRESS.fullmatch(address):
        return None
    return Dictionary(
        Type=Name.Annot,
        Subtype=Name.Link,
        Rect=rectangle,
        Border=[0, 0, 0],
        A=Dictionary(S=Name.URI, URI=String(address)),
    )


def _strip_page_tree(root: Object) -> None:
    """Strip the nodes above the pages; what pages inherit was copied to them when the file was opened."""
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        if not isinstance(node, Dictionary) or Name.Kids not in node or node.objgen in seen:
            continue
        seen.add(node.objgen)
        _keep_only(node, _TREE_KEYS)
        waiting.extend(list(node.Kids))

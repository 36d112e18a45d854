"""Turn forms, stamps and signatures into plain page content, so that they print as they look."""

import re

from pikepdf import Annotation, Array, Dictionary, Name, Object, Page, Pdf, Stream

from files.pdf_values import annotations, name_in, nearest_with, number_in, text_in, unpacked
from files.refusals import needs_program

FORM_PROGRAM_DROPPED = "文件含 XFA 表单，审核和合并使用的副本只保留表单现在的样子，原件保留。"
SIGNED = "文件含电子签名，原件保留；审核和合并使用的副本只保留签名的图样，不能再验证签名。"
COMMENTS_LOST = "文件里有的批注没有保存图样，审核和合并使用的副本不含这些批注，原件保留。"

_HIDDEN_FLAGS = 1 | 2 | 32  # invisible, hidden, no view
_PASSWORD_FLAG = 1 << 13
_TEXT_FIELDS = ("/Tx", "/Ch")
_DRAWS_SOMETHING = re.compile(rb"(?:Tj|TJ|Do|'|\")(?![A-Za-z])")
# Visible marks that some programs draw from their parameters when no appearance is stored.
_MARKS = frozenset(
    {
        "/FreeText", "/Stamp", "/Ink", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine",
        "/Highlight", "/Underline", "/StrikeOut", "/Squiggly", "/Caret",
    }
)  # fmt: skip
# Drawn as a button that plays or opens something: their icon has no meaning on paper.
_PLAYERS = frozenset(
    {"/FileAttachment", "/RichMedia", "/Screen", "/3D", "/Movie", "/Sound", "/Popup", "/TrapNet"}
)


def flatten_forms(pdf: Pdf) -> list[str]:
    """Draw every annotation that has an appearance into its page; return the notes for the applicant.

    Raises Refused when the file shows something on its maker's screen that no copy could show.
    """
    notes = [FORM_PROGRAM_DROPPED] if _drop_form_program(pdf) else []
    if _is_signed(pdf):
        notes.append(SIGNED)
    for page in pdf.pages:
        _keep_annotations(page, _PLAYERS)
        _draw_missing_values(pdf, page)
    if _loses_marks(pdf):
        notes.append(COMMENTS_LOST)
    # qpdf flattens no field of a form that still asks the reader to draw.
    if pdf.acroform.exists and Name.NeedAppearances in pdf.Root.AcroForm:
        del pdf.Root.AcroForm[Name.NeedAppearances]
    pdf.flatten_annotations("all")
    return notes


def _drop_form_program(pdf: Pdf) -> bool:
    """Remove XFA; true if there was any. Refuse a file that consists of nothing else."""
    form = pdf.Root.get(Name.AcroForm)
    if not isinstance(form, Dictionary) or Name.XFA not in form:
        return False
    kinds = {name_in(entry, "/Subtype") for page in pdf.pages for entry in annotations(page)}
    if Name.NeedsRendering in pdf.Root or "/Widget" not in kinds:
        raise needs_program("文件是只能在专用软件里显示的 XFA 动态表单")
    del form[Name.XFA]
    return True


def _is_signed(pdf: Pdf) -> bool:
    if not pdf.acroform.exists:
        return False
    fields = [field.obj for field in pdf.acroform.fields if isinstance(field.obj, Dictionary)]
    return any(name_in(field, "/FT") == "/Sig" and "/V" in field for field in fields)


def _keep_annotations(page: Page, unwanted: frozenset[str]) -> None:
    kept = [entry for entry in annotations(page) if name_in(entry, "/Subtype") not in unwanted]
    if kept:
        page.obj.Annots = Array(kept)
    elif Name.Annots in page.obj:
        del page.obj[Name.Annots]


def _draw_missing_values(pdf: Pdf, page: Page) -> None:
    """Draw typed text that the program which saved the form left for the reader to draw."""
    if not pdf.acroform.exists:
        return
    for widget in pdf.acroform.get_widget_annotations_for_page(page):
        field = pdf.acroform.get_field_for_annotation(widget)
        if not isinstance(field.obj, Dictionary):
            continue
        value = _visible_value(field.obj, widget.obj)
        if not value or _draws_something(widget):
            continue
        # qpdf writes ASCII only; anything else would be printed as question marks.
        if value.isascii():
            field.generate_appearance(widget)
        if not _draws_something(widget):
            raise needs_program("文件的表单里填写的文字没有保存图样")


def _visible_value(field: Object, widget: Object) -> str:
    """The text typed into a field, or chosen in it; empty if nobody is to see it."""
    flags = number_in(nearest_with(field, "/Ff"), "/Ff")
    if number_in(widget, "/F") & _HIDDEN_FLAGS or flags & _PASSWORD_FLAG:
        return ""
    if name_in(nearest_with(field, "/FT"), "/FT") not in _TEXT_FIELDS:
        return ""
    return text_in(nearest_with(field, "/V"), "/V").strip()


def _draws_something(widget: Annotation) -> bool:
    """Tell whether the appearance shows text; one that cannot be unpacked gets the benefit of the doubt."""
    appearance = widget.get_appearance_stream(Name.N)
    if not isinstance(appearance, Stream):
        return False
    commands = unpacked(appearance)
    return commands is None or bool(_DRAWS_SOMETHING.search(commands))


def _loses_marks(pdf: Pdf) -> bool:
    return any(
        name_in(entry, "/Subtype") in _MARKS and not isinstance(entry.get(Name.AP), Dictionary)
        for page in pdf.pages
        for entry in annotations(page)
    )

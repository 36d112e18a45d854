"""Turn forms, stamps and signatures into plain page content, so that they print as they look."""

import re

from pikepdf import AcroFormField, Annotation, Array, Dictionary, Name, Object, Page, Pdf, Stream

from files.refusals import needs_program

FORM_PROGRAM_DROPPED = "文件含 XFA 表单，审核和合并使用的副本只保留表单现在的样子，原件保留。"
SIGNED = "文件含电子签名，原件保留；审核和合并使用的副本只保留签名的图样，不能再验证签名。"
COMMENTS_LOST = "文件里有的批注没有保存图样，审核和合并使用的副本不含这些批注，原件保留。"

_HIDDEN_FLAGS = 1 | 2 | 32  # invisible, hidden, no view
_PASSWORD_FLAG = 1 << 13
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


def annotations(page: Page) -> list[Object]:
    """The annotations of a page that are at least dictionaries."""
    entries = page.obj.get(Name.Annots)
    if not isinstance(entries, Array):
        return []
    return [entry for entry in list(entries) if isinstance(entry, Dictionary)]


def subtype(annotation: Object) -> str:
    """The kind of an annotation as written in the file, e.g. `/Link`; empty if it has none."""
    kind = annotation.get(Name.Subtype)
    return str(kind) if isinstance(kind, Name) else ""


def _drop_form_program(pdf: Pdf) -> bool:
    """Remove XFA; true if there was any. Refuse a file that consists of nothing else."""
    form = pdf.Root.get(Name.AcroForm)
    if not isinstance(form, Dictionary) or Name.XFA not in form:
        return False
    has_widgets = any(subtype(entry) == "/Widget" for page in pdf.pages for entry in annotations(page))
    if Name.NeedsRendering in pdf.Root or not has_widgets:
        raise needs_program("文件是只能在专用软件里显示的 XFA 动态表单")
    del form[Name.XFA]
    return True


def _is_signed(pdf: Pdf) -> bool:
    if not pdf.acroform.exists:
        return False
    return any(field.field_type == "/Sig" and Name.V in field.obj for field in pdf.acroform.fields)


def _keep_annotations(page: Page, unwanted: frozenset[str]) -> None:
    kept = [entry for entry in annotations(page) if subtype(entry) not in unwanted]
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
        if not _has_visible_value(field, widget) or _draws_something(widget):
            continue
        # qpdf writes ASCII only; anything else would be printed as question marks.
        if field.value_as_string.isascii():
            field.generate_appearance(widget)
        if not _draws_something(widget):
            raise needs_program("文件的表单里填写的文字没有保存图样")


def _has_visible_value(field: AcroFormField, widget: Annotation) -> bool:
    if field.field_type not in ("/Tx", "/Ch") or not field.value_as_string.strip():
        return False
    return not widget.flags & _HIDDEN_FLAGS and not field.flags & _PASSWORD_FLAG


def _draws_something(widget: Annotation) -> bool:
    appearance = widget.get_appearance_stream(Name.N)
    return isinstance(appearance, Stream) and bool(_DRAWS_SOMETHING.search(appearance.read_bytes()))


def _loses_marks(pdf: Pdf) -> bool:
    return any(
        subtype(entry) in _MARKS and not isinstance(entry.get(Name.AP), Dictionary)
        for page in pdf.pages
        for entry in annotations(page)
    )

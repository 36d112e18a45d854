"""Small PDF files, good and hostile, made on the spot."""

import io
import zipfile
import zlib

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from reportlab.pdfgen.canvas import Canvas


def plain(pages: int = 1, text: str = "lease") -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    for number in range(1, pages + 1):
        canvas.drawString(72, 720, f"{text} {number}")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def padded(size: int) -> bytes:
    """A readable file of exactly this many bytes: the padding is a comment before the last line."""
    data = plain()
    start = data.rindex(b"startxref")
    return data[:start] + b"%" + b"x" * (size - len(data) - 2) + b"\n" + data[start:]


def changed(change, data: bytes | None = None, **save) -> bytes:
    """A plain file after `change(pdf)`."""
    pdf = Pdf.open(io.BytesIO(data or plain()))
    change(pdf)
    buffer = io.BytesIO()
    pdf.save(buffer, **save)
    return buffer.getvalue()


def encrypted(user: str = "", owner: str = "owner") -> bytes:
    return changed(lambda pdf: None, encryption=pikepdf.Encryption(user=user, owner=owner))


def action(kind: str, **entries) -> Dictionary:
    return Dictionary(Type=Name.Action, S=Name("/" + kind), **entries)


def annotation(kind: str, **entries) -> Dictionary:
    return Dictionary(Type=Name.Annot, Subtype=Name("/" + kind), Rect=[10, 10, 60, 40], **entries)


def annotate(pdf: Pdf, *entries: Dictionary) -> None:
    page = pdf.pages[0].obj
    page.Annots = Array([*(page.get("/Annots") or []), *map(pdf.make_indirect, entries)])


def drawing(pdf: Pdf, commands: bytes = b"1 0 0 rg 0 0 50 30 re f", **entries) -> Stream:
    return pdf.make_stream(commands, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 50, 30], **entries)


def everything_active() -> bytes:
    """One file with every kind of thing that runs, opens, sends or plays."""

    def arm(pdf: Pdf) -> None:
        script = action("JavaScript", JS=String("app.alert(1)"))
        attached = pdf.make_indirect(
            Dictionary(
                Type=Name.Filespec,
                F=String("evil.exe"),
                EF=Dictionary(F=pdf.make_stream(b"MZ evil", Type=Name.EmbeddedFile)),
            )
        )
        root, page = pdf.Root, pdf.pages[0].obj
        root.OpenAction = script
        root.AA = Dictionary(WC=script)
        root.AF = Array([attached])
        root.Names = Dictionary(
            JavaScript=Dictionary(Names=Array([String("a"), script])),
            EmbeddedFiles=Dictionary(Names=Array([String("evil.exe"), attached])),
        )
        root.Outlines = Dictionary(
            First=Dictionary(Title=String("x"), A=action("Launch", F=String("calc.exe")))
        )
        page.AA = Dictionary(O=action("Launch", F=String("calc.exe"), Next=script))
        page.AF = Array([attached])
        page.Resources.XObject = Dictionary(
            AF=drawing(pdf, AF=Array([attached]), Ref=Dictionary(F=String("other.pdf"), Page=0)),
            Far=pdf.make_stream(b"", F=String("http://elsewhere.example/x"), Subtype=Name.Form),
        )
        page.Resources.Properties = Dictionary(P=Dictionary(Hidden=script))
        pdf.pages.append(pdf.pages[0])
        pdf.pages[1].obj.Parent.AA = Dictionary(O=script)
        annotate(
            pdf,
            annotation("Link", A=script, AA=Dictionary(E=script)),
            annotation("Link", A=action("GoToR", F=String("x.pdf"), D=[0, Name.Fit])),
            annotation("Link", A=action("GoToE", T=Dictionary(R=Name.C, N=String("evil.exe")))),
            annotation("Link", A=action("SubmitForm", F=String("http://elsewhere.example"))),
            annotation("Link", A=action("ImportData", F=String("x.fdf"))),
            annotation("Link", A=action("URI", URI=String("javascript:alert(1)"))),
            annotation("Link", A=action("URI", URI=String("https://example.com/a"), Next=script)),
            annotation("FileAttachment", FS=attached),
            annotation("RichMedia", RichMediaContent=Dictionary(), RichMediaSettings=Dictionary()),
            annotation("Screen", A=action("Rendition", JS=String("x"))),
            annotation("3D", **{"3DD": pdf.make_stream(b"u3d")}),
            annotation("Movie", Movie=Dictionary(F=String("x.avi"))),
            annotation("Sound", Sound=pdf.make_stream(b"riff")),
        )

    return changed(arm)


def with_image(width: int, height: int) -> bytes:
    def add(pdf: Pdf) -> None:
        image = pdf.make_stream(
            zlib.compress(bytes((width + 7) // 8 * height), 9),
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=width,
            Height=height,
            ColorSpace=Name.DeviceGray,
            BitsPerComponent=1,
            Filter=Name.FlateDecode,
        )
        pdf.pages[0].Resources.XObject = Dictionary(Im0=image)
        pdf.pages[0].contents_add(b"q 500 0 0 700 0 0 cm /Im0 Do Q")

    return changed(add)


def with_content(commands: bytes) -> bytes:
    """A page drawn with these commands, packed as tightly as possible."""
    packed = zlib.compress(commands, 9)

    def add(pdf: Pdf) -> None:
        pdf.pages[0].Contents = Stream(pdf, packed, Filter=Name.FlateDecode)

    return changed(add)


def fonts() -> Dictionary:
    helvetica = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    return Dictionary(Font=Dictionary(Helv=helvetica))


def form(pdf: Pdf, value: str, drawn: bool, kind: str = "/Tx", **widget) -> None:
    """Give the file a form with one field."""
    entries = annotation("Widget", FT=Name(kind), T=String("name"), V=String(value), F=4, **widget)
    if drawn:
        entries.AP = Dictionary(
            N=drawing(pdf, b"/Tx BMC q BT /Helv 9 Tf (drawn) Tj ET Q EMC", Resources=fonts())
        )
    annotate(pdf, entries)
    pdf.Root.AcroForm = Dictionary(
        Fields=Array([pdf.pages[0].obj.Annots[-1]]),
        DA=String("/Helv 9 Tf 0 g"),
        DR=fonts(),
        NeedAppearances=not drawn,
    )


def with_form(value: str, drawn: bool) -> bytes:
    return changed(lambda pdf: form(pdf, value, drawn))


def with_xfa(hybrid: bool) -> bytes:
    def add(pdf: Pdf) -> None:
        form(pdf, "typed", drawn=True)
        pdf.Root.AcroForm.XFA = pdf.make_stream(b"<xdp:xdp/>")
        if not hybrid:
            pdf.Root.AcroForm.Fields = Array([])
            del pdf.pages[0].obj["/Annots"]

    return changed(add)


def signed() -> bytes:
    def add(pdf: Pdf) -> None:
        form(pdf, "", drawn=True, kind="/Sig")
        pdf.pages[0].obj.Annots[-1].V = Dictionary(Type=Name.Sig, Contents=String("00"))
        pdf.Root.AcroForm.SigFlags = 3

    return changed(add)


def zipped() -> bytes:
    """What is inside a .docx or .xlsx."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<w:document/>" * 300)
    return buffer.getvalue()


def dictionaries(data: bytes) -> list[dict]:
    """Every dictionary in a file, however deep, as it is after decoding; names and strings as text."""
    with Pdf.open(io.BytesIO(data)) as pdf:
        waiting, found = [*pdf.objects, pdf.trailer], []
        while waiting:
            value = waiting.pop()
            if isinstance(value, Array):
                waiting.extend(part for part in list(value) if _is_direct(part))
            elif isinstance(value, Dictionary | Stream):
                entries = dict(value.items())
                found.append({key: _told(part) for key, part in entries.items()})
                waiting.extend(part for part in entries.values() if _is_direct(part))
        return found


def _told(value) -> object:
    return str(value) if isinstance(value, Name | String) else None


def _is_direct(value) -> bool:
    return isinstance(value, Array | Dictionary) and not value.is_indirect

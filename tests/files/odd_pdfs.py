"""PDFs as odd as people, old programs and attackers make them, with what becomes of each."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from tests.files import pdfs

IN = ""  # comes in


@dataclass(frozen=True)
class Odd:
    """A file by name. `codes`: the refusals that are right; "" among them when it may come in."""

    name: str
    make: Callable[[], bytes]
    codes: tuple[str, ...]


def layered() -> bytes:
    """A file with one layer shown and one hidden."""

    def add(pdf: Pdf) -> None:
        shown, hidden = (
            pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String(name))) for name in ("shown", "hidden")
        )
        pdf.Root.OCProperties = Dictionary(
            OCGs=Array([shown, hidden]), D=Dictionary(OFF=Array([hidden]), Order=Array([shown, hidden]))
        )
        page = pdf.pages[0]
        page.Resources.Properties = Dictionary(A=shown, B=hidden)
        page.contents_add(b"/OC /A BDC (a) Tj EMC /OC /B BDC (b) Tj EMC")

    return pdfs.changed(add)


def turned_and_cropped() -> bytes:
    def turn(pdf: Pdf) -> None:
        for number, page in enumerate(pdf.pages):
            page.obj.Rotate = (90, 180, -90)[number]
            page.obj.CropBox = Array([50, 60, 400, 700])
            page.obj.UserUnit = 2
            page.obj.Group = Dictionary(Type=Name.Group, S=Name.Transparency, CS=Name.DeviceRGB)

    return pdfs.changed(turn, pdfs.plain(3))


def shared_and_split() -> bytes:
    """Two pages that inherit box and resources, with their content in pieces, one of them shared."""

    def split(pdf: Pdf) -> None:
        root, shared = pdf.Root.Pages, pdf.make_stream(b"q 1 0 0 rg 9 9 50 50 re f Q")
        root.MediaBox, root.Resources = pdf.pages[0].obj.MediaBox, pdf.pages[0].obj.Resources
        for page in pdf.pages:
            page.obj.Contents = Array([page.obj.Contents, shared])
            del page.obj["/MediaBox"]
            del page.obj["/Resources"]

    return pdfs.changed(split, pdfs.plain(2))


def on_page(**entries: object) -> Callable[[], bytes]:
    """A maker of a file whose page has these entries; None removes one."""

    def change(pdf: Pdf) -> None:
        page = pdf.pages[0].obj
        for name, value in entries.items():
            if value is None:
                del page["/" + name]
            else:
                page["/" + name] = value

    return lambda: pdfs.changed(change)


def by_hand(*objects: bytes, trailer: bytes = b"<</Root 1 0 R>>") -> bytes:
    """A file of these objects, numbered from 1, without a cross-reference table."""
    numbered = (b"%d 0 obj%b endobj\n" % (number, body) for number, body in enumerate(objects, 1))
    return b"%PDF-1.7\n" + b"".join(numbered) + b"trailer" + trailer + b"\n%%EOF"


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
LEAF = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>"


def circular_tree() -> bytes:
    return by_hand(CATALOG, b"<</Type/Pages/Count 9/Kids[2 0 R 3 0 R]>>", LEAF)


def circle_of_parents() -> bytes:
    pages = b"<</Type/Pages/Count 1/Kids[3 0 R]/Parent 3 0 R>>"
    return by_hand(CATALOG, pages, b"<</Type/Pages/Count 1/Kids[4 0 R]/Parent 2 0 R>>", LEAF)


def huge_count() -> bytes:
    return by_hand(CATALOG, b"<</Type/Pages/Count 999999999/Kids[3 0 R]>>", LEAF)


def deep_tree(depth: int = 20_000) -> bytes:
    nodes = (b"<</Type/Pages/Count 1/Kids[%d 0 R]/Parent %d 0 R>>" % (n + 1, n - 1) for n in range(3, depth))
    return by_hand(CATALOG, b"<</Type/Pages/Count 1/Kids[3 0 R]>>", *nodes, LEAF)


def circular_drawing() -> bytes:
    """A drawing that draws itself, and a font that is its own resources."""

    def add(pdf: Pdf) -> None:
        form = pdfs.drawing(pdf, b"/Me Do")
        form.Resources = Dictionary(XObject=Dictionary(Me=form), Font=Dictionary(F=form))
        pdf.pages[0].Resources.XObject = Dictionary(Me=form)
        pdf.pages[0].contents_add(b"/Me Do")

    return pdfs.changed(add)


def billion_drawings() -> bytes:
    """Each drawing draws the next ten times over."""

    def add(pdf: Pdf) -> None:
        inner = pdfs.drawing(pdf)
        for _ in range(30):
            outer = pdfs.drawing(pdf, b"/X Do " * 10)
            outer.Resources = Dictionary(XObject=Dictionary(X=inner))
            inner = outer
        pdf.pages[0].Resources.XObject = Dictionary(X=inner)
        pdf.pages[0].contents_add(b"/X Do")

    return pdfs.changed(add)


def nested_filters() -> bytes:
    """A megabyte packed again and again: small at every step, until it is not."""
    data = bytes(200_000_000)
    for _ in range(3):
        data = zlib.compress(data, 9)

    def add(pdf: Pdf) -> None:
        pdf.pages[0].Contents = Stream(pdf, data, Filter=Array([Name.FlateDecode] * 3))

    return pdfs.changed(add)


def object_stream_bomb() -> bytes:
    """A page that lies in an object stream which unpacks to hundreds of megabytes."""
    packed = zlib.compress(b"3 0 " + LEAF + b" " * 400_000_000, 9)
    objects = (
        CATALOG, b"<</Type/Pages/Count 1/Kids[3 0 R]>>", b"",
        b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (len(packed), packed),
    )  # fmt: skip
    data, entries = b"%PDF-1.7\n", [bytes(7)]
    for number, body in enumerate(objects, 1):
        is_packed = not body
        entries.append(struct.pack(">BIH", 2, 4, 0) if is_packed else struct.pack(">BIH", 1, len(data), 0))
        data += b"" if is_packed else b"%d 0 obj%b endobj\n" % (number, body)
    start, table = len(data), b"".join((*entries, struct.pack(">BIH", 1, len(data), 0)))
    head = b"5 0 obj<</Type/XRef/Size 6/W[1 4 2]/Root 1 0 R/Length %d>>stream\n" % len(table)
    return data + head + table + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF" % start


def many_objects() -> bytes:
    return by_hand(CATALOG, b"<</Type/Pages/Count 1/Kids[3 0 R]>>", LEAF, *[b"[]"] * 120_000)


def missing_fonts() -> bytes:
    def forget(pdf: Pdf) -> None:
        pdf.pages[0].Resources.Font = Dictionary(F1=Dictionary(), F2=Name.Nothing)

    return pdfs.changed(forget)


def no_resources() -> bytes:
    return on_page(Resources=None)()


def broken_table() -> bytes:
    data = pdfs.plain()
    start = data.rindex(b"xref\n0")
    return data[:start] + b"xref\n0 99\n" + b"9999999999 00000 n \n" * 99 + data[data.rindex(b"trailer") :]


def no_trailer() -> bytes:
    data = pdfs.plain()
    return data[: data.rindex(b"xref\n0")]


def html_and_pdf() -> bytes:
    return b"<html><script>alert(document.cookie)</script><!--\n" + pdfs.plain() + b"--></html>"


def zip_and_pdf() -> bytes:
    return pdfs.plain() + pdfs.zipped()


def picture_and_pdf() -> bytes:
    return b"GIF89a%PDF-1.4\n" + pdfs.plain()


def unknown_encryption() -> bytes:
    pages = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
    encrypt = b"<</Filter/Adobe.PubSec/V 4/SubFilter/adbe.pkcs7.s5>>"
    return by_hand(CATALOG, pages, LEAF, encrypt, trailer=b"<</Root 1 0 R/Encrypt 4 0 R/ID[<00><00>]>>")


def with_action(kind: str, **entries: object) -> Callable[[], bytes]:
    def add(pdf: Pdf) -> None:
        pdf.Root.OpenAction = pdfs.action(kind, **entries)

    return lambda: pdfs.changed(add)


def aes256(user: str) -> bytes:
    return pdfs.changed(lambda pdf: None, encryption=pikepdf.Encryption(user=user, owner="o", R=6))


def kids(*entries: bytes) -> bytes:
    return by_hand(CATALOG, b"<</Type/Pages/Count 2/Kids[3 0 R " + b" ".join(entries) + b"]>>", LEAF)


def png() -> bytes:
    return b"\x89PNG\r\n\x1a\n" + bytes(500)


def huge_array() -> bytes:
    return on_page(Odd=Array([0] * 400_000))()


def fonts_without_end() -> bytes:
    def add(pdf: Pdf) -> None:
        named = {f"/F{number}": Dictionary(Type=Name.Font) for number in range(20_000)}
        pdf.pages[0].Resources.Font = Dictionary(named)

    return pdfs.changed(add)


def long_name() -> bytes:
    return pdfs.plain().replace(b"/F1", b"/" + b"F" * 100_000)


def pages_of(count: int) -> bytes:
    def add(pdf: Pdf) -> None:
        for _ in range(count - 1):
            pdf.pages.append(pdf.pages[0])

    return pdfs.changed(add)


def box(*corners: object) -> Callable[[], bytes]:
    return on_page(MediaBox=Array(list(corners)))


DAMAGED, TYPE, LOCKED, PAGES, IMAGE = (
    "E_FILE_DAMAGED", "E_FILE_TYPE", "E_FILE_ENCRYPTED", "E_FILE_PAGES", "E_FILE_IMAGE",
)  # fmt: skip
ODD_PDFS = (
    Odd("user password", lambda: pdfs.encrypted(user="secret"), (LOCKED,)),
    Odd("user password, AES-256", lambda: aes256("secret"), (LOCKED,)),
    Odd("owner password", pdfs.encrypted, (IN,)),
    Odd("owner password, AES-256", lambda: aes256(""), (IN,)),
    Odd("certificate", unknown_encryption, (LOCKED,)),
    Odd("cut in the middle", lambda: pdfs.plain(9)[:3_000], (IN, DAMAGED)),
    Odd("cut after the header", lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", (DAMAGED,)),
    Odd("no trailer", no_trailer, (IN, DAMAGED)),
    Odd("broken cross-reference", broken_table, (IN,)),
    Odd("content bomb", lambda: pdfs.with_content(b" " * 400_000_000), (DAMAGED,)),
    Odd("bomb in a bomb", nested_filters, (IN, DAMAGED)),
    Odd("object stream bomb", object_stream_bomb, (DAMAGED,)),
    Odd("many objects", many_objects, (IN, DAMAGED)),
    Odd("nested arrays", lambda: kids(b"[" * 50_000 + b"]" * 50_000), (IN, DAMAGED)),
    Odd("circular page tree", circular_tree, (IN, DAMAGED)),
    Odd("circle of parents", circle_of_parents, (IN, DAMAGED)),
    Odd("deep page tree", deep_tree, (IN, DAMAGED)),
    Odd("count of a billion", huge_count, (IN, DAMAGED, PAGES)),
    Odd("the same page ten thousand times", lambda: kids(b"3 0 R " * 9_999), (PAGES, DAMAGED)),
    Odd("a page that is no page", lambda: kids(b"null 99 0 R 7 /Page"), (IN, DAMAGED)),
    Odd("301 pages", lambda: pages_of(301), (PAGES,)),
    Odd("drawing that draws itself", circular_drawing, (IN,)),
    Odd("drawings without end", billion_drawings, (IN,)),
    Odd("html and pdf", html_and_pdf, (IN,)),
    Odd("zip and pdf", zip_and_pdf, (IN,)),
    Odd("picture and pdf", picture_and_pdf, (IN,)),
    Odd("everything active", pdfs.everything_active, (IN,)),
    Odd("script at opening", with_action("JavaScript", JS=String("app.alert(1)")), (IN,)),
    Odd("program at opening", with_action("Launch", F=String("cmd.exe")), (IN,)),
    Odd("XFA only", lambda: pdfs.with_xfa(hybrid=False), (TYPE,)),
    Odd("XFA and form", lambda: pdfs.with_xfa(hybrid=True), (IN,)),
    Odd("signed", pdfs.signed, (IN,)),
    Odd("layers", layered, (IN,)),
    Odd("turned and cropped", turned_and_cropped, (IN,)),
    Odd("split content", shared_and_split, (IN,)),
    Odd("no box", on_page(MediaBox=None), (IN,)),
    Odd("empty box", box(0, 0, 0, 0), (IN,)),
    Odd("box upside down", box(600, 800, 0, 0), (IN,)),
    Odd("box of five", box(0, 0, 9, 9, 9), (IN,)),
    Odd("box of names", box(Name.a, 0, String("x"), 9), (IN,)),
    Odd("box of a kilometre", box(0, 0, 3_000_000, 3_000_000), (DAMAGED,)),
    Odd("box without measure", box(0, 0, pikepdf.Object.parse(b"1" + b"0" * 38 + b".0"), 10**18), (DAMAGED,)),
    Odd("box as thin as a line", box(0, 0, 3_000_000, 1), (DAMAGED,)),
    Odd("box far away", box(10**9, 10**9, 10**9 + 600, 10**9 + 800), (IN,)),
    Odd("crop box elsewhere", on_page(CropBox=Array([9000, 9000, 9100, 9100])), (IN,)),
    Odd("turned by 45", on_page(Rotate=45), (IN,)),
    Odd("turned by a word", on_page(Rotate=String("left")), (IN,)),
    Odd("turned far", on_page(Rotate=90 * 10**15), (IN,)),
    Odd("unit of zero", on_page(UserUnit=0), (IN,)),
    Odd("unit of a word", on_page(UserUnit=Name.Big), (IN,)),
    Odd("unit without measure", on_page(UserUnit=2**62), (DAMAGED,)),
    Odd("group of a word", on_page(Group=Name.Odd), (IN,)),
    Odd("no resources", no_resources, (IN,)),
    Odd("resources of a word", on_page(Resources=Name.Odd), (IN, DAMAGED)),
    Odd("content of a word", on_page(Contents=Name.Odd), (IN, DAMAGED)),
    Odd("missing fonts", missing_fonts, (IN,)),
    Odd("twenty thousand fonts", fonts_without_end, (IN, DAMAGED)),
    Odd("long name", long_name, (IN, DAMAGED)),
    Odd("huge array", huge_array, (IN, DAMAGED)),
    Odd("giant picture", lambda: pdfs.with_image(20_000, 20_000), (IMAGE,)),
    Odd("picture posing as pdf", png, (TYPE,)),
    Odd("zip posing as pdf", pdfs.zipped, (TYPE,)),
    Odd("text posing as pdf", lambda: "这不是 PDF".encode(), (TYPE,)),
    Odd("empty", lambda: b"", ("E_FILE_EMPTY",)),
    Odd("over the limit", lambda: pdfs.padded(3_145_729), ("E_FILE_SIZE",)),
)

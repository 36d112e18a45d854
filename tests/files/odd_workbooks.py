"""Workbooks as odd as people, other programs and attackers make them, with what becomes of each."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime

from openpyxl import Workbook, load_workbook

from tests.files.odd_pdfs import IN, Odd
from tests.sheets import saved, workbook

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
HEAD = [["孵化场地地址", "众创空间面积（平方米）"], ["科韵路 16 号", 10]]


def repacked(data: bytes | None = None, **changes: bytes | Callable[[bytes], bytes]) -> bytes:
    """A good workbook with parts replaced, changed or added; names with __ for / and _dot_ for a point."""
    with zipfile.ZipFile(io.BytesIO(data or workbook(HEAD))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for written, change in changes.items():
        name = written.replace("__", "/").replace("_dot_", ".")
        parts[name] = change(parts[name]) if callable(change) else change
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_sheet(rows: str, before: str = "", after: str = "") -> Callable[[], bytes]:
    """A workbook whose sheet consists of this markup."""
    xml = f'<?xml version="1.0"?>{before}<worksheet {MAIN}><sheetData>{rows}</sheetData>{after}</worksheet>'
    return lambda: repacked(xl__worksheets__sheet1_dot_xml=xml.encode())


def cell(content: str, attributes: str = 'r="A1"') -> Callable[[], bytes]:
    return with_sheet(f'<row r="1"><c {attributes}>{content}</c></row>')


def text(words: str) -> str:
    return f"<is><t>{words}</t></is>"


def secret_entity() -> bytes:
    doctype = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    return with_sheet(f'<row r="1"><c r="A1" t="inlineStr">{text("&e;")}</c></row>', doctype)()


def entity_bomb() -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    doctype = f'<!DOCTYPE x [<!ENTITY e0 "haha">{entities}]>'
    return with_sheet(f'<row r="1"><c r="A1" t="inlineStr">{text("&e11;")}</c></row>', doctype)()


def foreign_document_type() -> bytes:
    return with_sheet("", '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">')()


def shared_string_bomb() -> bytes:
    """One long text, shown in every cell: small when packed, without end when read."""
    long_text = (
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>%b</t></si></sst>'
    )
    cells = "".join(f'<row r="{row}">' + '<c t="s"><v>0</v></c>' * 100 + "</row>" for row in range(1, 1_000))
    sheet = f"<worksheet {MAIN}><sheetData>{cells}</sheetData></worksheet>".encode()
    return repacked(
        xl__worksheets__sheet1_dot_xml=sheet, xl__sharedStrings_dot_xml=long_text % (b"x" * 90_000)
    )


def many_shared_strings() -> bytes:
    strings = b"<si><t>x</t></si>" * 1_000_000
    head = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return repacked(xl__sharedStrings_dot_xml=head + strings + b"</sst>")


def many_sheets(count: int) -> Callable[[], bytes]:
    def make() -> bytes:
        book = load_workbook(io.BytesIO(workbook(HEAD)))
        for number in range(count):
            book.create_sheet(f"表{number}")
        return saved(book)

    return make


def far_corner() -> bytes:
    book = Workbook()
    book.active["A1"], book.active["XFD1048576"] = "a", "b"
    return saved(book)


def wide() -> bytes:
    return workbook([*HEAD, ["x"] * 16_384])


def many_cells() -> bytes:
    return workbook([["x"] * 200] * 4_000)


def linked() -> bytes:
    """Formulas that call programs, other files and the web."""
    formulas = (
        "=cmd|'/c calc'!A1", "=DDE(\"cmd\";\"/c calc\";\"x\")", "='[file:///etc/passwd]x'!A1",
        '=WEBSERVICE("http://127.0.0.1:1/")', '=HYPERLINK("javascript:alert(1)","x")', "=EXEC(\"calc\")",
    )  # fmt: skip
    return repacked(
        workbook([*HEAD, [*formulas]]),
        xl__externalLinks__externalLink1_dot_xml=b"<externalLink><ddeLink ddeService='cmd'/></externalLink>",
        xl__connections_dot_xml=b"<connections/>",
    )


def merged_and_hidden() -> bytes:
    book = load_workbook(io.BytesIO(workbook([*HEAD, ["科韵路 18 号", 20]])))
    book.active.merge_cells("A2:A3")
    book.active.row_dimensions[3].hidden = True
    book.active.column_dimensions["B"].hidden = True
    return saved(book)


def only_hidden() -> bytes:
    book = load_workbook(io.BytesIO(workbook([["说明"]])))
    secret = book.create_sheet("藏")
    secret.append(["x"])
    secret.sheet_state = "veryHidden"
    return saved(book)


def chart_sheet_only() -> bytes:
    book = Workbook()
    book.create_chartsheet("图", 0)
    book.remove(book.worksheets[0])
    return saved(book)


def dated(serial: str, system: str = "") -> bytes:
    """A day number in a cell formatted as a date."""
    data = workbook([["日"], [datetime(2021, 1, 1)]])
    return repacked(
        data,
        xl__worksheets__sheet1_dot_xml=lambda xml: xml.replace(b"44197", serial.encode()),
        xl__workbook_dot_xml=lambda xml: xml.replace(b"<workbookPr", b"<workbookPr " + system.encode()),
    )


def nested_markup() -> bytes:
    return with_sheet("<row>" * 100_000 + "</row>" * 100_000)()


def escaping_names() -> bytes:
    return repacked(**{"..__..__..__etc__x": b"x", "__tmp__x": b"x"})


def looping_relations() -> bytes:
    relations = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships'
        b'/worksheet" Target="workbook.xml"/></Relationships>'
    )
    return repacked(xl___rels__workbook_dot_xml_dot_rels=relations)


def locked_part() -> bytes:
    data = bytearray(workbook(HEAD))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    return bytes(data)


def quine() -> bytes:
    """An archive within an archive within an archive."""
    data = workbook(HEAD)
    for _ in range(4):
        data = repacked(xl__media__x_dot_zip=data)
    return data


def utf16() -> bytes:
    def rewritten(xml: bytes) -> bytes:
        return (
            xml.decode()
            .replace("<worksheet", '<?xml version="1.0" encoding="UTF-16"?><worksheet', 1)
            .encode("utf-16")
        )

    return repacked(xl__worksheets__sheet1_dot_xml=rewritten)


DAMAGED, TYPE, LOCKED = "E_FILE_DAMAGED", "E_FILE_TYPE", "E_FILE_ENCRYPTED"
EITHER = (IN, DAMAGED)
ODD_WORKBOOKS = (
    Odd("empty", lambda: b"", ("E_FILE_EMPTY",)),
    Odd("over the limit", lambda: b"PK\x03\x04" + bytes(3_145_728), ("E_FILE_SIZE",)),
    Odd("pdf", lambda: b"%PDF-1.7 ...", (TYPE,)),
    Odd("old workbook", lambda: OLE, (TYPE,)),
    Odd("password", lambda: OLE + "EncryptedPackage".encode("utf-16-le"), (LOCKED,)),
    Odd("locked part", locked_part, (LOCKED,)),
    Odd("macros", lambda: repacked(xl__vbaProject_dot_bin=b"x"), (TYPE,)),
    Odd("text document", lambda: repacked(_document()), (TYPE,)),
    Odd("cut", lambda: workbook(HEAD)[:-900], (DAMAGED,)),
    Odd("cut at the front", lambda: workbook(HEAD)[900:], (TYPE,)),
    Odd("bomb", lambda: repacked(xl__media__x_dot_png=bytes(60_000_000)), (DAMAGED,)),
    Odd("archives in archives", quine, (IN,)),
    Odd("names that escape", escaping_names, (IN,)),
    Odd("relations in a circle", looping_relations, EITHER),
    Odd("file of the server", secret_entity, EITHER),
    Odd("entity bomb", entity_bomb, EITHER),
    Odd("document type from elsewhere", foreign_document_type, EITHER),
    Odd("one text in 100,000 cells", shared_string_bomb, (DAMAGED,)),
    Odd("a million texts", many_shared_strings, EITHER),
    Odd("150 sheets", many_sheets(150), (IN,)),
    Odd("300 sheets", many_sheets(300), (DAMAGED,)),
    Odd("far corner", far_corner, (DAMAGED,)),
    Odd("16,384 columns", wide, EITHER),
    Odd("800,000 cells", many_cells, EITHER),
    Odd("5,001 lines", lambda: workbook([["x"]] * 5_001), (DAMAGED,)),
    Odd("links and commands", linked, (IN,)),
    Odd("merged and hidden", merged_and_hidden, (IN,)),
    Odd("more sheets, hidden", only_hidden, (IN,)),
    Odd("a chart and no sheet", chart_sheet_only, (IN,)),
    Odd("absurd number", cell("<v>1e99999</v>"), EITHER),
    Odd("no number", cell("<v>NaN</v>"), EITHER),
    Odd("long number", cell("<v>" + "9" * 5_000 + "</v>"), EITHER),
    Odd("largest number", cell("<v>1.7976931348623157e308</v>"), (IN,)),
    Odd("day before all days", lambda: dated("-99999999"), EITHER),
    Odd("day after all days", lambda: dated("99999999999"), EITHER),
    Odd("day without measure", lambda: dated("1e300"), EITHER),
    Odd("days since 1904", lambda: dated("42735", 'date1904="1"'), (IN,)),
    Odd("index without end", cell("<v>4294967296</v>", 'r="A1" t="s"'), EITHER),
    Odd("error values", cell("<v>#REF!</v>", 'r="A1" t="e"'), EITHER),
    Odd("cell of no place", cell("<v>1</v>", 'r="%%%"'), EITHER),
    Odd("cell of every place", cell("<v>1</v>", 'r="ZZZZZZ99999999999"'), EITHER),
    Odd("row of no number", with_sheet('<row r="-1"><c><v>1</v></c></row>'), EITHER),
    Odd("long text", cell(text("文" * 40_000), 'r="A1" t="inlineStr"'), EITHER),
    Odd("control characters", cell(text("a&#1;b&#xFFFF;\u202e\u200b"), 'r="A1" t="inlineStr"'), EITHER),
    Odd("hidden null", cell(text("a_x0000_b"), 'r="A1" t="inlineStr"'), EITHER),
    Odd("half a character", cell(text("a_xD800_b"), 'r="A1" t="inlineStr"'), EITHER),
    Odd("deep markup", nested_markup, EITHER),
    Odd("another encoding", utf16, EITHER),
    Odd("no markup", lambda: repacked(xl__worksheets__sheet1_dot_xml=b"\0" * 99), EITHER),
)  # fmt: skip


def _document() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w/>")
    return out.getvalue()

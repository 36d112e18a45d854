"""Damaged copies of good files. A mutant is a function of the files and one number, so it can be made again."""

import io
import random
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Sequence
from functools import cache

from pikepdf import Array, Dictionary, Name, Object, Pdf, PdfError, Stream, String

from filings.kinds.makerspace_tables import ENTERPRISES, VENUES
from filings.sheets.workbook import SheetRow, write_workbook
from tests.build import valid_uscc
from tests.files import odd_pdfs, pdfs
from tests.sheets import many_kinds

Damage = Callable[[random.Random, bytes], bytes]
SHORTEST = 16

_TOKEN = re.compile(
    rb"/[A-Za-z]{1,20}|(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])|\b(?:obj|endobj|stream|endstream|R)\b"
)
_DATE = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_ODD_TOKENS = (
    b"0", b"-1", b"1", b"45", b"2147483648", b"-2147483649", b"9223372036854775808", b"1e999", b"0.00000001",
    b"99999999999999999999999999", b"null", b"true", b"()", b"<>", b"[]", b"<<>>", b"/", b"/#00", b"1 0 R",
    b"9999 0 R", b"(\xfe\xff\xd8\x00)", b"endobj", b"endstream", b"[[[[", b"<<<<", b">>", b"]",
)  # fmt: skip
_ODD_MARKUP = (
    b"", b"-1", b"1e999", b"NaN", b"99999999999999999999", b"<", b">", b"&", b"&x;", b"\x00", b"\xff\xfe",
    b'r="XFD1048576"', b't="s"', b't="e"', b't="d"', b"<v>4294967295</v>", b"</row>", b"<!--", b"]]>",
)  # fmt: skip


def pdf_mutant(number: int) -> bytes:
    """Make the PDF mutant of this number."""
    chance = random.Random(f"pdf {number}")
    base = chance.choice(good_pdfs())
    if chance.random() < 0.4:
        return _damaged_objects(chance, base)
    return _damaged(chance, base, (*_BYTES, _swap_tokens, _odd_token, _odd_token))


def workbook_mutant(number: int) -> bytes:
    """Make the workbook mutant of this number: the archive is damaged, or a part of it and packed again."""
    chance = random.Random(f"workbook {number}")
    base = chance.choice(good_workbooks())
    if chance.random() < 0.25:
        return _damaged(chance, base, _BYTES)
    with zipfile.ZipFile(io.BytesIO(base)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for _ in range(chance.randint(1, 2)):
        name = chance.choice([name for name in parts if chance.random() < 0.3 or "sheet" in name.lower()])
        parts[name] = _damaged(chance, parts[name], (*_BYTES, _swap_tokens, _odd_markup, _odd_markup))
    return _packed(parts, chance)


@cache
def good_pdfs() -> tuple[bytes, ...]:
    """Files of every structure that comes in, each as programs write it and with everything unpacked."""
    plain = (
        pdfs.plain(3), pdfs.with_image(200, 300), pdfs.with_form("Qihang", drawn=True), pdfs.signed(),
        pdfs.with_form("Qihang", drawn=False), pdfs.with_xfa(hybrid=True), pdfs.everything_active(),
        odd_pdfs.layered(), odd_pdfs.turned_and_cropped(), odd_pdfs.shared_and_split(),
    )  # fmt: skip
    unpacked = tuple(pdfs.changed(lambda pdf: None, data, qdf=True) for data in plain)
    return (*plain, *unpacked, pdfs.encrypted())


@cache
def good_workbooks() -> tuple[bytes, ...]:
    """Files as other programs write them, and filled templates of ours; the same bytes every time."""
    return tuple(_undated(data) for data in (*many_kinds(), _venues(), _enterprises()))


def _venues() -> bytes:
    cells = {"address": "科韵路 16 号", "area_total": 600, "area_resident": 400, "area_public": 50,
             "area_own_use": 100, "area_other": 50, "workstations": 40, "ownership": "租赁"}  # fmt: skip
    rows = [SheetRow("", cells | {"address": f"科韵路 {number} 号"}) for number in range(5)]
    return write_workbook(VENUES, [*rows, SheetRow("00000000-0000-4000-8000-000000000000", cells)])


def _enterprises() -> bytes:
    cells = {"converted_from_team": "否", "registered_on": "2018-06-21", "moved_in_on": "2019-09-01",
             "has_moved_out": "否", "employee_count": 9, "has_financing": "否"}  # fmt: skip
    names = [{"enterprise_name": f"广州测试{n}科技有限公司", "uscc": valid_uscc(n)} for n in range(5)]
    return write_workbook(ENTERPRISES, [SheetRow("", cells | name) for name in names])


def _undated(data: bytes) -> bytes:
    """Take out when it was written."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return _archive({name: _DATE.sub(b"2021-11-10T02:00:00Z", part) for name, part in parts.items()})


def _damaged(chance: random.Random, data: bytes, ways: Sequence[Damage]) -> bytes:
    """Do damage once to a few times: mutants that hardly differ from the good file get furthest."""
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        data = chance.choice(ways)(chance, data) if len(data) > SHORTEST else data
    return data


def _flip_bits(chance: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 20)):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut_off(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randrange(SHORTEST, len(data))]


def _drop_piece(chance: random.Random, data: bytes) -> bytes:
    start, end = _piece(chance, data)
    return data[:start] + data[end:]


def _double_piece(chance: random.Random, data: bytes) -> bytes:
    start, end = _piece(chance, data)
    place = chance.randrange(len(data))
    return data[:place] + data[start:end] * chance.randint(1, 3) + data[place:]


def _overwrite_piece(chance: random.Random, data: bytes) -> bytes:
    start, end = _piece(chance, data)
    return data[:start] + chance.choice((bytes(end - start), chance.randbytes(end - start))) + data[end:]


_BYTES: tuple[Damage, ...] = (_flip_bits, _flip_bits, _cut_off, _drop_piece, _double_piece, _overwrite_piece)


def _piece(chance: random.Random, data: bytes) -> tuple[int, int]:
    start = chance.randrange(len(data))
    return start, min(len(data), start + chance.choice((1, 4, 30, 200, 2_000)))


def _swap_tokens(chance: random.Random, data: bytes) -> bytes:
    tokens = list(_TOKEN.finditer(data))
    if len(tokens) < 2:
        return data
    one, other = sorted(chance.sample(tokens, 2), key=lambda token: token.start())
    return b"".join(
        (data[: one.start()], other[0], data[one.end() : other.start()], one[0], data[other.end() :])
    )


def _odd_token(chance: random.Random, data: bytes) -> bytes:
    return _replaced(chance, data, list(_TOKEN.finditer(data)), _ODD_TOKENS)


def _odd_markup(chance: random.Random, data: bytes) -> bytes:
    return _replaced(chance, data, list(re.finditer(rb'"[^"<>]*"|>[^<>]+<|<[^<>]+>', data)), _ODD_MARKUP)


def _replaced(
    chance: random.Random, data: bytes, places: Sequence[re.Match[bytes]], odd: Sequence[bytes]
) -> bytes:
    if not places:
        return data
    place = chance.choice(places)
    return data[: place.start()] + chance.choice(odd) + data[place.end() :]


def _damaged_objects(chance: random.Random, data: bytes) -> bytes:
    """Change what the objects say and write the file anew, so that readers get as far as the change."""
    with Pdf.open(io.BytesIO(data)) as pdf:
        out = io.BytesIO()
        try:
            for _ in range(chance.randint(1, 4)):
                holders = [
                    holder for holder in pdf.objects if isinstance(holder, Array | Dictionary | Stream)
                ]
                _change_one(chance, pdf, _within(chance, chance.choice(holders)))
            with warnings.catch_warnings(action="ignore"):  # what the product says of it is the test
                pdf.save(out, qdf=chance.random() < 0.3, compress_streams=chance.random() < 0.5)
        except (PdfError, RuntimeError, TypeError, ValueError):
            # Too odd to be written: damage the bytes instead.
            return _damaged(chance, data, _BYTES)
    return out.getvalue()


def _within(chance: random.Random, holder: Object) -> Object:
    """The holder, or a container directly within it."""
    parts = list(holder) if isinstance(holder, Array) else [part for _, part in holder.items()]
    inner = [part for part in parts if isinstance(part, Array | Dictionary) and not part.is_indirect]
    return chance.choice(inner) if inner and chance.random() < 0.6 else holder


def _change_one(chance: random.Random, pdf: Pdf, holder: Object) -> None:
    value = _odd_value(chance, pdf)
    if isinstance(holder, Array):
        if len(holder) and chance.random() < 0.8:
            holder[chance.randrange(len(holder))] = value
        else:
            holder.append(value)
        return
    keys = sorted(holder.keys())
    if isinstance(holder, Stream) and chance.random() < 0.3:
        raw = holder.read_raw_bytes()
        holder.write(_flip_bits(chance, raw) if raw else b"q", filter=holder.get("/Filter"))
    elif keys and chance.random() < 0.2:
        _forget(holder, chance.choice(keys))
    else:
        _set(holder, chance.choice([*keys, *_KEYS]), value)


_KEYS = (
    "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Contents", "/Resources", "/Parent", "/Kids", "/Count",
    "/Group", "/Annots", "/Filter", "/DecodeParms", "/Font", "/XObject", "/OCGs", "/D", "/OFF", "/Type",
)  # fmt: skip


def _odd_value(chance: random.Random, pdf: Pdf) -> Object | int | bool | str | None:
    anywhere = [entry for entry in pdf.objects if isinstance(entry, Array | Dictionary | Stream)]
    return chance.choice(
        (
            0, -1, 45, 90, 2**31, -(2**63), True, chance.choice(anywhere), chance.choice(anywhere),
            Object.parse(b"9" * 400 + b".5"), Object.parse(b"0.0000001"), Object.parse(b"99999999999999.5"),
            Name("/Odd"), Name("/Page"), Name("/FlateDecode"), String("odd"), Array([]), Dictionary(),
            Array([0, 0, 0, 0]), Array([0, 0, -100, 1e9]), Array([Name.a, 0, String("x"), 9]),
            Array([Array([Array([])])]), pdf.make_stream(zlib.compress(b"q")), pdf.make_stream(b"BT (x) Tj Q Q Q"),
        )
    )  # fmt: skip


def _forget(holder: Object, key: str) -> None:
    if key != "/Length":
        del holder[key]


def _set(holder: Object, key: str, value: object) -> None:
    if key != "/Length":
        holder[key] = value


def _packed(parts: dict[str, bytes], chance: random.Random) -> bytes:
    names = list(parts)
    if chance.random() < 0.2 and len(names) > 1:
        names.remove(chance.choice(names))
    return _archive({name: parts[name] for name in names})


def _archive(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2021, 11, 10, 10, 0, 0)), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()

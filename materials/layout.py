"""Arrange a snapshot for paper: sections, parts and tables as the print templates read them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from materials.tables import CHUNK, evidence_lines, ledger_tables

Document = dict[str, Any]
DIGITS = "一二三四五六七八九十"
WIDE_COLUMNS = 12
FACTS_PER_ROW = 2
TOTALS_PER_ROW = 3
# In ems: a longer value gets a line of its own.
SHORT_VALUE = 13


@dataclass(frozen=True)
class Pair:
    """A label and its value; `span` counts the pairs it is as wide as."""

    label: str
    text: str
    number: bool = False
    span: int = 1


@dataclass(frozen=True)
class Part:
    """`kind` says how the template prints `content`: pairs, totals, prose, table or conditions.

    `turn` names the page format on which the part begins a new page, empty where it goes on.
    """

    kind: str
    title: str
    content: Any
    wide: bool = False
    remark: str = ""
    turn: str = ""


@dataclass(frozen=True)
class Section:
    title: str
    parts: list[Part]


@dataclass(frozen=True)
class Block:
    """A part as it is printed; `heading` is that of the section it begins, else empty."""

    heading: str
    part: Part


@dataclass(frozen=True)
class Entry:
    """One line of the contents and of the bookmarks; `level` 1 is a section, 2 a part of it."""

    level: int
    title: str


def sections(document: Document) -> list[Section]:
    """The tabs that hold anything, then the self-check; each numbered 一、二、三 … in order."""
    pages_of = {attachment["no"]: attachment["pages"] for attachment in document["attachments"]}
    drafts: list[tuple[str, list[Part]]] = [
        (tab["label"], list(_parts(document, tab, pages_of))) for tab in document["tabs"]
    ]
    if document["conditions"]:
        drafts.append((document["conditions_label"], [Part("conditions", "", document["conditions"])]))
    drafts = [(label, parts) for label, parts in drafts if parts]
    return _turned([_section(place, *draft) for place, draft in enumerate(drafts, start=1)])


def entries(all_sections: list[Section]) -> list[Entry]:
    lines: list[Entry] = []
    for section in all_sections:
        lines.append(Entry(1, section.title))
        lines += [Entry(2, part.title) for part in section.parts if part.title]
    return lines


def pieces(all_sections: list[Section]) -> list[list[Block]]:
    """The blocks in runs that are typeset one by one, so that time and memory grow with the rows only.

    A run begins where a page begins, once the one before holds rows enough.
    """
    runs: list[list[Block]] = []
    rows = CHUNK
    for section in all_sections:
        for place, part in enumerate(section.parts):
            if part.turn and rows >= CHUNK:
                runs.append([])
                rows = 0
            runs[-1].append(Block("" if place else section.title, part))
            rows += len(part.content.rows) if part.kind == "table" else 0
    return runs


def chinese_number(number: int) -> str:
    """1–99 as 一, 十二, 三十 …"""
    tens, ones = divmod(number, 10)
    leading = "" if tens == 0 else "十" if tens == 1 else f"{DIGITS[tens - 1]}十"
    return leading + (DIGITS[ones - 1] if ones else "")


def _section(position: int, label: str, parts: list[Part]) -> Section:
    if len(parts) == 1 and parts[0].kind != "table":
        parts = [replace(parts[0], title="")]
    return Section(f"{chinese_number(position)}、{label}", list(_numbered(parts)))


def _numbered(parts: list[Part]) -> Iterator[Part]:
    place = 0
    for part in parts:
        place += bool(part.title)
        yield replace(part, title=f"（{chinese_number(place)}）{part.title}") if part.title else part


def _turned(all_sections: list[Section]) -> list[Section]:
    """Begin a page for another format, for a section that holds a table, and for the rest of a long table."""
    turned = []
    before = "cover"
    for section in all_sections:
        own_page = any(part.kind in ("table", "conditions") for part in section.parts)
        parts = []
        for part in section.parts:
            page = "wide" if part.wide else "upright"
            continued = part.kind == "table" and not part.title
            breaks = page != before or continued or (own_page and part is section.parts[0])
            parts.append(replace(part, turn=page if breaks else ""))
            before = page
        turned.append(Section(section.title, parts))
    return turned


def _own_conditions(document: Document, tab: Document) -> list[Document]:
    return [condition for condition in document["conditions"] if condition["tab"] == tab["name"]]


def _parts(document: Document, tab: Document, pages_of: dict[int, int]) -> Iterator[Part]:
    short = [field for field in tab["fields"] if field["kind"] != "long"]
    if short:
        yield Part("pairs", "基本情况", _facts(short))
    if tab["totals"]:
        yield Part("totals", "汇总", _totals(tab["totals"]), remark="汇总由下表数据自动生成。")
    for table in tab["tables"]:
        yield from _table_parts(tab, table, pages_of)
    for field in tab["fields"]:
        if field["kind"] == "long":
            yield Part("prose", field["label"], paragraphs(field["text"]))
    if tab["files"]:
        yield Part("pairs", "证明材料", _files(tab["files"], pages_of))
    if conditions := _own_conditions(document, tab):
        yield Part("conditions", f"{document['conditions_label']}（{tab['label']}部分）", conditions)


def _table_parts(tab: Document, table: Document, pages_of: dict[int, int]) -> Iterator[Part]:
    """One part for each chunk of the rows; all but the first without a title."""
    wide = len(table["columns"]) >= WIDE_COLUMNS
    first, *more = ledger_tables(table, pages_of, wide)
    yield Part("table", _table_title(tab, table), first, wide, "" if more else table["caption"])
    for chunk in more:
        yield Part("table", "", chunk, wide, table["caption"] if chunk is more[-1] else "")


def _table_title(tab: Document, table: Document) -> str:
    return f"{table['label']}明细" if table["label"] == tab["label"] else str(table["label"])


def paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()] or ["—"]


def _facts(fields: list[Document]) -> list[list[Pair]]:
    return _in_rows([_pair(field) for field in fields], FACTS_PER_ROW)


def _files(files: list[Document], pages_of: dict[int, int]) -> list[list[Pair]]:
    pairs = [
        Pair(file["label"], "".join(evidence_lines(file["attachment"], pages_of)), span=2) for file in files
    ]
    return _in_rows(pairs, FACTS_PER_ROW)


def _totals(totals: list[Document]) -> dict[str, Any]:
    """`rows` of pairs, then `formulas`: (label, result, the rest from the equals sign on)."""
    plain = [_pair(total, number=True) for total in totals if not total["formula"]]
    formulas = [_formula(total) for total in totals if total["formula"]]
    return {"rows": _in_rows(plain, TOTALS_PER_ROW), "formulas": formulas}


def _formula(total: Document) -> tuple[str, str, str]:
    result, equals, working = total["formula"].partition(" = ")
    return total["label"], result, equals + working


def _pair(field: Document, number: bool = False) -> Pair:
    filled = field["text"] not in ("", "—")
    text = f"{field['text']} {field['unit']}".rstrip() if filled else "—"
    span = 1 if number or _ems(text) <= SHORT_VALUE else FACTS_PER_ROW
    return Pair(field["label"], text, number or field.get("kind") == "number", span)


def _ems(text: str) -> float:
    return sum(0.55 if char.isascii() else 1 for char in text)


def _in_rows(pairs: list[Pair], per_row: int) -> list[list[Pair]]:
    """Fill rows in order; the last pair of a row that is not full stretches to its end."""
    rows: list[list[Pair]] = []
    free = 0
    for pair in pairs:
        if pair.span > free:
            rows.append([])
            free = per_row
        rows[-1].append(pair)
        free -= pair.span
    return [_stretched(row, per_row) for row in rows]


def _stretched(row: list[Pair], per_row: int) -> list[Pair]:
    *before, last = row
    span = per_row - sum(pair.span for pair in before)
    return [*before, Pair(last.label, last.text, last.number, span)]

"""Tables as sheets: the columns of a sheet, and how its cells become what the row's form is asked."""

import re
import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from filings.kind import Slot, Table
from forms.base import FilingForm
from forms.fields import FilingField, normalised

MAX_LINES = 1_000
ROW_MARK = "行标识（请勿改动）"
_HEAD_WITHIN = 5  # a title may stand above the head
_SKIPPED_HEADS = frozenset({"序号", "操作", ""})
_SUM_LINES = frozenset({"合计", "总计", "小计"})
_YES_NO = {
    "有": "yes",
    "√": "yes",
    "y": "yes",
    "true": "yes",
    "无": "no",
    "×": "no",
    "n": "no",
    "false": "no",
}


class NotASheet(Exception):
    """What came has no lines for the table; the message says what to do."""


@dataclass(frozen=True)
class Line:
    """One line of a sheet: its number there, the row it says it is, and the texts by field."""

    no: int
    row_mark: str
    texts: Mapping[str, str]

    def stored(self) -> dict[str, Any]:
        return {"no": self.no, "row": self.row_mark, "texts": dict(self.texts)}

    @property
    def row_id(self) -> uuid.UUID | None:
        """The row this line updates; None for a new one or a mark that is no id."""
        try:
            return uuid.UUID(self.row_mark)
        except ValueError:
            return None


@dataclass(frozen=True)
class Block:
    """The lines of a sheet, and the heads of columns that the table does not have."""

    lines: Sequence[Line]
    unknown: Sequence[str]


def columns(table: Table) -> tuple[FilingField, ...]:
    """The answers of a row in the order of the official form; files do not travel in a sheet."""
    return tuple(part for part in table.order if not isinstance(part, Slot))


def heading(field: FilingField) -> str:
    """The full label with its unit, as the head of a column."""
    return f"{field.label.text}（{field.unit}）" if field.unit else field.label.text


def read_block(table: Table, rows: Sequence[Sequence[str]]) -> Block:
    """Find the columns by their heads, in any order; without a head they stand as in the table.

    Raises NotASheet when there is no line to take, or more than MAX_LINES.
    """
    cells = [[normalised(cell) for cell in row] for row in rows]
    head = _find_head(table, cells)
    places, unknown = _places(table, cells[head]) if head is not None else (_table_order(table), [])
    lines = [
        line
        for no, row in enumerate(cells, 1)
        if (head is None or no > head + 1) and (line := _line(no, row, places))
    ]
    if not lines:
        raise NotASheet("没有读到数据行。请连同表头一起复制，或下载模板填写后再导入。")
    if len(lines) > MAX_LINES:
        raise NotASheet(f"共有 {len(lines)} 行，一次最多导入 {MAX_LINES} 行，请分几次导入。")
    if head is None:
        unknown = _beyond(cells, len(places))
    return Block(_unmarked_twice(lines), unknown)


def _find_head(table: Table, cells: Sequence[Sequence[str]]) -> int | None:
    """Return the place of the line that names columns: at least two of them, or the only one there is."""
    names = _names(table)
    for place, row in enumerate(cells[:_HEAD_WITHIN]):
        filled = [cell for cell in row if cell]
        known = sum(_key(cell) in names for cell in filled)
        if known >= 2 or (known and len(filled) == 1):
            return place
    return None


def _names(table: Table) -> dict[str, str]:
    """Map every way to write a column's head to its field; full labels win over short ones."""
    names: dict[str, str] = {_key(ROW_MARK): ROW_MARK}
    for way in (heading, lambda field: field.label.text, lambda field: field.short):
        for field in columns(table):
            names.setdefault(_key(way(field)), field.name)
    return names


def _key(head: str) -> str:
    """Reduce a head to what tells columns apart: no blanks, stars or remarks in brackets."""
    text = re.sub(r"[\s*:]", "", unicodedata.normalize("NFKC", head))
    return re.sub(r"\([^()]*\)$", "", text) or text


def _places(table: Table, head: Sequence[str]) -> tuple[dict[int, str], list[str]]:
    """Map places in a line to fields, and name the heads that mean none or come a second time."""
    names = _names(table)
    places: dict[int, str] = {}
    unknown = []
    for place, cell in enumerate(head):
        name = names.get(_key(cell))
        if name and name not in places.values():
            places[place] = name
        elif cell not in _SKIPPED_HEADS:
            unknown.append(cell)
    return places, unknown


def _table_order(table: Table) -> dict[int, str]:
    return {place: field.name for place, field in enumerate(columns(table))}


def _beyond(cells: Sequence[Sequence[str]], width: int) -> list[str]:
    """Name the filled columns after the last one the table has."""
    widest = max(len(row) for row in cells)
    return [f"第 {place + 1} 列" for place in range(width, widest) if any(row[place:] for row in cells)]


def _line(no: int, row: Sequence[str], places: Mapping[int, str]) -> Line | None:
    """Read a line; None for an empty one, a sum, and one of which only the mark is left."""
    texts = {name: row[place] if place < len(row) else "" for place, name in places.items()}
    mark = texts.pop(ROW_MARK, "")
    filled = [text for text in texts.values() if text]
    first = next((text for text in row if text), "")
    return Line(no, mark, texts) if filled and first not in _SUM_LINES else None


def _unmarked_twice(lines: Sequence[Line]) -> list[Line]:
    """Take a line that was copied within the sheet, with the hidden mark, for a new row."""
    seen: set[str] = set()
    kept = []
    for line in lines:
        kept.append(Line(line.no, "", line.texts) if line.row_mark in seen else line)
        seen.add(line.row_mark)
    return kept


def row_form(table: Table, texts: Mapping[str, str], row: Any = None, prefix: str = "") -> FilingForm:
    """Ask the row's form what a line says; columns that are not there keep what `row` says already."""
    answers: MultiDict[str, str] = MultiDict()
    for field in columns(table):
        if field.name in texts:
            answers.setlist(prefix + field.name, as_input(field, texts[field.name]))
        elif row is not None:
            answers.setlist(prefix + field.name, plain_input(field, getattr(row, field.name)))
    return table.form(answers, prefix=prefix)


def as_input(field: FilingField, text: str) -> list[str]:
    """Translate the words of a cell into what the page would post."""
    if field.kind == "choices":
        return [_chosen(field, word) for word in re.split(r"[、，,;；\n]+", text) if word.strip()]
    if field.kind in ("choice", "yesno"):
        return [_chosen(field, text)]
    return [text]


def _chosen(field: Any, text: str) -> str:
    """Return the identifier of a choice; a word that is none of them stays and will be refused."""
    word = unicodedata.normalize("NFKC", text).strip()
    known = {label: value for value, label in field.choices} | {value: value for value, _ in field.choices}
    if field.kind == "yesno":
        known |= _YES_NO
    return known.get(text.strip()) or known.get(word) or known.get(word.lower()) or text


def plain_input(field: FilingField, value: Any) -> list[str]:
    """Write a stored answer the way the page would post it."""
    return posted(field, field.plain(value))


def posted(field: FilingField, plain: Any) -> list[str]:
    """Turn an answer as JSON carries it into what the page would post."""
    if field.kind == "choices":
        return list(plain or ())
    return ["" if plain is None else str(plain)]


def as_words(field: Any, answers: Sequence[str]) -> str:
    """Write what a page posted for a cell the way a sheet would say it."""
    words = {value: label for value, label in getattr(field, "choices", ()) if field.kind != "named_row"}
    return "、".join(words.get(text, text) for text in answers)

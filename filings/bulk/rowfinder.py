"""Find the rows of a filing that a file name speaks of: by name or code, by a piece of a title, by number."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from filings.bulk.filenames import SHORTEST_NAME, Written, is_of_a_company, letters, spellings

# Points: one character of a row's name outweighs a number, which means a row only by its place.
CODE, PER_CHARACTER, NUMBER = 500, 10, 12
PIECE = 4  # characters of a long title that a file name may quote
CODE_LENGTH = 15


class SlotWords(NamedTuple):
    """A slot and the words that mean it; its label is one of them."""

    name: str
    label: str
    words: tuple[str, ...]


class TableWords(NamedTuple):
    """A table, what its rows are called, and its slots. The slots of the tabs are a table without a name."""

    name: str
    label: str
    noun: str
    slots: tuple[SlotWords, ...]


class NamedRow(NamedTuple):
    """A row: its 序号, its name, further answers that mean it alone, and slots that must stay empty."""

    table: str
    id: str
    number: int
    name: str
    marks: tuple[str, ...] = ()
    closed: Mapping[str, str] = {}


@dataclass(frozen=True)
class Found:
    """A row that a file name speaks of, and how."""

    row: NamedRow
    points: int
    quoted: str
    is_clear: bool
    why: str


@dataclass
class Index:
    """All rows by everything that may stand in a file name for them."""

    tables: dict[str, TableWords]
    rows: dict[tuple[str, int], NamedRow] = field(default_factory=dict)
    spelled: defaultdict[str, list[tuple[NamedRow, bool, bool]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    pieces: defaultdict[str, list[NamedRow]] = field(default_factory=lambda: defaultdict(list))
    lengths: tuple[int, ...] = ()


def index_rows(tables: Sequence[TableWords], rows: Sequence[NamedRow], places: Collection[str]) -> Index:
    """Note under which words every row may be meant; `places` are left out in front of companies."""
    index = Index({table.name: table for table in tables})
    for row in rows:
        index.rows[row.table, row.number] = row
        for mark in filter(None, map(letters, row.marks)):
            index.spelled[mark].append((row, True, True))
        ways = dict(reversed(list(spellings(row.name, places))))
        for text, is_clear in ways.items():
            if len(text) >= SHORTEST_NAME:
                index.spelled[text].append((row, is_clear, False))
        title = letters(row.name)
        if not is_of_a_company(title):
            for piece in {title[at : at + PIECE] for at in range(len(title) - PIECE + 1)}:
                index.pieces[piece].append(row)
    index.lengths = tuple(sorted({len(text) for text in index.spelled}, reverse=True))
    return index


def rows_of(written: Written, index: Index, table: str = "") -> list[Found]:
    """Find the rows that the name speaks of, of one table if so told.

    A name or code counts more than a piece of a title, and that more than a number.
    """
    for find in (_by_spelling, _by_piece, _by_number):
        found = [one for one in find(written, index) if table in ("", one.row.table)]
        if found:
            return found
    return []


def _by_spelling(written: Written, index: Index) -> list[Found]:
    text = written.text
    names_a_company = is_of_a_company(text)
    best: dict[str, Found] = {}
    marked: dict[str, Found] = {}
    for row, quoted, is_clear, is_mark in _quotes(text, index):
        if is_mark:
            marked.setdefault(row.id, _by_mark(row, quoted))
        # Who writes the whole name of a company means that one, and not a namesake's first word.
        elif row.id not in best and (is_clear or not names_a_company):
            points = PER_CHARACTER * min(len(quoted), 20)
            best[row.id] = Found(row, points, quoted, is_clear, f"文件名里有「{quoted}」")
    for row_id, mark in marked.items():
        named = best.get(row_id)
        if named is None or mark.points >= CODE:
            best[row_id] = mark
        else:
            best[row_id] = replace(named, points=named.points + NUMBER)
    return _without_parts(list(best.values()))


def _quotes(text: str, index: Index) -> Iterator[tuple[NamedRow, str, bool, bool]]:
    """Yield the parts of the text that mean a row, the longest first."""
    for length in index.lengths:
        for quoted in sorted({text[at : at + length] for at in range(len(text) - length + 1)}):
            for row, is_clear, is_mark in index.spelled.get(quoted, ()):
                yield row, quoted, is_clear, is_mark


def _by_mark(row: NamedRow, quoted: str) -> Found:
    if len(quoted) >= CODE_LENGTH:
        return Found(row, CODE, quoted, True, "文件名里有它的代码")
    return Found(row, PER_CHARACTER * min(len(quoted), 4), quoted, False, f"文件名里有「{quoted}」")


def _without_parts(found: list[Found]) -> list[Found]:
    """Drop rows of a table whose quoted name is only a part of another row's in the same table."""
    return [
        one for one in found
        if not any(
            other.row.table == one.row.table and len(other.quoted) > len(one.quoted)
            and one.quoted in other.quoted for other in found
        )
    ]  # fmt: skip


def _by_piece(written: Written, index: Index) -> list[Found]:
    """Find the rows of whose title the name quotes the most, at least four characters running."""
    text = written.text
    hits: Counter[str] = Counter()
    rows: dict[str, NamedRow] = {}
    for piece in {text[at : at + PIECE] for at in range(len(text) - PIECE + 1)}:
        for row in index.pieces.get(piece, ()):
            hits[row.id] += 1
            rows[row.id] = row
    most = max(hits.values(), default=0)
    return [
        Found(rows[row_id], PER_CHARACTER * (PIECE - 1 + count) // 2, "", False, "文件名与这一行的名称相近")
        for row_id, count in hits.items() if count == most
    ]  # fmt: skip


def _by_number(written: Written, index: Index) -> Iterator[Found]:
    for name, table in index.tables.items():
        called = re.search(rf"{table.noun}0*([0-9]{{1,4}})(?![0-9])", written.text) if table.noun else None
        number = int(called[1]) if called else written.number
        row = index.rows.get((name, number))
        if row is not None and written.slot <= len(table.slots):
            points = NUMBER // 2 if written.number_is_weak and not called else NUMBER
            yield Found(row, points, "", False, f"文件名里有序号「{number}」")

"""Arrange one table of a snapshot for paper: heads, widths, chunks of rows, the line of totals."""

from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Any

Document = dict[str, Any]
# One long table takes time that grows faster than its rows, so it is set as several.
LONGEST_TABLE = 120
CHUNK = 100
SEQ_WIDTH = 3.6
# Of the page format, in points: the width of a table, and the size of its letters.
UPRIGHT = (470.0, 9.5)
WIDE = (728.0, 8.5)
PADDING = 7.0
# In ems; longer words (codes of 18 figures) may be broken.
LONGEST_WHOLE_WORD = 7.0
# （12 页）
EVIDENCE_WIDTH = 4.5
# 已迁出
CLOSED_WIDTH = 3.0
ALIGNMENTS = {"number": "right", "date": "center", "choice": "center", "file": "center"}


@dataclass(frozen=True)
class Head:
    """A head cell of one or two lines; `width` is in percent of the table, 0 for a group head."""

    lines: list[str]
    width: float = 0
    colspan: int = 1
    rowspan: int = 1


@dataclass(frozen=True)
class Cell:
    """`lines` of text; `closed` where the cell may not be filled and the text is the reason."""

    lines: list[str]
    align: str
    closed: bool = False


@dataclass(frozen=True)
class Sum:
    text: str
    colspan: int = 1


@dataclass(frozen=True)
class LedgerTable:
    """Rows of cells, the sequence number first; `sums` is empty where nothing is added up."""

    heads: list[list[Head]]
    rows: list[list[Cell]]
    sums: list[Sum]

    @property
    def columns(self) -> int:
        return len(self.rows[0]) if self.rows else sum(head.colspan for head in self.heads[0])


def ledger_tables(table: Document, pages_of: dict[int, int], wide: bool) -> list[LedgerTable]:
    """The table in pieces that are quick to set, one while it is short; the sums under the last."""
    columns = table["columns"]
    rows = [_row(row, columns, pages_of) for row in table["rows"]]
    shares = [SEQ_WIDTH, *(column["width"] for column in columns)]
    widths = _widths(shares, _longest_words(rows, columns), *(WIDE if wide else UPRIGHT))
    heads = _heads(columns, widths)
    *before, last = chunks(rows)
    return [*(LedgerTable(heads, piece, []) for piece in before), LedgerTable(heads, last, _sums(columns))]


def chunks(rows: list[Any]) -> list[list[Any]]:
    """Rows in pieces of about the same length; one piece while there are few."""
    if len(rows) <= LONGEST_TABLE:
        return [rows]
    size = ceil(len(rows) / ceil(len(rows) / CHUNK))
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def evidence_lines(attachment: int | None, pages_of: dict[int, int]) -> list[str]:
    """附件 3 over （2 页）; a dash where nothing was attached."""
    return ["—"] if attachment is None else [f"附件 {attachment}", f"（{pages_of[attachment]} 页）"]


def _longest_words(rows: list[list[Cell]], columns: list[Document]) -> list[float]:
    """The longest word of each column in ems, at least two ideographs."""
    longest = [2.0]
    for column in columns:
        least = EVIDENCE_WIDTH if column["kind"] == "file" else 2.0
        longest.append(max(least, _word_width(_thousands(column["total"]))))
    for row in rows:
        for place, cell in enumerate(row):
            words = (word for line in cell.lines for word in line.split())
            least = CLOSED_WIDTH if cell.closed else 0.0
            longest[place] = max([longest[place], least, *map(_word_width, words)])
    return longest


def _word_width(word: str) -> float:
    """Roughly, in ems; a word with ideographs may be broken, so it counts as short."""
    return min(0.6 * len(word), LONGEST_WHOLE_WORD) if word.isascii() else 0.0


def _widths(shares: list[float], longest_words: list[float], whole: float, size: float) -> list[float]:
    """Column widths in percent: as declared, but none narrower than its longest word."""
    least = [word * size + PADDING for word in longest_words]
    narrow: set[int] = set()
    while len(narrow) < len(shares):
        room = whole - sum(least[at] for at in narrow)
        rest = sum(share for at, share in enumerate(shares) if at not in narrow)
        widths = [least[at] if at in narrow else room * share / rest for at, share in enumerate(shares)]
        too_narrow = {at for at, width in enumerate(widths) if width < least[at]}
        if not too_narrow:
            break
        narrow |= too_narrow
    else:
        widths = least
    return [100 * width / sum(widths) for width in widths]


def _heads(columns: list[Document], widths: list[float]) -> list[list[Head]]:
    """One line of heads, or two where columns are grouped (其中 …)."""
    depth = 2 if any(column["group"] for column in columns) else 1
    upper = [Head(["序号"], widths[0], rowspan=depth)]
    lower: list[Head] = []
    previous = ""
    for column, width in zip(columns, widths[1:], strict=True):
        group = column["group"]
        if group and group != previous:
            upper.append(Head([group], colspan=_group_size(columns, group)))
        head = Head(_head_lines(column), width, rowspan=1 if group else depth)
        (lower if group else upper).append(head)
        previous = group
    return [upper, lower] if lower else [upper]


def _group_size(columns: list[Document], group: str) -> int:
    return sum(column["group"] == group for column in columns)


def _head_lines(column: Document) -> list[str]:
    """The label, and the unit unless label or group say it already."""
    label, unit = column["label"], column["unit"]
    return [label] if unit in column["group"] or unit in label else [label, f"（{unit}）"]


def _row(row: Document, columns: list[Document], pages_of: dict[int, int]) -> list[Cell]:
    pairs = zip(row["cells"], columns, strict=True)
    return [Cell([str(row["seq"])], "center"), *(_cell(cell, column, pages_of) for cell, column in pairs)]


def _cell(cell: Document, column: Document, pages_of: dict[int, int]) -> Cell:
    align = ALIGNMENTS.get(column["kind"], "left")
    if cell["closed"]:
        return Cell([cell["closed"]], "center", closed=True)
    if column["kind"] == "file":
        return Cell(evidence_lines(cell["attachment"], pages_of), align)
    return Cell(cell["text"].splitlines() or ["—"], align)


def _sums(columns: list[Document]) -> list[Sum]:
    """合计 over the columns before the first sum, then one cell for each column."""
    first = next((place for place, column in enumerate(columns) if column["total"]), None)
    if first is None:
        return []
    return [Sum("合计", first + 1), *(Sum(_thousands(column["total"])) for column in columns[first:])]


def _thousands(number: str) -> str:
    """2350.50 as 2,350.5; empty stays empty."""
    if not number:
        return ""
    text = f"{Decimal(number):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text

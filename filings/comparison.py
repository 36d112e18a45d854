"""What differs between two snapshot documents, tab by tab; `filings/compare.py` finds it."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from filings.samerows import Document
from forms.formats import show_number

Act = Literal["added", "removed", "changed"]


@dataclass(frozen=True)
class Change:
    """One answer, file, total or condition that differs; `place` is `tab/field` or `table/row/field`.

    `before` and `after` are plain values, the digest for a file, None where there is nothing.
    """

    place: str
    label: str
    kind: str
    unit: str
    before: Any
    after: Any
    before_text: str
    after_text: str
    before_file: Document | None = None
    after_file: Document | None = None

    @property
    def name(self) -> str:
        return self.place.rsplit("/", 1)[-1]

    @property
    def act(self) -> Act:
        return "added" if self.before is None else "removed" if self.after is None else "changed"

    @property
    def gain(self) -> str:
        """By how much a number grew or shrank, with its sign; empty for anything else."""
        if self.kind != "number" or self.act != "changed":
            return ""
        try:
            gain = Decimal(str(self.after)) - Decimal(str(self.before))
        except InvalidOperation:
            return ""
        return f"{'+' if gain > 0 else '−'}{show_number(abs(gain))}"


@dataclass(frozen=True)
class RowChange:
    """One row that is new, gone or different. For a new or gone row `changes` are its answers.

    `before_id` and `after_id` differ when the row was recognised by what it is called, as from year to year.
    """

    act: Act
    name: str
    changes: tuple[Change, ...]
    before_id: str = ""
    after_id: str = ""
    before_seq: int = 0
    after_seq: int = 0


@dataclass(frozen=True)
class TableChange:
    """The rows of one table that differ, in the order of the later document, gone rows last.

    `order` has for every row of the later document the 序号 it had before, 0 for a new one.
    """

    name: str
    label: str
    rows: tuple[RowChange, ...]
    order: tuple[int, ...]

    @property
    def is_reordered(self) -> bool:
        """Say whether rows that are in both stand in another order."""
        kept = [seq for seq in self.order if seq]
        return kept != sorted(kept)

    def count(self, act: Act) -> int:
        return sum(row.act == act for row in self.rows)


@dataclass(frozen=True)
class TabChange:
    """What differs in one tab: its answers and files, what is derived from them, and its tables."""

    name: str
    label: str
    answers: tuple[Change, ...]
    totals: tuple[Change, ...]
    tables: tuple[TableChange, ...]

    @property
    def count(self) -> int:
        """How many answers, files and rows differ."""
        return len(self.answers) + sum(len(table.rows) for table in self.tables)


@dataclass(frozen=True)
class Comparison:
    """All that differs between two documents, tab by tab; equal documents have no tab here."""

    tabs: tuple[TabChange, ...]
    conditions: tuple[Change, ...]

    @property
    def count(self) -> int:
        return sum(tab.count for tab in self.tabs)

    @property
    def is_empty(self) -> bool:
        return not self.tabs and not self.conditions

"""Find one's way in a snapshot: its parts, the page a row stands on, what a place is called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]
PAGE_ROWS = 50


@dataclass(frozen=True)
class Part:
    """What one page shows: a tab with its own answers, or one of several tables of a tab."""

    name: str
    label: str
    tab: Document
    table: Document | None = None
    shows_answers: bool = True

    def rows(self, page: int) -> Sequence[Document]:
        """Return the rows of one page, counted from 1; empty without a table."""
        rows = self.table["rows"] if self.table else []
        return rows[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]

    @property
    def row_count(self) -> int:
        return len(self.table["rows"]) if self.table else 0

    @property
    def page_count(self) -> int:
        return max(1, -(-self.row_count // PAGE_ROWS))


def parts_of(tab: Document) -> list[Part]:
    """List the pages of a tab: one with everything, or its answers and then every table by itself.

    Source of the division: the applicant's own pages, so that both speak of the same page.
    """
    tables = tab["tables"]
    has_answers = bool(tab["fields"] or tab["files"])
    if len(tables) == 1 and not tab["fields"]:
        return [Part(tab["name"], tab["label"], tab, tables[0])]
    answers = [Part(tab["name"], tab["label"], tab)] if has_answers or not tables else []
    return answers + [Part(table["name"], table["label"], tab, table, False) for table in tables]


def find_part(document: Document, name: str) -> Part | None:
    """Return the part of that name; a table that shares the page of its tab is found by either name."""
    for tab in document["tabs"]:
        parts = parts_of(tab)
        for part in parts:
            if name == part.name or (part.table and name == part.table["name"]):
                return part
        if name == tab["name"]:
            return parts[0]
    return None


def part_of_attachment(document: Document, attachment: Document) -> tuple[Part | None, int]:
    """Return the part that shows what an attachment proves, and the page of its row (1 for a tab's file)."""
    part = find_part(document, attachment["table"] or attachment["tab"])
    seq = row_numbers(document).get((attachment["table"], attachment["row"]), 1)
    return part, page_of(seq)


def row_numbers(document: Document) -> Mapping[tuple[str, str], int]:
    """Map (table, row id) to the row's 序号."""
    return {
        (table["name"], row["id"]): row["seq"]
        for tab in document["tabs"]
        for table in tab["tables"]
        for row in table["rows"]
    }


def page_of(seq: int) -> int:
    """Return the page a row of that 序号 stands on."""
    return (seq - 1) // PAGE_ROWS + 1


def anchor_of(place: str) -> str:
    """Return the id of the element that shows a place: a row, a field or a slot."""
    return "-".join(place.split("/")[:2])


def name_of_row(table: Document, row: Document) -> str:
    """Return what people call a row: its first answer, else its number."""
    first = row["cells"][0]["text"] if row["cells"] else ""
    return first if first and first != "—" else f"第 {row['seq']} 行"


def text_of_place(document: Document, place: str) -> str | None:
    """Say in words where a place is: 服务场地 · 场地明细 · 第 2 行 · 面积; None for a place that is not there."""
    names = place.split("/")
    for tab in document["tabs"]:
        if tab["name"] == names[0]:
            return _text_in_tab(tab, names[1:])
        for table in tab["tables"]:
            if table["name"] == names[0]:
                inside = _text_in_table(table, names[1:])
                return f"{tab['label']} · {inside}" if inside else None
    return None


def _text_in_tab(tab: Document, names: Sequence[str]) -> str | None:
    if not names:
        return str(tab["label"])
    labels = {part["name"]: part["label"] for part in (*tab["fields"], *tab["totals"])}
    labels |= {file["slot"]: file["label"] for file in tab["files"]}
    return f"{tab['label']} · {labels[names[0]]}" if len(names) == 1 and names[0] in labels else None


def _text_in_table(table: Document, names: Sequence[str]) -> str | None:
    if not names:
        return str(table["label"])
    row = next((row for row in table["rows"] if row["id"] == names[0]), None)
    labels = {column["name"]: column["label"] for column in table["columns"]}
    if row is None or len(names) > 2 or (len(names) == 2 and names[1] not in labels):
        return None
    column = f" · {labels[names[1]]}" if len(names) == 2 else ""
    return f"{table['label']} · 第 {row['seq']} 行 {name_of_row(table, row)}{column}"

"""Spots of a submitted document: what a return request, a note or a comparison can point at.

A spot is written `tab`, `tab/field`, `tab/slot`, `table`, `table/row`, `table/row/field` or
`table/row/slot`, as problems are; `row` is the id of the row. Everything here reads frozen documents.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]
TEXT_SHOWN = 200


@dataclass(frozen=True)
class Spot:
    """One spot: its address, the tab it lies in, its name in words, and what stands there."""

    where: str
    tab: str
    label: str
    text: str = ""

    @property
    def part(self) -> str:
        return self.where.split("/")[0]


def find_spot(document: Document, where: str) -> Spot | None:
    """Return the spot `where` of the document; None when there is no such spot."""
    for tab in document["tabs"]:
        for spot in _spots_of(tab, document, with_cells=True):
            if spot.where == where:
                return spot
    return None


def spots_to_choose(document: Document) -> list[tuple[str, list[Spot]]]:
    """List the spots by tab, rows as wholes: what fits into a select."""
    return [(tab["label"], list(_spots_of(tab, document, with_cells=False))) for tab in document["tabs"]]


def spots_in_row(document: Document, where: str) -> list[Spot]:
    """List a row and its cells; `where` is the row or one of the cells. Empty for anything else."""
    row = "/".join(where.split("/")[:2])
    tables = {table["name"] for tab in document["tabs"] for table in tab["tables"]}
    if where.count("/") == 0 or where.split("/")[0] not in tables:
        return []
    spots = (spot for tab in document["tabs"] for spot in _spots_of(tab, document, with_cells=True))
    return [spot for spot in spots if f"{spot.where}/".startswith(f"{row}/")]


def content_at(document: Document, where: str) -> Any:
    """Return what stands at a spot, comparable between two documents; None when the spot is not there."""
    part, _, rest = where.partition("/")
    digests = {attachment["no"]: attachment["sha256"] for attachment in document["attachments"]}
    for tab in document["tabs"]:
        if tab["name"] == part:
            return _in_tab(tab, rest, digests)
        for table in tab["tables"]:
            if table["name"] == part:
                return _in_table(table, rest, digests)
    return None


def changed_spots(before: Document, after: Document) -> list[Spot]:
    """List what differs between two documents of one filing: answers, files, and rows as wholes.

    A row that is gone is named as the earlier document named it.
    """
    now = {spot.where: spot for tab in after["tabs"] for spot in _spots_of(tab, after, with_cells=False)}
    gone = {spot.where: spot for tab in before["tabs"] for spot in _spots_of(tab, before, with_cells=False)}
    names = {table["name"] for tab in after["tabs"] for table in tab["tables"]}
    wholes = names | {tab["name"] for tab in after["tabs"]}
    return [
        spot
        for where, spot in {**gone, **now}.items()
        if where not in wholes and content_at(before, where) != content_at(after, where)
    ]


def covers(asked: str, changed: str) -> bool:
    """Say whether a request at `asked` asked for a change at `changed`; a row covers its cells and back."""
    return f"{changed}/".startswith(f"{asked}/") or f"{asked}/".startswith(f"{changed}/")


def _in_tab(tab: Document, name: str, digests: dict[int, str]) -> Any:
    fields = {field["name"]: field["value"] for field in tab["fields"]}
    files = {file["slot"]: digests.get(file["attachment"], "") for file in tab["files"]}
    if name:
        return (fields | files).get(name)
    return fields, files, {table["name"]: _in_table(table, "", digests) for table in tab["tables"]}


def _in_table(table: Document, rest: str, digests: dict[int, str]) -> Any:
    names = [column["name"] for column in table["columns"]]
    rows = {row["id"]: dict(zip(names, _row_content(row, digests), strict=True)) for row in table["rows"]}
    if not rest:
        return rows
    row_id, _, name = rest.partition("/")
    row = rows.get(row_id)
    return row.get(name) if row is not None and name else row


def _row_content(row: Document, digests: dict[int, str]) -> list[Any]:
    return [
        digests.get(cell["attachment"], "") if "attachment" in cell else cell["value"]
        for cell in row["cells"]
    ]


def _spots_of(tab: Document, document: Document, *, with_cells: bool) -> Iterator[Spot]:
    yield Spot(tab["name"], tab["name"], tab["label"])
    for field in tab["fields"]:
        text = field["text"][:TEXT_SHOWN]
        yield Spot(f"{tab['name']}/{field['name']}", tab["name"], f"{tab['label']} · {field['label']}", text)
    for file in tab["files"]:
        text = _file_text(document, file["attachment"])
        yield Spot(f"{tab['name']}/{file['slot']}", tab["name"], f"{tab['label']} · {file['label']}", text)
    for table in tab["tables"]:
        yield Spot(table["name"], tab["name"], f"{tab['label']} · {table['label']}")
        for row in table["rows"]:
            yield from _spots_of_row(tab, table, row, document, with_cells=with_cells)


def _spots_of_row(
    tab: Document, table: Document, row: Document, document: Document, *, with_cells: bool
) -> Iterator[Spot]:
    where = f"{table['name']}/{row['id']}"
    name = row["cells"][0]["text"] if row["cells"] else ""
    label = f"{tab['label']} · {table['label']} · 第 {row['seq']} 行"
    yield Spot(where, tab["name"], label, name)
    if not with_cells:
        return
    for column, cell in zip(table["columns"], row["cells"], strict=True):
        text = _file_text(document, cell["attachment"]) if "attachment" in cell else cell["text"]
        yield Spot(
            f"{where}/{column['name']}", tab["name"], f"{label} · {column['label']}", text[:TEXT_SHOWN]
        )


def _file_text(document: Document, number: int | None) -> str:
    if number is None:
        return ""
    attachment = document["attachments"][number - 1]
    return f"附件 {number}（{attachment['pages']} 页）"

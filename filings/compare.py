"""Compare two snapshot documents: answers, rows by identity, files by their digest.

Only documents are read, so an old version needs no old definition. What is compared is what the paper says;
a label that another edition of the form words differently is no difference.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from filings.comparison import Act, Change, Comparison, RowChange, TabChange, TableChange
from filings.samerows import Document, match_rows
from forms.formats import NOTHING


def compare(before: Document, after: Document) -> Comparison:
    """Tell what has to change in `before` to make it say what `after` says."""
    old, new = _Side(before), _Side(after)
    tabs = [_compare_tabs(name, old, new) for name in _names(new.tabs, old.tabs)]
    states = dict(_states(before))
    return Comparison(
        tuple(tab for tab in tabs if tab.answers or tab.totals or tab.tables),
        tuple(_condition_changes(states, after)),
    )


class _Side:
    """One of the two documents, with its tabs and files to be found by name."""

    def __init__(self, document: Document) -> None:
        self.tabs: dict[str, Document] = {tab["name"]: tab for tab in document["tabs"]}
        self.files: dict[int, Document] = {file["no"]: file for file in document["attachments"]}

    def tab(self, name: str) -> Document:
        return self.tabs.get(name) or {"fields": [], "files": [], "totals": [], "tables": []}


def _names(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[str]:
    return [*first, *(name for name in second if name not in first)]


def _states(document: Document) -> Iterator[tuple[str, Document]]:
    for condition in document["conditions"]:
        yield condition["code"], condition


def _condition_changes(old: Mapping[str, Document], after: Document) -> Iterator[Change]:
    for code, new in _states(after):
        was = old.get(code)
        if was is not None and was["state"] != new["state"]:
            yield Change(code, new["label"], "condition", "", was["state"], new["state"], was["value"],
                         new["value"])  # fmt: skip


def _compare_tabs(name: str, old: _Side, new: _Side) -> TabChange:
    was, now = old.tab(name), new.tab(name)
    answers = [*_answer_changes(name, was, now), *_file_changes(name, was, now, old, new)]
    tables_before = {table["name"]: table for table in was["tables"]}
    tables_after = {table["name"]: table for table in now["tables"]}
    tables = [
        _compare_tables(tables_before.get(table), tables_after.get(table), old, new)
        for table in _names(tables_after, tables_before)
    ]
    changed = tuple(table for table in tables if table.rows or table.is_reordered)
    label = (new.tabs.get(name) or old.tabs[name])["label"]
    return TabChange(name, label, tuple(answers), tuple(_total_changes(name, was, now)), changed)


def _answer_changes(tab: str, was: Document, now: Document) -> Iterator[Change]:
    old = {field["name"]: field for field in was["fields"]}
    new = {field["name"]: field for field in now["fields"]}
    for name in _names(new, old):
        change = _change(f"{tab}/{name}", old.get(name), new.get(name))
        if change is not None:
            yield change


def _total_changes(tab: str, was: Document, now: Document) -> Iterator[Change]:
    old = {total["name"]: total | {"kind": "number"} for total in was["totals"]}
    new = {total["name"]: total | {"kind": "number"} for total in now["totals"]}
    for name in _names(new, old):
        change = _change(f"{tab}/{name}", old.get(name), new.get(name))
        if change is not None:
            yield change


def _change(place: str, was: Document | None, now: Document | None) -> Change | None:
    """Compare two answers; None when they say the same. Nothing, empty text and an empty list are the same."""
    before, after = _value(was), _value(now)
    if before == after:
        return None
    about = now or was or {}
    return Change(
        place, about["label"], about["kind"], about["unit"], before, after,
        was["text"] if was and before is not None else NOTHING,
        now["text"] if now and after is not None else NOTHING,
    )  # fmt: skip


def _value(answer: Document | None) -> Any:
    value = answer["value"] if answer else None
    return None if value in ("", []) else value


def _file_changes(tab: str, was: Document, now: Document, old: _Side, new: _Side) -> Iterator[Change]:
    before = {slot["slot"]: slot for slot in was["files"]}
    after = {slot["slot"]: slot for slot in now["files"]}
    for name in _names(after, before):
        label = (after.get(name) or before[name])["label"]
        change = _file_change(
            f"{tab}/{name}", label, old.files.get(before.get(name, {}).get("attachment")),
            new.files.get(after.get(name, {}).get("attachment")),
        )  # fmt: skip
        if change is not None:
            yield change


def _file_change(place: str, label: str, was: Document | None, now: Document | None) -> Change | None:
    before, after = was and was["sha256"], now and now["sha256"]
    if before == after:
        return None
    return Change(place, label, "file", "", before, after, _file_text(was), _file_text(now), was, now)


def _file_text(file: Document | None) -> str:
    return f"{file['name']}（{file['pages']} 页）" if file else NOTHING


def _compare_tables(was: Document | None, now: Document | None, old: _Side, new: _Side) -> TableChange:
    about: Document = now or was or {}
    old_rows, new_rows = (was["rows"] if was else []), (now["rows"] if now else [])
    partners = match_rows(was, now)
    changes = []
    for row in new_rows:
        partner = partners.get(row["id"])
        change = _compare_rows(about["name"], was, partner, now, row, old, new)
        if change is not None:
            changes.append(change)
    kept = {partner["id"] for partner in partners.values()}
    for row in old_rows:
        if row["id"] not in kept:
            changes.append(_one_row("removed", about["name"], was, row, old))
    order = tuple(partners[row["id"]]["seq"] if row["id"] in partners else 0 for row in new_rows)
    return TableChange(about["name"], about["label"], tuple(changes), order)


def _compare_rows(
    table: str, was: Document | None, before: Document | None, now: Document | None, after: Document,
    old: _Side, new: _Side,
) -> RowChange | None:  # fmt: skip
    if before is None:
        return _one_row("added", table, now, after, new)
    place = f"{table}/{after['id']}"
    changes = list(_cell_changes(place, _cells(was, before, old), _cells(now, after, new)))
    if not changes:
        return None
    return RowChange("changed", _row_name(after), tuple(changes), before["id"], after["id"], before["seq"],
                     after["seq"])  # fmt: skip


def _one_row(act: Act, table: str, owner: Document | None, row: Document, side: _Side) -> RowChange:
    """Report a row that only one of the documents has, with all its answers."""
    cells = _cells(owner, row, side)
    place = f"{table}/{row['id']}"
    if act == "added":
        changes = tuple(_cell_changes(place, {}, cells))
        return RowChange(act, _row_name(row), changes, after_id=row["id"], after_seq=row["seq"])
    changes = tuple(_cell_changes(place, cells, {}))
    return RowChange(act, _row_name(row), changes, before_id=row["id"], before_seq=row["seq"])


def _row_name(row: Document) -> str:
    text = row["cells"][0]["text"] if row["cells"] else NOTHING
    return text if text != NOTHING else f"第 {row['seq']} 行"


def _cells(table: Document | None, row: Document, side: _Side) -> dict[str, Document]:
    """Return the cells of a row by column, each with the column's words, files with what is stored there."""
    columns = table["columns"] if table else []
    return {
        column["name"]: {
            **{word: column[word] for word in ("label", "kind", "unit")}, **cell,
            "file": side.files.get(cell.get("attachment")),
        }
        for column, cell in zip(columns, row["cells"], strict=True)
    }  # fmt: skip


def _cell_changes(place: str, old: Mapping[str, Document], new: Mapping[str, Document]) -> Iterator[Change]:
    for name in _names(new, old):
        was, now = old.get(name), new.get(name)
        about = now or was or {}
        if about["kind"] == "file":
            change = _file_change(f"{place}/{name}", about["label"], was and was["file"], now and now["file"])
        else:
            change = _change(f"{place}/{name}", was, now)
        if change is not None:
            yield change

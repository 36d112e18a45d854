"""Recognise the rows of one snapshot document in another: by identity, else by what people call them."""

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

Document = dict[str, Any]


def match_rows(was: Document | None, now: Document | None) -> dict[str, Document]:
    """Map the ids of later rows to the rows they continue: by id, else by what identifies a row to people.

    Several rows of one name are paired in their order.
    """
    old = list(was["rows"]) if was else []
    new = list(now["rows"]) if now else []
    by_id = {row["id"]: row for row in old}
    partners = {row["id"]: by_id[row["id"]] for row in new if row["id"] in by_id}
    taken = set(partners)
    waiting: defaultdict[tuple[str, ...], list[Document]] = defaultdict(list)
    for row in old:
        if row["id"] not in taken and (key := key_of(was, row)):
            waiting[key].append(row)
    for row in new:
        if row["id"] not in partners and waiting[key_of(now, row)]:
            partners[row["id"]] = waiting[key_of(now, row)].pop(0)
    return partners


def key_of(table: Document | None, row: Document) -> tuple[str, ...]:
    """Return what identifies a row across filings, without case, width and spaces; empty when it is not filled."""
    if table is None:
        return ()
    names = [column["name"] for column in table["columns"]]
    identity: Sequence[str] = table.get("identity") or names[:1]  # old snapshots do not say
    cells = dict(zip(names, row["cells"], strict=True))
    parts = [plain_key(str(cells[name]["value"] or "")) for name in identity if name in cells]
    return tuple(parts) if all(parts) else ()


def plain_key(text: str) -> str:
    """Write text so that spellings which people take for the same are the same."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())

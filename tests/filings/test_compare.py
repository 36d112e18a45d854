"""Comparisons of snapshot documents: nothing between equals, and applying what is reported leads to the other."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filings.compare import compare
from filings.comparison import Comparison
from filings.textdiff import text_pieces

Document = dict[str, Any]
COLUMNS = ("name", "held_on", "area", "evidence")


def document(fields: Document, files: Document, tables: Document, totals: Document | None = None) -> Document:
    """Build a document of one tab; a file is a digest, a table a list of (row id, cells, digest)."""
    attachments: list[Document] = []

    def attach(digest: str | None) -> int | None:
        if digest is None:
            return None
        attachments.append(
            {"no": len(attachments) + 1, "sha256": digest, "name": f"{digest}.pdf", "pages": 2}
        )
        return len(attachments)

    def row(seq: int, row_id: str, cells: Any, digest: str | None) -> Document:
        shown = [{"value": cell, "text": str(cell or "—"), "closed": ""} for cell in cells]
        proof = {"value": None, "text": "—", "closed": "", "attachment": attach(digest)}
        return {"id": row_id, "seq": seq, "cells": [*shown, proof]}

    def column(name: str) -> Document:
        kind = "file" if name == "evidence" else "number" if name == "area" else "text"
        return {"name": name, "label": f"{name} 的标签", "kind": kind, "unit": ""}

    tab = {
        "name": "venue", "label": "服务场地",
        "fields": [{"name": name, "label": name, "unit": "", "value": value, "text": str(value), "kind": "text"}
                   for name, value in fields.items()],
        "totals": [{"name": name, "label": name, "unit": "", "value": value, "text": value}
                   for name, value in (totals or {}).items()],
        "files": [{"slot": slot, "label": slot, "attachment": attach(digest)} for slot, digest in files.items()],
        "tables": [{"name": name, "label": name, "identity": ["name"], "columns": [column(c) for c in COLUMNS],
                    "rows": [row(seq, *given) for seq, given in enumerate(rows, 1)]}
                   for name, rows in tables.items()],
    }  # fmt: skip
    return {"tabs": [tab], "conditions": [], "attachments": attachments, "name": "空间"}


def content(given_document: Document) -> Document:
    """Take out of a document what it says; nothing, empty text and an empty list are all nothing."""
    digests = {file["no"]: file["sha256"] for file in given_document["attachments"]}
    found: Document = {}
    for tab in given_document["tabs"]:
        for field in tab["fields"]:
            found[f"{tab['name']}/{field['name']}"] = field["value"]
        for file in tab["files"]:
            found[f"{tab['name']}/{file['slot']}"] = digests.get(file["attachment"])
        for table in tab["tables"]:
            found[table["name"]] = [
                filled({
                    column["name"]: digests.get(cell.get("attachment"), cell["value"])
                    for column, cell in zip(table["columns"], row["cells"], strict=True)
                })
                for row in table["rows"]
            ]  # fmt: skip
    return filled(found)


def filled(values: Document) -> Document:
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def applied(before: Document, comparison: Comparison) -> Document:
    """Do to the content of `before` what the comparison reports, and nothing else."""
    now = copy.deepcopy(content(before))
    for tab in comparison.tabs:
        now |= {change.place: change.after for change in tab.answers}
        for table in tab.tables:
            old = now.get(table.name, [])
            changes = {row.after_seq: row for row in table.rows if row.act != "removed"}
            rows = []
            for seq, was in enumerate(table.order, 1):
                row = dict(old[was - 1]) if was else {}
                row |= {
                    change.name: change.after for change in (changes[seq].changes if seq in changes else ())
                }
                rows.append(filled(row))
            now[table.name] = rows
    return filled(now)


words = st.sampled_from(["", "甲", "乙", "丙 1", "丙1", "丁"])
digests = st.none() | st.sampled_from(["aa", "bb", "cc"])
rows = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.tuples(words, words, st.sampled_from([None, "1", "2.5"])), digests),
    max_size=5, unique_by=lambda row: row[0],
)  # fmt: skip
documents = st.builds(
    document,
    st.dictionaries(st.sampled_from(["x", "y", "z"]), st.one_of(words, st.none(), st.just(["leased"]))),
    st.dictionaries(st.sampled_from(["f", "g"]), digests),
    st.dictionaries(st.sampled_from(["rooms", "staff"]), rows),
)


@given(documents)
@settings(max_examples=60, deadline=None)
def test_equal_documents_do_not_differ(one: Document) -> None:
    found = compare(one, copy.deepcopy(one))
    assert found.is_empty
    assert found.count == 0


@given(documents, documents)
@settings(max_examples=200, deadline=None)
def test_applying_the_differences_leads_to_the_other(before: Document, after: Document) -> None:
    assert applied(before, compare(before, after)) == content(after)


@given(documents, documents)
@settings(max_examples=60, deadline=None)
def test_there_and_back_are_as_many_differences(before: Document, after: Document) -> None:
    assert compare(before, after).count == compare(after, before).count


def one_table(*given_rows: Any) -> Document:
    return document({}, {}, {"rooms": given_rows})


def acts(before: Document, after: Document) -> list[tuple[str, str]]:
    return [(row.act, row.name) for tab in compare(before, after).tabs for t in tab.tables for row in t.rows]


def test_a_row_stays_itself_by_its_id_whatever_it_is_called() -> None:
    before, after = one_table(("1", ("旧名", "", "1"), None)), one_table(("1", ("新名", "", "1"), None))
    assert acts(before, after) == [("changed", "新名")]


def test_across_filings_a_row_is_found_by_its_name() -> None:
    before = one_table(("1", ("Ａ 座", "", "1"), "aa"), ("2", ("B座", "", "1"), None))
    after = one_table(("7", ("a座", "", "3"), "bb"), ("8", ("C座", "", "1"), None))
    assert acts(before, after) == [("changed", "a座"), ("added", "C座"), ("removed", "B座")]
    changes = compare(before, after).tabs[0].tables[0].rows[0].changes
    assert [(change.name, change.act) for change in changes] == [
        ("name", "changed"), ("area", "changed"), ("evidence", "changed"),
    ]  # fmt: skip
    assert changes[1].gain == "+2"
    assert (changes[2].before_file["name"], changes[2].after_file["name"]) == ("aa.pdf", "bb.pdf")


def test_rows_of_one_name_are_paired_in_their_order() -> None:
    before = one_table(("1", ("甲", "", "1"), None), ("2", ("甲", "", "2"), None))
    after = one_table(
        ("7", ("甲", "", "1"), None), ("8", ("甲", "", "2"), None), ("9", ("甲", "", "9"), None)
    )
    assert acts(before, after) == [("added", "甲")]


def test_another_order_is_a_difference() -> None:
    first, second = ("1", ("甲", "", "1"), None), ("2", ("乙", "", "1"), None)
    found = compare(one_table(first, second), one_table(second, first))
    assert found.tabs[0].tables[0].is_reordered
    assert found.tabs[0].tables[0].order == (2, 1)


def test_totals_and_conditions_are_told() -> None:
    before, after = document({}, {}, {}, {"area": "10"}), document({}, {}, {}, {"area": "12.5"})
    condition = {"code": "MK-09", "label": "导师", "value": "2 人", "state": "fail"}
    before["conditions"], after["conditions"] = [condition], [condition | {"value": "3 人", "state": "pass"}]
    found = compare(before, after)
    assert [(total.before, total.after, total.gain) for total in found.tabs[0].totals] == [
        ("10", "12.5", "+2.5")
    ]
    assert [(c.place, c.before, c.after) for c in found.conditions] == [("MK-09", "fail", "pass")]
    assert not found.is_empty


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("第一句。第二句。", "第一句。新的。第二句。"),
        ("甲。" * 500 + "乙。", "甲。" * 500),
        ("", "全新。"),
    ],
)
def test_pieces_of_a_text_lead_from_one_to_the_other(before: str, after: str) -> None:
    pieces = text_pieces(before, after)
    if not any(piece.act == "skipped" for piece in pieces):
        assert "".join(piece.text for piece in pieces if piece.act != "added") == before
        assert "".join(piece.text for piece in pieces if piece.act != "removed") == after
    changed = "".join(piece.text for piece in pieces if piece.act in ("added", "removed"))
    assert len(changed) <= abs(len(after) - len(before)) + 2

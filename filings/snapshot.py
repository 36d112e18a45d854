"""The bridge between the editing half and the reading half: a filing as a frozen, self-describing document."""

import hashlib
import json
from typing import Any

from sqlalchemy.orm import Session

from filings.cells import Cell, RowView, label_of, read_attachments, short_label, view_row
from filings.derive import derive, judge
from filings.figures import Figures, load_figures
from filings.kind import Automatic, Kind, Slot, Tab, Table
from filings.kinds import kind_of
from filings.problems import read_rows
from forms.base import required_marker
from forms.formats import NOTHING
from models.attachment import Attachment

FORMAT = 1
Document = dict[str, Any]


def snapshot(session: Session, filing: Any, figures: Figures | None = None) -> Document:
    """Write the filing down with its labels, units, shown values and file hashes; JSON all through.

    `figures` are read unless the caller has just read them.
    """
    kind = kind_of(filing)
    return _Writer(session, kind, filing, figures or load_figures(session, kind, filing)).document()


def content_hash(document: Document) -> str:
    """Hash what the paper must agree on: answers, printed automatic fields and file hashes.

    No labels, ids or times, so that a new edition of the program makes no paper stale.
    """
    content = [_tab_content(tab, document["attachments"]) for tab in document["tabs"]]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _tab_content(tab: Document, attachments: list[Document]) -> Document:
    digests = {attachment["no"]: attachment["sha256"] for attachment in attachments}
    return {
        "fields": {field["name"]: field["value"] for field in tab["fields"]},
        "tables": {
            table["name"]: [
                [digests.get(cell.get("attachment"), cell["value"]) for cell in row["cells"]]
                for row in table["rows"]
            ]
            for table in tab["tables"]
        },
        "files": {file["slot"]: digests.get(file["attachment"]) for file in tab["files"]},
    }


class _Writer:
    """Writes one document; numbers the attachments in the order they are met."""

    def __init__(self, session: Session, kind: Kind, filing: Any, figures: Figures) -> None:
        self.session, self.kind, self.filing, self.figures = session, kind, filing, figures
        self.files = read_attachments(session, filing.id)
        self.values = derive(kind, figures)
        self.attachments: list[Document] = []

    def document(self) -> Document:
        kind, batch = self.kind, self.filing.batch
        return {
            "format": FORMAT,
            "kind": kind.name,
            "kind_label": kind.label,
            "title": kind.title,
            "batch": {"name": batch.name, "year": batch.year},
            "name": self.filing.name,
            "cover": kind.cover(self.filing),
            "tabs": [self.tab(tab) for tab in kind.tabs],
            "conditions_label": kind.conditions_label,
            "conditions": self.conditions(),
            "attachments": self.attachments,
        }

    def tab(self, tab: Tab) -> Document:
        fields = [self.automatic(automatic) for automatic in tab.automatic]
        fields += [self.field(question) for question in tab.fields.values()]
        return {
            "name": tab.name,
            "label": tab.label,
            "fields": fields,
            "totals": [_total(self.values[derived.name]) for derived in tab.derived],
            "files": [self.slot(tab, slot) for slot in tab.slots],
            "tables": [self.table(tab, table) for table in tab.tables],
        }

    def automatic(self, automatic: Automatic) -> Document:
        text = automatic.value(self.filing)
        return {"name": automatic.name, "label": automatic.label, "unit": "", "value": text, "text": text,
                "kind": "text", "missing": False}  # fmt: skip

    def field(self, question: Any) -> Document:
        value = getattr(self.filing, question.name)
        marker = required_marker(question)
        empty = value in (None, "", [])
        return {
            "name": question.name,
            "label": question.label.text,
            "unit": question.unit,
            "value": question.plain(value),
            "text": question.show(value) or NOTHING,
            "kind": question.kind,
            "missing": bool(empty and marker and marker.applies_to(self.filing)),
        }

    def slot(self, tab: Tab, slot: Slot) -> Document:
        attachment = self.files[self.filing.id].get(slot.name)
        no = self.attach(attachment, tab, None, slot, slot.label, tab.label) if attachment else None
        missing = attachment is None and slot.is_required(self.filing)
        return {"slot": slot.name, "label": slot.label, "attachment": no, "missing": missing}

    def table(self, tab: Tab, table: Table) -> Document:
        rows = read_rows(self.session, table, self.filing.id)
        return {
            "name": table.name,
            "label": table.label,
            "caption": table.scope_for(self.filing.batch),
            "identity": list(table.identity or (table.named_by,)),
            "columns": [self.column(table, part) for part in table.order],
            "rows": [self.row(tab, table, row, seq) for seq, row in enumerate(rows, 1)],
        }

    def column(self, table: Table, part: Any) -> Document:
        sums = self.figures.tallies[table.name].sums
        total = _exact(part.plain(sums[part.name])) if part.name in sums else ""
        return {"name": part.name, "label": label_of(part), "short": short_label(part), "group": part.group,
                "kind": part.kind, "unit": part.unit, "width": part.width, "total": total}  # fmt: skip

    def row(self, tab: Tab, table: Table, row: Any, seq: int) -> Document:
        view = view_row(table, row, seq, self.files[row.id])
        cells = [self.cell(tab, view, cell) for cell in view.cells]
        return {"id": str(row.id), "seq": seq, "cells": cells}

    def cell(self, tab: Tab, view: RowView, cell: Cell) -> Document:
        document: Document = {"value": cell.value, "text": cell.text or NOTHING, "closed": cell.closed}
        if isinstance(cell.part, Slot):
            where = f"{tab.label} · {view.table.short or view.table.label} · 第 {view.seq} 行"
            title = f"{cell.label} · {view.name}"
            document["attachment"] = (
                self.attach(cell.attachment, tab, view, cell.part, title, where) if cell.attachment else None
            )
        return document

    def attach(
        self, attachment: Attachment, tab: Tab, view: RowView | None, slot: Slot, title: str, where: str
    ) -> int:
        number = len(self.attachments) + 1
        file = attachment.file
        self.attachments.append(
            {
                "no": number, "tab": tab.name, "table": view.table.name if view else "",
                "row": view.id if view else "", "slot": slot.name, "title": title, "where": where,
                "name": attachment.name, "sha256": file.sha256, "clean_sha256": file.clean_sha256,
                "pages": file.pages, "size": file.size,
            }
        )  # fmt: skip
        return number

    def conditions(self) -> list[Document]:
        return [
            {"code": view.code, "label": view.label, "threshold": view.threshold, "tab": view.tab,
             "value": view.judgement.value, "state": view.state, "gap": view.judgement.gap}
            for view in judge(self.kind, self.figures)
        ]  # fmt: skip


def _total(value: Any) -> Document:
    return {"name": value.name, "label": value.label, "short": value.short, "unit": value.unit,
            "value": value.plain, "text": value.text, "formula": value.formula, "is_ratio": value.is_ratio}  # fmt: skip


def _exact(value: str | None) -> str:
    return value or "0"


def values_of(document: Document) -> Document:
    """Take out of a snapshot what reviewers filter and sort by: derived values and condition states."""
    totals = [total for tab in document["tabs"] for total in tab["totals"]]
    return {
        "derived": {total["name"]: total["value"] for total in totals},
        "conditions": {condition["code"]: condition["state"] for condition in document["conditions"]},
    }


def changed_tabs(before: Document, after: Document) -> list[str]:
    """Name the tabs whose content differs between two snapshots of one filing."""
    old = {tab["name"]: _tab_content(tab, before["attachments"]) for tab in before["tabs"]}
    return [
        tab["label"]
        for tab in after["tabs"]
        if old.get(tab["name"]) != _tab_content(tab, after["attachments"])
    ]

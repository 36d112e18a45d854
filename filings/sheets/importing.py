"""Importing a block: keep it for the preview, store it in one go, take it back as a whole."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from failpoints import reach
from filings.editing import Conflict, rename_references
from filings.kind import Table
from filings.problems import count_findings, read_filled_slots, read_rows, row_findings
from filings.sheets.importlines import JudgedLine
from filings.sheets.spreadsheet import Block, as_words, columns, posted
from models.event import Actor
from models.filing import Filing
from models.table_import import TableImport


class Touched(Exception):
    """Rows of an import were changed, removed or given files since, so it cannot be taken back."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


def keep_block(
    session: Session, filing: Filing, table: Table, block: Block, source: str, actor: Actor, at: datetime
) -> TableImport:
    """Keep a block for its preview; it replaces the one the same account left unconfirmed."""
    session.execute(
        delete(TableImport).where(
            TableImport.filing_id == filing.id, TableImport.table_name == table.name,
            TableImport.account_id == actor.account_id, TableImport.confirmed_at.is_(None),
        )
    )  # fmt: skip
    kept = TableImport(
        filing_id=filing.id, table_name=table.name, account_id=actor.account_id, created_at=at,
        source=source, unknown=list(block.unknown), lines=[line.stored() for line in block.lines], done={},
        seen=_versions(session, filing, table),
    )  # fmt: skip
    session.add(kept)
    session.flush()  # need kept.id for its page
    reach("block_kept")
    return kept


def _versions(session: Session, filing: Filing, table: Table) -> dict[str, int]:
    model = table.model
    live = select(model.id, model.version).where(model.filing_id == filing.id, model.removed_at.is_(None))
    return {str(row_id): version for row_id, version in session.execute(live)}


def correct(kept: TableImport, table: Table, answers: Mapping[str, Sequence[str]]) -> None:
    """Put corrected cells into the kept lines; `answers` maps `line number-field` to what was posted."""
    fields = {field.name: field for field in columns(table)}
    lines = []
    for line in kept.lines:
        typed = {
            name: answers[f"{line['no']}-{name}"] for name in fields if f"{line['no']}-{name}" in answers
        }
        texts = {name: as_words(fields[name], cell) for name, cell in typed.items()}
        lines.append({**line, "texts": line["texts"] | texts})
    kept.lines = lines


def store_lines(
    session: Session, filing: Filing, table: Table, kept: TableImport, judged: Sequence[JudgedLine],
    actor: Actor, at: datetime,
) -> None:  # fmt: skip
    """Store the good lines in one transaction: known rows are updated, new ones appended, none removed.

    Raises Conflict when somebody saved one of these rows after the preview was made; the preview then
    compares with what is stored now.
    """
    lines = [line for line in judged if line.will_be_stored]
    versions = _versions(session, filing, table)
    ours = [str(line.row.id) for line in lines if line.row is not None]
    if any(kept.seen.get(row_id) != versions[row_id] for row_id in ours):
        kept.seen = versions
        raise Conflict
    kept.done = _write(session, filing, table, lines) | {"left": [line.no for line in judged if line.is_bad]}
    kept.confirmed_at = at
    filing.touch(actor, at)
    reach("lines_stored")


def _write(session: Session, filing: Filing, table: Table, lines: Sequence[JudgedLine]) -> dict[str, Any]:
    filled = read_filled_slots(session, filing.id)
    place = session.scalar(select(func.max(table.model.place)).where(table.model.filing_id == filing.id)) or 0
    done: dict[str, Any] = {"added": {}, "changed": {}}
    renamed = []
    for line in lines:
        if line.row is None:
            place += 1
            row = table.model(id=uuid.uuid4(), filing_id=filing.id, place=place, version=1)
            session.add(row)
            done["added"][str(row.id)] = 1
        else:
            row = line.row
            row.version += 1
            done["changed"][str(row.id)] = {"version": row.version, "before": _answers(table, row)}
            renamed.append((row, getattr(row, table.named_by)))
        line.form.populate_obj(row)
        _count(table, row, filing, filled[row.id])
    session.flush()
    rename_references(session, filing, table, renamed)
    return done


def _answers(table: Table, row: Any) -> dict[str, Any]:
    """Write down the answers of a row the way they travel in JSON."""
    return {field.name: field.plain(getattr(row, field.name)) for field in columns(table)}


def _count(table: Table, row: Any, filing: Filing, filled: set[str]) -> None:
    row.error_count, row.missing_count = count_findings(row_findings(table, row, filing, filled))


def take_back(
    session: Session, filing: Filing, table: Table, kept: TableImport, actor: Actor, at: datetime
) -> None:
    """Undo an import: remove what it added, restore what it changed. Raises Touched, changing nothing."""
    rows = {str(row.id): row for row in read_rows(session, table, filing.id)}
    filled = read_filled_slots(session, filing.id)
    added, changed = kept.done["added"], kept.done["changed"]
    versions = added | {row_id: change["version"] for row_id, change in changed.items()}
    touched = {row_id for row_id, version in versions.items() if _version(rows, row_id) != version}
    touched |= {row_id for row_id in added if filled[uuid.UUID(row_id)]}
    if touched:
        raise Touched(len(touched))
    for row_id in added:
        rows[row_id].removed_at = at
        rows[row_id].version += 1
    renamed = []
    for row_id, change in changed.items():
        row = rows[row_id]
        renamed.append((row, getattr(row, table.named_by)))
        _restore(table, row, change["before"])
        row.version += 1
        _count(table, row, filing, filled[row.id])
    session.flush()
    rename_references(session, filing, table, renamed)
    kept.undone_at = at
    filing.touch(actor, at)
    reach("lines_taken_back")


def _version(rows: Mapping[str, Any], row_id: str) -> int | None:
    return rows[row_id].version if row_id in rows else None


def _restore(table: Table, row: Any, before: Mapping[str, Any]) -> None:
    """Put the former answers back; they came from the same form, so it takes them."""
    answers: MultiDict[str, str] = MultiDict()
    for field in columns(table):
        answers.setlist(field.name, posted(field, before[field.name]))
    table.form(answers).populate_obj(row)

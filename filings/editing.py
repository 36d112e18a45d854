"""Acts on rows, tabs and their files. Callers load, commit and answer; nothing here knows HTTP."""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from failpoints import reach
from filings.kind import Tab, Table
from filings.kinds import kind_of
from filings.problems import count_findings, read_filled_slots, read_rows, row_findings
from forms.base import FilingForm, Refusal
from models.attachment import Attachment
from models.event import Actor
from models.filing import Filing
from models.stored_file import StoredFile
from models.tab_state import TabState


class Conflict(Exception):
    """Somebody else saved the row or tab after this page was opened."""


def add_row(
    session: Session, filing: Filing, table: Table, form: FilingForm, actor: Actor, at: datetime
) -> Any:
    """Append a row with the answers of `form`."""
    last = select(func.max(table.model.place)).where(table.model.filing_id == filing.id)
    row = table.model(filing_id=filing.id, place=(session.execute(last).scalar() or 0) + 1)
    form.populate_obj(row)
    session.add(row)
    session.flush()  # need row.id for its page and its files
    _judge_row(session, filing, table, row)
    filing.touch(actor, at)
    reach("row_stored")
    return row


def save_row(
    session: Session, filing: Filing, table: Table, row: Any, form: FilingForm, version: int | None,
    actor: Actor, at: datetime,
) -> None:  # fmt: skip
    """Save a row as a whole. Raises Conflict when `version` is given and no longer current."""
    renamed_from = getattr(row, table.named_by)
    _take_version(row, version)
    form.populate_obj(row)
    session.flush()
    rename_references(session, filing, table, [(row, renamed_from)])
    _judge_row(session, filing, table, row)
    filing.touch(actor, at)
    reach("row_stored")


def remove_row(session: Session, filing: Filing, row: Any, actor: Actor, at: datetime) -> None:
    """Take a row out of the filing; restore_row brings it back with its files."""
    row.removed_at = at
    row.version += 1
    filing.touch(actor, at)
    session.flush()


def restore_row(session: Session, filing: Filing, table: Table, row: Any, actor: Actor, at: datetime) -> None:
    """Bring a removed row back; what its checks read elsewhere may have changed meanwhile."""
    row.removed_at = None
    row.version += 1
    _judge_row(session, filing, table, row)
    filing.touch(actor, at)
    session.flush()


def save_tab(
    session: Session, filing: Filing, tab: Tab, form: FilingForm, version: int | None, actor: Actor,
    at: datetime,
) -> dict[str, Refusal]:  # fmt: skip
    """Store every answer that parses, keep the typed text of the others, and return their refusals.

    Raises Conflict when `version` is given and no longer current, unless nothing typed differs from what
    is there: 保存 pressed while an autosave of the same answers is under way is no conflict.
    """
    state = tab_state(session, filing, tab)
    _take_version(state, None if _says_the_same(filing, state, form) else version)
    filing.touch(actor, at)
    refusals = form.refusals()
    changed = _store_answers(filing, form, refusals)
    state.unsaved_input = {
        name: {"text": form[name].shown_input(), "code": refusal.code, "message": str(refusal)}
        for name, refusal in refusals.items()
    }
    filing.name = getattr(filing, kind_of(filing).named_by) or filing.name
    session.flush()
    rejudge_rows(session, filing, changed)
    reach("tab_stored")
    return refusals


def _says_the_same(filing: Filing, state: TabState, form: FilingForm) -> bool:
    return all(
        field.data == getattr(filing, field.name)
        if not field.errors
        else state.unsaved_input.get(field.name, {}).get("text") == field.shown_input()
        for field in form
    )


def confirm_tab(session: Session, filing: Filing, tab: Tab, actor: Actor, at: datetime) -> None:
    """Note that 保存 was pressed: from now on the tab says what is still missing in it."""
    state = tab_state(session, filing, tab)
    state.saved_at, state.saved_by_id = at, actor.account_id
    filing.touch(actor, at)


def _store_answers(filing: Filing, form: FilingForm, refusals: Iterable[str]) -> set[str]:
    """Set the answers that parsed; return the names of those that changed."""
    changed = set()
    for field in form:
        if field.name not in refusals and getattr(filing, field.name) != field.data:
            field.populate_obj(filing, field.name)
            changed.add(field.name)
    return changed


def tab_state(session: Session, filing: Filing, tab: Tab) -> TabState:
    """Return the tab's state row, made on first use."""
    state = session.get(TabState, (filing.id, tab.name))
    if state is None:
        state = TabState(filing_id=filing.id, tab=tab.name, version=0, unsaved_input={})
        session.add(state)
    return state


def _take_version(saved: Any, version: int | None) -> None:
    if version is not None and version != saved.version:
        raise Conflict
    saved.version += 1


def rename_references(
    session: Session, filing: Filing, table: Table, renames: Iterable[tuple[Any, str | None]]
) -> None:
    """Let answers that name rows of this table follow their new names; `renames` has rows and former names.

    A name that another row still bears, or that several rows gave up, moves nothing: nobody knows which of
    them was meant.
    """
    renamed = [(row, name) for row, name in renames if name != getattr(row, table.named_by)]
    given_up = Counter(name for _, name in renamed)
    names = {name: getattr(row, table.named_by) for row, name in renamed if name and given_up[name] == 1}
    names = {name: new for name, new in names.items() if new}
    for name in _still_borne(session, filing, table, names, [row.id for row, _ in renamed]) if names else ():
        del names[name]
    if names:
        _rename(session, filing, table, names)


def _still_borne(
    session: Session, filing: Filing, table: Table, names: Iterable[str], renamed: Iterable[uuid.UUID]
) -> set[str]:
    model, name = table.model, getattr(table.model, table.named_by)
    others = (model.filing_id == filing.id, model.removed_at.is_(None), model.id.not_in(renamed))
    return set(session.scalars(select(name).where(*others, name.in_(names))))


def _rename(session: Session, filing: Filing, table: Table, names: Mapping[str, str]) -> None:
    for other in kind_of(filing).tables:
        for field in other.fields.values():
            if field.kind == "named_row" and field.table == table.name:
                column = getattr(other.model, field.name)
                session.execute(
                    update(other.model)
                    .where(other.model.filing_id == filing.id, column.in_(names))
                    .values({field.name: case(names, value=column), "version": other.model.version + 1})
                )


def _judge_row(session: Session, filing: Filing, table: Table, row: Any) -> None:
    filled = read_filled_slots(session, filing.id, row.id)[row.id]
    row.error_count, row.missing_count = count_findings(row_findings(table, row, filing, filled))


def rejudge_rows(session: Session, filing: Filing, changed: set[str]) -> None:
    """Judge again the rows whose checks read an answer that changed."""
    for table in kind_of(filing).tables:
        if any(changed.intersection(check.reads) for check in table.checks):
            _judge_rows(session, filing, table)


def rejudge_filing(session: Session, filing: Filing) -> None:
    """Judge every row again, for example after rows were loaded from elsewhere."""
    for table in kind_of(filing).tables:
        _judge_rows(session, filing, table)


def _judge_rows(session: Session, filing: Filing, table: Table) -> None:
    filled = read_filled_slots(session, filing.id)
    for row in read_rows(session, table, filing.id):
        counts = count_findings(row_findings(table, row, filing, filled[row.id]))
        row.error_count, row.missing_count = counts


def attach(
    session: Session, filing: Filing, table: Table | None, row: Any, slot: str, name: str,
    file: StoredFile, actor: Actor, at: datetime,
) -> Attachment:  # fmt: skip
    """Put an admitted file into a slot of `row`, or of the filing when `table` is None."""
    owner_id: uuid.UUID = filing.id if table is None else row.id
    store_file(session, file)
    attachment = find_attachment(session, owner_id, slot)
    if attachment is None:
        attachment = Attachment(filing_id=filing.id, owner_id=owner_id, slot=slot)
        session.add(attachment)
    attachment.name, attachment.sha256 = name, file.sha256
    attachment.uploaded_at, attachment.uploaded_by_id = at, actor.account_id
    _after_file(session, filing, table, row, actor, at)
    reach("file_attached")
    return attachment


def store_file(session: Session, file: StoredFile) -> None:
    """Note an admitted file, unless somebody noted the same bytes already, perhaps at this moment."""
    if session.get(StoredFile, file.sha256) is None:
        try:
            with session.begin_nested():
                session.add(file)
        except IntegrityError:
            session.expire_all()


def detach(
    session: Session, filing: Filing, table: Table | None, row: Any, attachment: Attachment,
    actor: Actor, at: datetime,
) -> None:  # fmt: skip
    """Empty a slot; the bytes stay while any version or other slot needs them."""
    session.delete(attachment)
    _after_file(session, filing, table, row, actor, at)


def _after_file(session: Session, filing: Filing, table: Table | None, row: Any, actor: Actor,
                at: datetime) -> None:  # fmt: skip
    session.flush()
    if table is not None:
        _judge_row(session, filing, table, row)
    filing.touch(actor, at)


def find_attachment(session: Session, owner_id: uuid.UUID, slot: str) -> Attachment | None:
    query = select(Attachment).where(Attachment.owner_id == owner_id, Attachment.slot == slot)
    return session.scalars(query).one_or_none()

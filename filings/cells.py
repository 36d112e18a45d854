"""Row views: what stands in every cell of a row, the same for editing, reading and printing."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session
from wtforms import Field

from filings.finding import Problem
from filings.kind import Slot, Table
from forms.base import FilingForm
from models.attachment import Attachment

PAGE_ROWS = 50


@dataclass(frozen=True)
class Cell:
    """One answer or file of a row. `closed` says why it may not be filled; `input` is set while editing."""

    part: Field | Slot
    text: str = ""
    value: Any = None
    closed: str = ""
    problems: Sequence[Problem] = ()
    input: Field | None = None
    attachment: Attachment | None = None
    hint: str = ""

    @property
    def name(self) -> str:
        return self.part.name

    @property
    def kind(self) -> str:
        return self.part.kind

    @property
    def label(self) -> str:
        return label_of(self.part)

    @property
    def is_file(self) -> bool:
        return isinstance(self.part, Slot)


@dataclass(frozen=True)
class RowView:
    """A row ready to be shown. `id` is "new" for the blank row at the foot."""

    table: Table
    id: str
    seq: int | None
    version: int
    cells: Sequence[Cell]
    form: FilingForm | None = None
    problems: Sequence[Problem] = ()
    row: Any = None

    @property
    def is_blank(self) -> bool:
        return self.id == "new"

    @property
    def has_errors(self) -> bool:
        return any(problem.is_blocking for problem in self.problems)

    @property
    def name(self) -> str:
        """What people call the row: its naming answer, else its number."""
        return (getattr(self.row, self.table.named_by, None) if self.row is not None else None) or (
            f"第 {self.seq} 行"
        )


@dataclass(frozen=True)
class TablePage:
    """One page of a table: its rows as text, and where the page lies."""

    rows: Sequence[RowView]
    number: int
    count: int
    first: int = 0
    last: int = 0
    pages: int = 1
    with_problems: int = 0
    only_problems: bool = False


def label_of(part: Field | Slot) -> str:
    return part.label if isinstance(part, Slot) else part.label.text


def short_label(part: Field | Slot) -> str:
    return part.short or label_of(part)


def view_row(
    table: Table, row: Any, seq: int | None, attachments: Mapping[str, Attachment],
    problems: Iterable[Problem] = (),
) -> RowView:  # fmt: skip
    """View a stored row as text."""
    return _view(table, row, seq, attachments, list(problems), None)


def edit_row(
    table: Table, row: Any, seq: int | None, form: FilingForm, attachments: Mapping[str, Attachment],
    problems: Iterable[Problem] = (),
) -> RowView:  # fmt: skip
    """View a row being edited. `row` carries the answers that decide which cells are closed."""
    return _view(table, row, seq, attachments, list(problems), form)


def _view(
    table: Table, row: Any, seq: int | None, attachments: Mapping[str, Attachment],
    problems: list[Problem], form: FilingForm | None,
) -> RowView:  # fmt: skip
    closed = table.closed(row)
    at_field: defaultdict[str, list[Problem]] = defaultdict(list)
    for problem in problems:
        at_field[problem.field].append(problem)
    cells = [
        _cell(part, row, closed.get(part.name, ""), at_field[part.name], attachments, form)
        for part in table.order
    ]
    row_id = "new" if row.id is None else str(row.id)
    return RowView(table, row_id, seq, row.version or 0, cells, form, problems, row)


def _cell(
    part: Field | Slot, row: Any, closed: str, problems: list[Problem],
    attachments: Mapping[str, Attachment], form: FilingForm | None,
) -> Cell:  # fmt: skip
    if isinstance(part, Slot):
        return Cell(part, closed=closed, problems=problems, attachment=attachments.get(part.name),
                    hint=part.hint_for(row))  # fmt: skip
    value = getattr(row, part.name)
    return Cell(part, part.show(value), part.plain(value), closed, problems,
                form[part.name] if form is not None else None)  # fmt: skip


def row_number(session: Session, table: Table, row: Any) -> int:
    """Return the row's 序号: its rank among the live rows of its table."""
    model = table.model
    if model not in _ranks:
        _ranks[model] = select(func.count()).where(
            model.filing_id == bindparam("filing_id"), model.removed_at.is_(None),
            model.place <= bindparam("place"),
        )  # fmt: skip
    here = {"filing_id": row.filing_id, "place": row.place}
    return session.execute(_ranks[model], here).scalar_one()


_ranks: dict[type[Any], Select[int]] = {}


def read_attachments(
    session: Session, filing_id: uuid.UUID, owners: Sequence[uuid.UUID] | None = None
) -> defaultdict[uuid.UUID, dict[str, Attachment]]:
    """Map owners to their attachments by slot; all of the filing unless `owners` are named."""
    query = _all_attachments if owners is None else _attachments_of
    found: defaultdict[uuid.UUID, dict[str, Attachment]] = defaultdict(dict)
    for attachment in session.scalars(query, {"filing_id": filing_id, "owners": owners}):
        found[attachment.owner_id][attachment.slot] = attachment
    return found


# Kept, because building a statement takes as long as sending it.
_all_attachments = select(Attachment).where(Attachment.filing_id == bindparam("filing_id"))
_attachments_of = _all_attachments.where(Attachment.owner_id.in_(bindparam("owners", expanding=True)))

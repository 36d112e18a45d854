"""Where the files of a filing may go: its slots, row by row, with what file names may say of them."""

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from filings.bulk.matching import Place
from filings.bulk.rowfinder import NamedRow, SlotWords, TableWords
from filings.cells import PAGE_ROWS, read_attachments
from filings.kind import Kind, Slot, Tab, Table
from filings.problems import read_rows
from models.attachment import Attachment
from models.filing import Filing
from models.region import Region

_PLACE_SUFFIX = re.compile("(?:(?:壮族|回族|维吾尔)?自治区|省|市|区|县)$")


def words_of(kind: Kind) -> list[TableWords]:
    """Return what file names may say of the slots of a kind; those of its tabs come last, without a table."""
    tables = [
        TableWords(table.name, table.short or table.label, table.noun, _slot_words(table.slots))
        for table in kind.tables if table.slots
    ]  # fmt: skip
    return [*tables, TableWords("", "", "", _slot_words([slot for tab in kind.tabs for slot in tab.slots]))]


def _slot_words(slots: Sequence[Slot]) -> tuple[SlotWords, ...]:
    return tuple(SlotWords(slot.name, slot.label, (slot.label, *slot.words)) for slot in slots)


@dataclass(frozen=True)
class PlaceView:
    """A place as the page shows it, and what stands there now. `row` is None for a slot of a tab."""

    place: Place
    tab: Tab
    slot: Slot
    table: Table | None = None
    row: Any = None
    number: int = 0
    closed: str = ""
    attachment: Attachment | None = None

    @property
    def key(self) -> str:
        """The place as forms carry it."""
        return "/".join(part for part in self.place if part)

    @property
    def row_name(self) -> str:
        name = getattr(self.row, self.table.named_by) if self.table else ""
        return f"第 {self.number} 行{f' {name}' if name else ''}" if self.table else self.tab.label

    @property
    def name(self) -> str:
        """The place in words: 第 3 行 云杉科技 · 营业执照."""
        return f"{self.row_name} · {self.slot.label}"

    @property
    def short_name(self) -> str:
        """The place where there is little room, what matters first: 营业执照 · 企业第 3 行 云杉科技."""
        return f"{self.slot.label} · {self.table.noun if self.table else ''}{self.row_name}"

    @property
    def page(self) -> int:
        """The page of the table on which the row stands."""
        return (self.number - 1) // PAGE_ROWS + 1


@dataclass
class Places:
    """All places of one filing, in the order of its form."""

    kind: Kind
    filing: Filing
    rows: Mapping[str, Sequence[Any]]
    attachments: Mapping[uuid.UUID, Mapping[str, Attachment]]

    @cached_property
    def all(self) -> dict[Place, PlaceView]:
        return {view.place: view for view in self._views()}

    @cached_property
    def by_key(self) -> dict[str, PlaceView]:
        return {view.key: view for view in self.all.values()}

    @property
    def groups(self) -> list[tuple[str, list[PlaceView]]]:
        """All places by table, then those of the tabs."""
        groups: dict[str, list[PlaceView]] = {}
        for view in sorted(self.all.values(), key=lambda view: view.table is None):
            name = (view.table.short or view.table.label) if view.table else "标签页"
            groups.setdefault(name, []).append(view)
        return list(groups.items())

    def _views(self) -> Iterator[PlaceView]:
        for tab in self.kind.tabs:
            for slot in tab.slots:
                held = self.attachments.get(self.filing.id, {}).get(slot.name)
                yield PlaceView(Place("", "", slot.name), tab, slot, attachment=held)
            for table in tab.tables:
                for number, row in enumerate(self.rows.get(table.name, ()), 1):
                    yield from self._views_of_row(tab, table, row, number)

    def _views_of_row(self, tab: Tab, table: Table, row: Any, number: int) -> Iterator[PlaceView]:
        closed, held = table.closed(row), self.attachments.get(row.id, {})
        for slot in table.slots:
            yield PlaceView(
                Place(table.name, str(row.id), slot.name), tab, slot, table, row, number,
                closed.get(slot.name, ""), held.get(slot.name),
            )  # fmt: skip

    def named_rows(self) -> list[NamedRow]:
        """Return what file names may say of every row."""
        return [
            _named_row(table, row, number)
            for table in self.kind.tables for number, row in enumerate(self.rows.get(table.name, ()), 1)
        ]  # fmt: skip


def _named_row(table: Table, row: Any, number: int) -> NamedRow:
    marks = (table.fields[name].plain(getattr(row, name)) for name in table.known_by)
    closed = {name: why for name, why in table.closed(row).items() if table.slot(name)}
    name = getattr(row, table.named_by) or ""
    return NamedRow(table.name, str(row.id), number, name, tuple(filter(None, marks)), closed)


def read_places(session: Session, kind: Kind, filing: Filing) -> Places:
    """Read the rows that have slots, and what stands in them."""
    rows = {table.name: read_rows(session, table, filing.id) for table in kind.tables if table.slots}
    return Places(kind, filing, rows, read_attachments(session, filing.id))


def places_in_front(session: Session, region: Region | None) -> set[str]:
    """Return the places that companies bear in front: provinces, cities, and the district of the filing.

    Each in full and as people say it: 广州市 and 广州, 广西壮族自治区 and 广西.
    """
    wide = select(Region.name).where(Region.level.in_(("province", "city")))
    names = {*session.scalars(wide), *([region.name] if region else ())}
    return {name for name in names | {_PLACE_SUFFIX.sub("", name) for name in names} if len(name) > 1}

"""The figures that rules compute with: sums and counts by one SQL statement, rows as plain tuples."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import Session

from failpoints import reach
from filings.kind import Kind, Table


@dataclass(frozen=True)
class Tally:
    """What one SQL aggregate says of a table: rows, sums by column, problems in the rows."""

    count: int = 0
    sums: dict[str, Decimal | int] = field(default_factory=dict)
    error_count: int = 0
    missing_count: int = 0


@dataclass
class Figures:
    """Everything derived values and conditions may look at. An empty table sums to 0."""

    filing: Any
    tallies: dict[str, Tally]
    read_rows: Callable[[str], Sequence[Any]]
    facts: dict[str, Any] = field(default_factory=dict)
    _rows: dict[str, Sequence[Any]] = field(default_factory=dict)

    @property
    def batch(self) -> Any:
        return self.filing.batch

    def sum(self, table: str, column: str) -> Decimal:
        return Decimal(self.tallies[table].sums[column])

    def count(self, table: str) -> int:
        return self.tallies[table].count

    def rows(self, table: str) -> Sequence[Any]:
        """Return the judged columns of all rows of `table` as tuples with names, read once."""
        if table not in self._rows:
            self._rows[table] = self.read_rows(table)
        return self._rows[table]

    def limit(self, name: str) -> Decimal:
        """Return a threshold of the batch, for example the least area."""
        return Decimal(str(self.batch.limits[name]))


def load_figures(session: Session, kind: Kind, filing: Any) -> Figures:
    """Read the tallies now and the rows when a rule first asks for them."""
    tallies = read_tallies(session, kind, filing.id)
    reach("figures_loaded")
    return Figures(
        filing,
        tallies,
        lambda table: read_judged(session, kind, table, filing.id),
        kind.facts(session, filing),
    )


_tally_queries: dict[str, Select[Any]] = {}


def read_tallies(session: Session, kind: Kind, filing_id: uuid.UUID) -> dict[str, Tally]:
    """Sum and count every table of a filing in one statement."""
    if not kind.tables:
        return {}
    if kind.name not in _tally_queries:
        _tally_queries[kind.name] = _tally_query(kind)
    row = session.execute(_tally_queries[kind.name], {"filing_id": filing_id}).one()
    return {table.name: _tally(table, row) for table in kind.tables}


def _tally(table: Table, row: Any) -> Tally:
    values = row._mapping
    return Tally(
        values[f"{table.name}_count"],
        {name: values[f"{table.name}_{name}"] or 0 for name in table.totals},
        values[f"{table.name}_error_count"] or 0,
        values[f"{table.name}_missing_count"] or 0,
    )


def _tally_query(kind: Kind) -> Select[Any]:
    """Put one scalar subquery per figure side by side: one round trip whatever the number of tables."""
    columns: list[ColumnElement[Any]] = []
    for table in kind.tables:
        figures: list[tuple[str, ColumnElement[Any]]] = [("count", func.count())]
        sums = ("error_count", "missing_count", *table.totals)
        figures += [(name, func.sum(getattr(table.model, name))) for name in sums]
        columns += [
            select(figure).where(*_live_rows(table)).scalar_subquery().label(f"{table.name}_{name}")
            for name, figure in figures
        ]
    return select(*columns)


def _live_rows(table: Table) -> tuple[ColumnElement[bool], ...]:
    return (table.model.filing_id == bindparam("filing_id"), table.model.removed_at.is_(None))


_judged_queries: dict[tuple[str, str], Select[Any]] = {}


def read_judged(session: Session, kind: Kind, table_name: str, filing_id: uuid.UUID) -> Sequence[Any]:
    """Read the judged columns of a table in the order of its rows, as tuples with names."""
    key = (kind.name, table_name)
    if key not in _judged_queries:
        table = kind.table(table_name)
        if table is None:
            raise KeyError(table_name)
        model = table.model
        columns = [model.id, *(getattr(model, name) for name in table.judged)]
        _judged_queries[key] = select(*columns).where(*_live_rows(table)).order_by(model.place, model.id)
    return session.execute(_judged_queries[key], {"filing_id": filing_id}).all()

"""Changing keys: what older keys sealed is sealed by the newest, and found by its digest; a few rows at a time.

A value says which key sealed it, so a change that was cut short goes on where it stopped. Until it is done both
keys open and both digests are looked up.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, Text, func, or_, select, type_coerce, update
from sqlalchemy.orm import Session

from extensions import keyring
from keys import CannotOpen
from models.account import Account
from models.base import Base
from models.linked_identity import DIGEST_OF
from models.sealed import Sealed

# Table and sealed column → the digest beside it, its purpose, and what stands before the value in what is digested.
DIGESTS = {
    ("account", "id_number"): ("id_number_digest", "id_number", "id_type", ":"),
    ("account", "mobile"): ("mobile_digest", "mobile", "", ""),
    ("appeal", "mobile"): ("mobile_digest", "mobile", "", ""),
    ("invitation", "id_number"): ("id_number_digest", "id_number", "id_type", ":"),
    ("service_approval", "id_number"): ("id_number_digest", "id_number", "id_type", ":"),
    ("linked_identity", "external_id"): ("external_id_digest", DIGEST_OF, "provider", "\0"),
}
# Digests that live for minutes: a code that is on its way when keys change has to be asked for again.
SHORT_LIVED = {("verification_code", "mobile_digest"), ("verification_code", "code_digest")}


@dataclass(frozen=True)
class Place:
    """A column that holds sealed values, in all rows or in those of `condition`."""

    table: Table
    column: Column[Any]
    condition: ColumnElement[bool] | None = None

    @property
    def name(self) -> str:
        return f"{self.table.name}.{self.column.name}"

    @property
    def raw(self) -> ColumnElement[str]:
        """The text as it is stored."""
        return type_coerce(self.column, Text)

    @property
    def key(self) -> Column[Any]:
        """The one column that tells rows apart."""
        return self.table.primary_key.columns[0]

    def holding(self) -> list[ColumnElement[bool]]:
        return [self.column.is_not(None), *([self.condition] if self.condition is not None else [])]

    def not_sealed_by(self, names: list[str]) -> ColumnElement[bool]:
        """Return the condition that none of these keys sealed the value."""
        return ~or_(*(func.substr(self.raw, 1, len(name) + 1) == f"{name}." for name in names))


@dataclass
class Pass:
    """How far one way through a place came: `last` is the key of the last row. `stuck`: values nobody can open."""

    last: uuid.UUID | None = None
    resealed: int = 0
    stuck: int = 0
    is_over: bool = False


def sealed_places() -> Iterator[Place]:
    """Yield every column that holds sealed values."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Sealed):
                yield Place(table, column)
    account: Any = Account.__table__
    yield Place(account, account.c.password_hash, account.c.password_scheme.like("sealed\\_%", escape="\\"))


def count_not_sealed_by(session: Session, place: Place, names: list[str]) -> int:
    """Count the values that none of these keys sealed."""
    query = select(func.count()).select_from(place.table).where(*place.holding(), place.not_sealed_by(names))
    return session.scalar(query) or 0


def reseal_some(session: Session, place: Place, way: Pass, rows: int) -> None:
    """Seal the next few values anew, each only if nobody changed it meanwhile; the caller commits.

    Raises IntegrityError when two rows claim one digest, which lookups by both digests prevent.
    """
    digest = DIGESTS.get((place.table.name, place.column.name))
    beside = [place.table.c[name] for name in (digest[0], digest[2]) if name] if digest else []
    query = select(place.key, place.raw.label("stored"), *beside).where(
        *place.holding(), place.not_sealed_by([keyring.names[0]])
    )
    if way.last is not None:
        query = query.where(place.key > way.last)
    found = session.execute(query.order_by(place.key).limit(rows).with_for_update()).all()
    for row in found:
        way.last = row[0]
        try:
            text = keyring.open(row.stored)
        except CannotOpen:
            way.stuck += 1
            continue
        values: dict[str, Any] = {place.column.name: type_coerce(keyring.seal(text), Text)}
        if digest and getattr(row, digest[0]):
            before = f"{getattr(row, digest[2])}{digest[3]}" if digest[2] else ""
            values[digest[0]] = keyring.digest(f"{before}{text}", digest[1])
        changed = session.execute(
            update(place.table)
            .where(place.key == row[0], place.raw == row.stored)
            .values(values)
            .returning(place.key)
        )
        way.resealed += len(changed.all())
    way.is_over = len(found) < rows

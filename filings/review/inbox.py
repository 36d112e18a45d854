"""What lies before an office: the SQL twin of `policies.may_review`, and the queue."""

import uuid
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from filings.kinds import KINDS
from models.filing import Filing
from models.moves import Status
from models.office import Office
from models.recusal import Recusal
from models.region import Region
from policies import UNSEEN_STATUSES, levels_from, levels_up_to


def came_before(office: Office) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions under which the office may see a filing."""
    reached = and_(
        Filing.first_level.in_(levels_up_to(office.level)),
        Filing.reached_level.in_(levels_from(office.level)),
    )
    copied_kinds = [kind.name for kind in KINDS.values() if office.level in kind.copy_levels]
    copied = and_(Filing.kind.in_(copied_kinds), Filing.status == Status.APPROVED)
    return (
        unindexed(Filing.region_code).in_(select(regions_under(office.region_code).c.code)),
        Filing.status.not_in(UNSEEN_STATUSES),
        or_(reached, copied) if copied_kinds else reached,
    )


def gave_up(account_id: uuid.UUID) -> ColumnElement[bool]:
    """Return the condition that the account declared an interest in a filing (回避)."""
    return exists().where(Recusal.filing_id == Filing.id, Recusal.account_id == account_id)


class unindexed(FunctionElement[Any]):
    """A column as no index of SQLite knows it, so that it walks in the order of the list instead.

    Left alone, SQLite fetches every filing of a region and sorts them all to show fifty. PostgreSQL knows how
    common a value is and decides by itself; hidden from it, it takes a common value for a rare one.
    """

    inherit_cache = True

    def __init__(self, column: Any) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(unindexed)
def _column(element: unindexed, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(unindexed, "sqlite")
def _hidden_column(element: unindexed, compiler: Any, **options: Any) -> str:
    return f"+{compiler.process(element.clauses, **options)}"


def regions_under(code: str, name: str = "governed"):  # type: ignore[no-untyped-def]
    """Select a region and all that report through it, along admin_parent; `name` tells two apart."""
    tree = select(Region.code).where(Region.code == code).cte(name, recursive=True)
    return tree.union_all(select(Region.code).where(Region.admin_parent_code == tree.c.code))

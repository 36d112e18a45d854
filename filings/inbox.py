"""What lies before an office."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, joinedload

from models.filing import Filing
from models.office import Office
from models.region import Region
from policies import levels_from, levels_up_to


def filings_before(session: Session, office: Office, limit: int, offset: int) -> Sequence[Filing]:
    """Read the filings of the office's region that reached or passed its level, longest waiting first."""
    parent = aliased(Office)
    query = (
        select(Filing)
        .join(parent, Filing.receiving_office_id == parent.id)
        .where(
            Filing.region_code.in_(select(regions_under(office.region_code).c.code)),
            Filing.status.not_in(("draft", "withdrawn", "void")),
            parent.level.in_(levels_up_to(office.level)),
            Filing.current_level.in_(levels_from(office.level)),
        )
        .options(joinedload(Filing.unit), joinedload(Filing.region), joinedload(Filing.receiving_office))
        .order_by(Filing.submitted_at, Filing.id)
    )
    return session.scalars(query.limit(limit).offset(offset)).all()


def regions_under(code: str):  # type: ignore[no-untyped-def]
    """Select a region and all that report through it, along admin_parent."""
    tree = select(Region.code).where(Region.code == code).cte("governed", recursive=True)
    return tree.union_all(select(Region.code).where(Region.admin_parent_code == tree.c.code))

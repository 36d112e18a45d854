"""Which office receives a filing, and whose jurisdiction a place lies in along `admin_parent`."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.office import Office
from models.region import Region


def receiving_offices(
    session: Session, region_code: str, kind_levels: Sequence[str], offers_next: bool
) -> list[Office]:
    """Return the offices an applicant may choose from, the nearest (the default) first.

    `kind_levels` is the path of the kind, from its first level to its last. The national office receives
    nothing from applicants unless the path starts with it. Empty when no office on the way up is active.
    Source: the addressees of 科技部 notices: «各省、自治区、直辖市及计划单列市科技厅（委、局）,
    新疆生产建设兵团科技局»: a 计划单列市 and 兵团 report past their provinces.
    """
    chain = jurisdiction(session, region_code)
    receiving = [level for level in kind_levels if level != "torch" or kind_levels[0] == "torch"]
    found = session.scalars(select(Office).where(*_deciding(chain), Office.level.in_(receiving)))

    def height(office: Office) -> tuple[int, int, str]:
        return chain.index(office.region_code), receiving.index(office.level), office.name

    nearest_first = sorted(found, key=height)
    return nearest_first[: 2 if offers_next else 1]


def next_office(session: Session, region_code: str, kind_levels: Sequence[str], level: str) -> Office | None:
    """Return the office that decides after those of `level`: the nearest of the lowest level above.

    None when there is none: `level` decides finally.
    """
    chain = jurisdiction(session, region_code)
    above = list(kind_levels[kind_levels.index(level) + 1 :])
    found = session.scalars(select(Office).where(*_deciding(chain), Office.level.in_(above)))

    def height(office: Office) -> tuple[int, int, str]:
        return above.index(office.level), chain.index(office.region_code), office.name

    return min(found, key=height, default=None)


def _deciding(chain: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    return Office.is_active.is_(True), Office.only_reads.is_(False), Office.region_code.in_(chain)


def jurisdiction(session: Session, region_code: str) -> tuple[str, ...]:
    """Return the codes of the regions that govern `region_code`, itself first, the nation last.

    Empty for a code that is not in the register.
    """
    above = (
        select(Region.code, Region.admin_parent_code)
        .where(Region.code == region_code)
        .cte("above", recursive=True)
    )
    next_up = select(Region.code, Region.admin_parent_code).where(Region.code == above.c.admin_parent_code)
    parents = {code: parent for code, parent in session.execute(select(above.union(next_up)))}  # noqa: C416
    return _in_order(region_code, parents)


def _in_order(region_code: str, parents: dict[str, str | None]) -> tuple[str, ...]:
    """Walk from `region_code` to the root: SQL promises no order of the rows of a recursion."""
    walked: list[str] = []
    code: str | None = region_code
    while code in parents and code not in walked:
        walked.append(code)
        code = parents[code]
    return tuple(walked)

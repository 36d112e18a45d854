"""Reference data that every installation starts with: the regions and offices of models/data/."""

import csv
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from models.office import Office
from models.region import Region

DATA = Path(__file__).parent / "data"
FLAGS = ("is_municipality", "is_separately_planned", "pilot_change")
PARENTS = ("geo_parent_code", "admin_parent_code")
# The other columns are an administrator's once the region exists.
STRUCTURE = ("name", "level", *PARENTS, "is_municipality", "is_separately_planned")
_offices = uuid.UUID("6f0b5a52-0c1d-4a43-9b54-0d7f3e2c9a11")


def load_reference(session: Session) -> None:
    """Add missing regions and offices and correct the tree; safe to run at every start."""
    load_regions(session)
    load_offices(session)


def load_regions(session: Session) -> None:
    """Add missing regions and put right name, level and parents of the others."""
    known = {region.code: region for region in session.scalars(select(Region))}
    wanted = list(_regions())
    missing = [row for row in wanted if row["code"] not in known]
    if missing:
        session.execute(insert(Region), missing)
    for row in wanted:
        region = known.get(row["code"])
        changed = {name: row[name] for name in STRUCTURE if region and getattr(region, name) != row[name]}
        if changed:
            session.execute(update(Region).where(Region.code == row["code"]).values(**changed))


def load_offices(session: Session) -> None:
    """Add missing offices; one that exists keeps what its administrator made of it."""
    known = set(session.scalars(select(Office.id)))
    missing = [row for row in _office_rows() if row["id"] not in known]
    if missing:
        session.execute(insert(Office), missing)


def office_id(level: str, region_code: str) -> uuid.UUID:
    """Return the fixed id of a reference office, the same on every installation."""
    return uuid.uuid5(_offices, f"{level}/{region_code}")


def _regions() -> Iterator[dict[str, Any]]:
    """Yield the rows of regions.csv, parents first, so that they can be inserted in this order."""
    for line in _lines("regions.csv"):
        parents = {name: line[name] or None for name in PARENTS}
        yield {**line, **parents, **{name: line[name] == "1" for name in FLAGS}, "is_hardship_region": False}


def _office_rows() -> Iterator[dict[str, Any]]:
    for line in _lines("offices.csv"):
        yield {**line, "id": office_id(line["level"], line["region_code"])}


def _lines(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

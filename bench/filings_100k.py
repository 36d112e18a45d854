"""A hundred thousand submitted filings, made up: one is submitted as in life, the others are its copies.

Reusable: `fill(session, number)` on any migrated database; `python -m bench.filings_100k` fills the one that
HATCHERY_DATABASE_URL names.
"""

import sys
import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models.account import Account
from models.filing import Filing
from models.makerspace_filing import MakerspaceFiling
from models.region import Region
from models.unit import Unit, name_key
from tests.build import GUANGZHOU, build_account, valid_uscc
from tests.submitting import submitted_filing

FILINGS, A_UNIT, BATCH = 100_000, 20, 5_000
FIRST_SERIAL = 900_000


def fill(session: Session, number: int = FILINGS) -> Filing:
    """Add `number` filings of 广州 that lie before its office, 20 of each unit; return the one copied."""
    original = submitted_filing(session)
    unit, base = _values(session, Unit, original.unit_id), _values(session, Filing, original.id)
    answers = _values(session, MakerspaceFiling, original.id)
    districts = list(session.scalars(select(Region.code).where(Region.admin_parent_code == GUANGZHOU)))
    for first in range(0, number, BATCH):
        count = min(BATCH, number - first)
        units = [_unit(unit, first // A_UNIT + place, districts) for place in range(-(-count // A_UNIT))]
        filings = [_filing(base, first + place, units[place // A_UNIT]) for place in range(count)]
        session.execute(insert(Unit.__table__), units)  # type: ignore[arg-type]
        session.execute(insert(Filing.__table__), filings)  # type: ignore[arg-type]
        rows = [{**answers, "id": filing["id"]} for filing in filings]
        session.execute(insert(MakerspaceFiling.__table__), rows)  # type: ignore[arg-type]
        session.commit()
    return original


def applicant(session: Session) -> Account:
    """An account of a unit that has 20 of the filings."""
    unit = session.scalars(select(Unit).where(Unit.name.like("广州百千%")).order_by(Unit.name)).first()
    return build_account(session, unit=unit)


def _unit(values: dict[str, Any], number: int, districts: list[str]) -> dict[str, Any]:
    code = valid_uscc(FIRST_SERIAL - number)
    name = f"广州百千{number:06d}众创空间有限公司"
    own = {"id": uuid.uuid4(), "name": name, "name_key": name_key(name), "uscc": code,
           "region_code": districts[number % len(districts)]}  # fmt: skip
    return {**values, **own}


def _filing(values: dict[str, Any], number: int, unit: dict[str, Any]) -> dict[str, Any]:
    """A copy with its own serial, unit and time; without a carrier, as of a new one."""
    moved = {
        name: value + timedelta(seconds=number)
        for name, value in values.items()
        if name in ("submitted_at", "arrived_at", "updated_at") and value is not None
    }
    own = {"id": uuid.uuid4(), "serial": FIRST_SERIAL + number, "unit_id": unit["id"], "carrier_id": None,
           "region_code": unit["region_code"], "name": f"百千{number:06d}众创空间"}  # fmt: skip
    return {**values, **moved, **own}


def _values(session: Session, model: Any, key: uuid.UUID) -> dict[str, Any]:
    one, names = session.get_one(model, key), [column.key for column in model.__table__.columns]
    return {name: getattr(one, name) for name in names}


def main() -> None:
    """Fill the database of the environment."""
    from config import Settings
    from extensions import db

    db.connect(Settings.from_env().database_url)
    with Session(db.engine) as session:
        fill(session, int(sys.argv[1]) if len(sys.argv) > 1 else FILINGS)


if __name__ == "__main__":
    main()

"""Clerks with a filing each, put into the database past the sign-in page."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from filings.kinds import kind_of
from models.account import Account
from models.attachment import Attachment
from models.counter import next_number
from models.filing import Filing
from models.login_session import LoginSession
from models.makerspace_filing import MakerspaceFiling
from models.material_version import MaterialVersion
from models.tab_state import TabState
from models.venue import Venue
from tests.build import build_account, build_carrier, build_filing


@dataclass(frozen=True)
class Seat:
    """Where a clerk sits: the token of the sign-in cookie, the filing, and its rows in the table of venues."""

    token: str
    filing_id: uuid.UUID
    rows: tuple[uuid.UUID, ...]

    @property
    def filing(self) -> str:
        return f"/filings/{self.filing_id}"


def venue(place: int) -> dict[str, Any]:
    """The answers of one venue row, complete but for its evidence."""
    return {
        "address": f"广州市天河区科韵路 {place} 号创新大厦", "area_total": Decimal(600), "area_resident": Decimal(400),
        "area_public": Decimal(50), "area_own_use": Decimal(100), "area_other": Decimal(50),
        "workstations": 40, "ownership": ["leased"],
    }  # fmt: skip


def typed(place: int, **changes: Any) -> dict[str, Any]:
    """The same answers as a form sends them."""
    return {
        name: value if isinstance(value, list) else str(value) for name, value in venue(place).items()
    } | changes


def seat(session: Session, rows: int) -> Seat:
    """Seat a clerk of a new unit before a draft with `rows` venues."""
    account = build_account(session)
    filing = build_filing(session, carrier=build_carrier(session, account.unit))
    return _seated(session, account, filing.id, add_venues(session, filing.id, rows))


def _seated(session: Session, account: Any, filing_id: uuid.UUID, rows: tuple[uuid.UUID, ...]) -> Seat:
    _login, token = LoginSession.start(session, account, datetime.now(UTC), address="127.0.0.1", browser="")
    session.commit()
    return Seat(token, filing_id, rows)


def add_venues(session: Session, filing_id: uuid.UUID, number: int, first: int = 1) -> tuple[uuid.UUID, ...]:
    """Add rows to the table of venues; return their ids."""
    rows = [
        {"id": uuid.uuid4(), "filing_id": filing_id, "place": place, "missing_count": 1, **venue(place)}
        for place in range(first, first + number)
    ]
    if rows:
        session.execute(insert(Venue), rows)
        session.commit()
    return tuple(row["id"] for row in rows)


def seat_with_copy(session: Session, source: Filing) -> Seat:
    """Seat a clerk of a new unit before a copy of a filing, its evidence included."""
    account = build_account(session)
    filing = build_filing(session, carrier=build_carrier(session, account.unit))
    owners = {source.id: filing.id}
    for table in kind_of(source).tables:
        owners |= _copy_rows(session, table.model, source, filing)
    for tab in kind_of(source).tabs:
        for name in tab.fields:
            setattr(filing, name, getattr(source, name))
    _copy(session, TabState, source, filing, {})
    for one in _values(session, Attachment, source):
        session.add(
            Attachment(
                **one | {"id": uuid.uuid4(), "filing_id": filing.id, "owner_id": owners[one["owner_id"]]}
            )
        )
    session.commit()
    venues = session.scalars(select(Venue.id).where(Venue.filing_id == filing.id).order_by(Venue.place))
    return _seated(session, account, filing.id, tuple(venues))


def add_filings(session: Session, seated: Seat, number: int) -> None:
    """Give the unit of a seat more drafts, each with a version: the list of its filings gets so many lines more."""
    source = session.get_one(MakerspaceFiling, seated.filing_id)
    owner = session.scalars(select(Account.id).where(Account.unit_id == source.unit_id)).first()
    for _ in range(number):
        serial = next_number(session, "filing")
        own = {"id": uuid.uuid4(), "serial": serial, "carrier_id": None, "name": f"{source.name}{serial}"}
        session.execute(insert(Filing.__table__), _row_of(source, Filing) | own)  # type: ignore[arg-type]
        answers = _row_of(source, MakerspaceFiling) | {"id": own["id"]}
        session.execute(insert(MakerspaceFiling.__table__), answers)  # type: ignore[arg-type]
        session.add(
            MaterialVersion(
                filing_id=own["id"], number=1, version_no=f"ZCKJ-2021-{serial:06d}-001-{serial % 10_000:04d}",
                snapshot={}, content_hash="", generated_at=datetime.now(UTC), generated_by_id=owner, state="ready",
            )
        )  # fmt: skip
    session.commit()


def _row_of(thing: Any, model: Any) -> dict[str, Any]:
    return {column.key: getattr(thing, column.key) for column in model.__table__.columns}


def demo_filing(session: Session) -> MakerspaceFiling:
    """The complete filing of the demo: 100 residents, more than 200 attachments."""
    return session.scalars(select(MakerspaceFiling).order_by(MakerspaceFiling.created_at)).first()  # type: ignore[return-value]


def _copy_rows(session: Session, model: Any, source: Filing, filing: Filing) -> dict[uuid.UUID, uuid.UUID]:
    ids = {}
    for one in _values(session, model, source):
        ids[one["id"]] = uuid.uuid4()
        session.add(model(**one | {"id": ids[one["id"]], "filing_id": filing.id}))
    session.flush()
    return ids


def _copy(session: Session, model: Any, source: Filing, filing: Filing, changes: dict[str, Any]) -> None:
    for one in _values(session, model, source):
        session.add(model(**one | {"filing_id": filing.id} | changes))


def _values(session: Session, model: Any, source: Filing) -> list[dict[str, Any]]:
    names = [column.key for column in model.__table__.columns]
    found = session.scalars(select(model).where(model.filing_id == source.id)).all()
    return [{name: getattr(one, name) for name in names} for one in found]

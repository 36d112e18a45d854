"""Which versions of a filing may be held against each other, and by whom."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, contains_eager, joinedload

from clock import SHANGHAI
from models.batch import Batch
from models.comparison import PrintedComparison
from models.event import Event
from models.filing import Filing
from models.material_version import MaterialVersion


@dataclass(frozen=True)
class Choice:
    """A version that may be compared, as a list offers it."""

    version: MaterialVersion
    label: str

    @property
    def version_no(self) -> str:
        return self.version.version_no


def submitted_choices(session: Session, filing: Filing) -> list[Choice]:
    """List the versions of the filing that were ever submitted, the oldest first."""
    acts = select(Event).where(Event.stream_id == filing.id, Event.act == "submit").order_by(Event.number)
    rounds: dict[Any, Any] = {event.details.get("version_no"): event.at for event in session.scalars(acts)}
    if not rounds:  # put before the office without an event, as old data may be
        rounds = {filing.submitted_version_no: filing.submitted_at}
    known = {v.version_no: v for v in _versions(session, MaterialVersion.version_no.in_(list(rounds)))}
    numbered = [(number, at) for number, at in rounds.items() if number in known]
    return [
        Choice(known[number], f"第 {place} 次提交 · {_day(at)} · {number}")
        for place, (number, at) in enumerate(numbered, 1)
    ]


def all_choices(session: Session, filing: Filing) -> list[Choice]:
    """List all versions of the filing, the oldest first; for the applicant, who made them."""
    versions = _versions(session, MaterialVersion.filing_id == filing.id)
    return [
        Choice(version, f"版本 {version.number:03d} · {_day(version.generated_at)} · {version.version_no}")
        for version in versions
    ]


def earlier_filings(session: Session, filing: Filing) -> Sequence[Filing]:
    """Return filings of the same kind for the same carrier in earlier batches, the newest first."""
    if filing.carrier_id is None:
        return []
    query = select(Filing).join(Filing.batch).where(
        Filing.kind == filing.kind, Filing.carrier_id == filing.carrier_id, Filing.id != filing.id,
        Filing.submitted_version_no.is_not(None), Batch.year < filing.batch.year,
    )  # fmt: skip
    query = query.options(contains_eager(Filing.batch), joinedload(Filing.receiving_office))
    return session.scalars(query.order_by(Batch.year.desc(), Filing.submitted_at.desc())).all()


def earlier_choices(session: Session, filings: Sequence[Filing]) -> list[Choice]:
    """List the last submitted version of each of these filings."""
    numbers = {filing.submitted_version_no: filing for filing in filings}
    found = _versions(session, MaterialVersion.version_no.in_(list(numbers)))
    by_number = {version.version_no: version for version in found}
    return [
        Choice(by_number[number], f"{filing.batch.name} · {filing.status_text} · {number}")
        for number, filing in numbers.items() if number in by_number
    ]  # fmt: skip


def find_printed(
    session: Session, before: MaterialVersion, after: MaterialVersion
) -> PrintedComparison | None:
    """Return the printed comparison of two versions; None when nobody has asked for it."""
    return session.scalars(_printed(before, after)).one_or_none()


def _printed(before: MaterialVersion, after: MaterialVersion) -> Select[PrintedComparison]:
    return select(PrintedComparison).where(
        PrintedComparison.before_id == before.id, PrintedComparison.after_id == after.id
    )


def order_print(
    session: Session, before: MaterialVersion, after: MaterialVersion, now: datetime
) -> PrintedComparison:
    """Return the printed comparison, made new when there is none or the last attempt failed."""
    printed = find_printed(session, before, after)
    if printed is not None and printed.state == "failed":
        session.delete(printed)
        session.flush()  # the pair is unique
        printed = None
    if printed is None:
        printed = PrintedComparison(id=uuid.uuid4(), before=before, after=after, created_at=now)
        try:
            with session.begin_nested():
                session.add(printed)
        except IntegrityError:  # somebody was faster
            return session.scalars(_printed(before, after)).one()
    return printed


def _versions(session: Session, condition: object) -> Sequence[MaterialVersion]:
    query = select(MaterialVersion).where(condition)  # type: ignore[arg-type]
    return session.scalars(query.order_by(MaterialVersion.number)).all()


def _day(at: datetime | None) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d}" if at else "—"

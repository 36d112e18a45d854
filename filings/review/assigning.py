"""Who of the office works on which filings: one or many at once."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from filings.refused import Refused
from filings.review.opinions import NOT_HERE, assign
from models.assignment import assign_to
from models.event import Actor
from models.filing import Filing
from models.moves import IllegalMove, Status

NOBODY = "nobody"


@dataclass(frozen=True)
class Assigned:
    """What became of one ticked filing; an empty refusal: done."""

    name: str
    refusal: str = ""


def assign_many(
    session: Session, filing_ids: Collection[uuid.UUID], chosen: str, actor: Actor, at: datetime
) -> list[Assigned]:
    """Give each filing to the account `chosen` (its id), to nobody, or to the actor when it is empty.

    What does not lie before the actor's office is left out, as if it were not there.
    """
    found = session.scalars(
        select(Filing).where(
            Filing.id.in_(filing_ids), Filing.current_office_id == actor.office_id,
            Filing.status == Status.UNDER_REVIEW,
        )
    )  # fmt: skip
    return [_assign(session, filing, chosen, actor, at) for filing in found]


def _assign(session: Session, filing: Filing, chosen: str, actor: Actor, at: datetime) -> Assigned:
    name = filing.name
    try:
        with session.begin_nested():
            if chosen == NOBODY:
                assign_to(session, filing, None, actor, at)
            else:
                assign(session, filing, _account(chosen, actor), actor, at)
    except Refused as refused:
        return Assigned(name, refused.message)
    except IllegalMove:
        return Assigned(name, NOT_HERE)
    return Assigned(name)


def _account(chosen: str, actor: Actor) -> uuid.UUID:
    try:
        found = uuid.UUID(chosen) if chosen else actor.account_id
    except ValueError:
        found = None
    if found is None:
        raise Refused("E_CHOICE", "请选择本机构的审核人员")
    return found

"""Who of an office works on a filing (转办). It moves nothing: the state and the office stay."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from models.account import Account
from models.event import Actor, record_event
from models.filing import Filing
from models.moves import IllegalMove


def assign_to(session: Session, filing: Filing, account: Account | None, actor: Actor, at: datetime) -> None:
    """Let somebody of the office that has the filing work on it, or nobody in particular.

    Raises IllegalMove when the office no longer has it or somebody else was assigned meanwhile.
    """
    if actor.office_id is None or actor.office_id != filing.current_office_id:
        raise IllegalMove("assign")
    changed = session.execute(
        update(Filing)
        .where(Filing.id == filing.id, Filing.current_office_id == actor.office_id,
               Filing.assignee_id.is_not_distinct_from(filing.assignee_id))
        .values(assignee_id=account.id if account else None, assigned_at=at if account else None)
        .returning(Filing.id).execution_options(synchronize_session="fetch")
    ).first()  # fmt: skip
    if changed is None:
        raise IllegalMove("assign")
    session.expire(filing, ["assignee"])
    record_event(session, filing.id, "assign" if account else "release", actor, at,
                 note=account.person_name if account else "")  # fmt: skip

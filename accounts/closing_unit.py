"""注销 of a unit's account: asked for with a sealed statement, decided by two people of the staff."""

import uuid
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.closing import NotClosed, ask_closure, blockers
from models.account import Account
from models.closure_request import ClosureRequest
from models.counter import next_number
from models.event import Actor, record_event
from models.notification import notify
from models.two_reviews import WrongMove

PAGE = "/account/closure"
ALREADY = "已经提交过注销申请，请等待审核"


def request_closure(
    session: Session,
    account: Account,
    why: str,
    statement: tuple[str, str],
    actor: Actor,
    at: datetime,
    day: date,
) -> ClosureRequest:
    """Store a request with its statement (file name and sha256); raises NotClosed. The file must be noted already."""
    if account.unit_id is None or account.state != "active" or account.closes_at is not None:
        raise NotClosed("已经在注销中，请刷新查看")
    if blockers(session, account, day):
        raise NotClosed("还有事项没有办完，请刷新查看")
    made = ClosureRequest(
        id=uuid.uuid4(), case_no=f"ZX-{day.year}-{next_number(session, 'closure_request'):06d}", unit_id=account.unit_id,
        account_id=account.id, why=why, statement_name=statement[0], statement_sha256=statement[1], created_at=at,
        state="submitted",
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:  # a second window was faster
        raise NotClosed(ALREADY) from error
    record_event(session, made.id, "request_closure", actor, at, note=why, to_status="submitted")
    record_event(session, account.id, "request_closure", actor, at, details={"case": made.case_no})
    return made


def hindrances(session: Session, request: ClosureRequest, day: date) -> list[str]:
    """List in words why the request cannot be granted now."""
    return [one.text for one in blockers(session, request.account, day)]


def conclude_request(session: Session, request: ClosureRequest, actor: Actor, at: datetime) -> None:
    """Begin the fortnight of an approved request, or tell why it was rejected."""
    if request.state == "approved":
        try:
            ask_closure(session, request.account, actor, at)
        except NotClosed as refused:
            raise WrongMove(str(refused)) from refused
    else:
        values = {"单位": request.unit.name, "原因": request.reason}
        notify(session, [request.account], "closure_rejected", values, PAGE, at)

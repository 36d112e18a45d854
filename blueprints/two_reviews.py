"""What the counters share at which two people of the staff decide: their lists, a case, one act on it."""

import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, false, or_, select

from accounts.waiting import days_waited
from blueprints.access import me
from blueprints.idempotency import remember, was_done
from blueprints.ids import read_version
from extensions import clock, db
from models.two_reviews import WAITING, TooLate, TwoReviews, WrongMove

PAGE_ROWS = 100
CLOSED_ROWS = 20
Case = TypeVar("Case", bound=TwoReviews)


def lists(kind: type[Case], held: ColumnElement[bool] | None = None) -> dict[str, Any]:
    """Return what a list shows: what waits, the oldest first, and what was closed last; `held` waits though decided."""
    held = false() if held is None else held
    waiting = select(kind).where(or_(kind.state.in_(WAITING), held)).order_by(kind.created_at)
    closed = select(kind).where(kind.decided_at.is_not(None), ~held).order_by(kind.decided_at.desc())
    return {
        "waiting": db.session.scalars(waiting.limit(PAGE_ROWS)).all(),
        "closed": db.session.scalars(closed.limit(CLOSED_ROWS)).all(),
        "me_id": me().account_id, "waited": days_waited(db.session(), clock.now()),
    }  # fmt: skip


def find(kind: type[Case], case_id: uuid.UUID) -> Case:
    """Return the case, else answer 404."""
    return db.session.get(kind, case_id) or abort(404)


def looked_at(kind: type[Case], case_id: uuid.UUID) -> Case:
    """Return a case whose papers this person may see now, else answer 404."""
    case = find(kind, case_id)
    return case if case.is_seen_by(me().account_id) else abort(404)


def turn(case: TwoReviews) -> dict[str, Any]:
    """Return what a page says of whose turn it is."""
    own = me().account_id
    return {"is_seen": case.is_seen_by(own), "may_take": case.may_be_taken(own, clock.now())}


def seen() -> int:
    """Return the version of the case that the page showed; -1, which no case has, when it says none."""
    version = read_version(request.form.get("version", ""))
    return -1 if version is None else version


def carry_out(
    load: Callable[[], Case], act: Callable[[Case], None], page: Callable[[Case, str], str], onward: str = ""
) -> ResponseReturnValue:
    """Carry an act out and commit it; one that came too late (409) or is not this person's (422) says so.

    `onward` is where it leads, the list of the counter unless told otherwise.
    """
    case = load()
    if not was_done():
        try:
            act(case)
        except WrongMove as wrong:
            db.session.rollback()
            return page(load(), str(wrong)), 409 if isinstance(wrong, TooLate) else 422
        remember()
        db.session.commit()
    return redirect(onward or url_for(".cases"), 303)

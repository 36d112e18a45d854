"""What the counters share at which two people of the staff decide: one act, once, on the version that was seen."""

from collections.abc import Callable
from typing import TypeVar

from flask import redirect, request
from flask.typing import ResponseReturnValue

from blueprints.idempotency import remember, was_done
from extensions import db
from models.two_reviews import TooLate, TwoReviews, WrongMove

Case = TypeVar("Case", bound=TwoReviews)


def seen() -> int:
    """Return the version of the case that the page showed."""
    return request.form.get("version", -1, type=int)


def carry_out(
    load: Callable[[], Case], act: Callable[[Case], None], page: Callable[[Case, str], str], onward: str
) -> ResponseReturnValue:
    """Carry an act out and commit it; one that came too late (409) or is not this person's (422) says so."""
    case = load()
    if not was_done():
        try:
            act(case)
        except WrongMove as wrong:
            db.session.rollback()
            return page(load(), str(wrong)), 409 if isinstance(wrong, TooLate) else 422
        remember()
        db.session.commit()
    return redirect(onward, 303)

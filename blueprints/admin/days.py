"""Working days: what differs from the public calendar."""

from datetime import date

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from blueprints.access import role
from blueprints.admin import blueprint
from blueprints.admin.changes import record_change, store, stream_of
from blueprints.idempotency import remember, was_done
from extensions import db
from forms.admin import SpecialDayForm
from models.special_day import SpecialDay


@blueprint.get("/days")
@role("system_admin")
def days() -> str:
    """List the special days, the newest first, with a form for one more."""
    return _page(SpecialDayForm())


@blueprint.post("/days")
@role("system_admin")
def save_day() -> ResponseReturnValue:
    """Store a special day; a known one is changed."""
    form = SpecialDayForm(request.form)
    if not form.accepts():
        return _page(form), 422
    if not was_done():
        day = form["day"].data
        # A new day starts as the opposite, so that the event says what was decided about it.
        special = db.session.get(SpecialDay, day) or SpecialDay(
            day=day, is_working=not form["is_working"].data
        )
        db.session.add(special)
        record_change(stream_of(f"day/{day}"), "change_day", str(day), store(form, special))
        remember()
        db.session.commit()
    return redirect(url_for("admin.days"), 303)


@blueprint.post("/days/<string(length=10):day>/removal")
@role("system_admin")
def remove_day(day: str) -> ResponseReturnValue:
    """Forget a special day: the public calendar counts again."""
    if not was_done():
        special = db.session.get(SpecialDay, _date(day)) or abort(404)
        db.session.delete(special)
        record_change(stream_of(f"day/{day}"), "remove_day", day, {"note": special.note})
        remember()
        db.session.commit()
    return redirect(url_for("admin.days"), 303)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        abort(404)


def _page(form: SpecialDayForm) -> str:
    known = db.session.scalars(select(SpecialDay).order_by(SpecialDay.day.desc())).all()
    return render_template("admin/days.html", form=form, days=known)

"""Offices: what applicants see of them, and whether they take filings."""

import uuid

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from blueprints.access import role
from blueprints.admin import blueprint
from blueprints.admin.changes import record_change, store
from blueprints.admin.paging import page_of
from blueprints.idempotency import remember, was_done
from extensions import db
from forms.admin import OfficeForm
from models.account import Account
from models.activation import STATE_TEXTS
from models.office import Office


@blueprint.get("/offices")
@role("system_admin")
def offices() -> str:
    """Search the offices by name or code of the region, with the number of their reviewers."""
    words = request.args.get("q", "").strip()
    query = select(Office).options(joinedload(Office.region)).order_by(Office.region_code, Office.level)
    if words:
        query = query.where(Office.name.contains(words, autoescape=True) | (Office.region_code == words))
    found = page_of(query)
    count = select(Account.office_id, func.count()).group_by(Account.office_id)
    reviewers = dict(db.session.execute(
        count.where(Account.office_id.in_([one.id for one in found.rows]), Account.state == "active")
    ).all())  # fmt: skip
    return render_template("admin/offices.html", found=found, words=words, reviewers=reviewers)


@blueprint.get("/offices/<uuid:office_id>")
@role("system_admin")
def office(office_id: uuid.UUID) -> str:
    """Show an office as a form, with its reviewers."""
    found = _office(office_id)
    return _page(found, OfficeForm(obj=found))


@blueprint.post("/offices/<uuid:office_id>")
@role("system_admin")
def save_office(office_id: uuid.UUID) -> ResponseReturnValue:
    """Store an office."""
    found, form = _office(office_id), OfficeForm(request.form)
    if not form.accepts():
        return _page(found, form), 422
    if not was_done():
        record_change(found.id, "change_office", found.name, store(form, found))
        remember(found.id)
        db.session.commit()
    return redirect(url_for("admin.office", office_id=office_id, saved=1), 303)


def _office(office_id: uuid.UUID) -> Office:
    return db.session.get(Office, office_id) or abort(404)


def _page(office: Office, form: OfficeForm) -> str:
    people = select(Account).where(Account.office_id == office.id).order_by(Account.login_name)
    return render_template(
        "admin/office.html",
        office=office,
        form=form,
        people=db.session.scalars(people).all(),
        states=STATE_TEXTS,
    )

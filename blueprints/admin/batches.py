"""Batches: dates, thresholds and texts of a round, and the next round as a copy of this one."""

import uuid
from decimal import Decimal
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from blueprints.access import role
from blueprints.admin import blueprint
from blueprints.admin.changes import record_change, store
from blueprints.idempotency import made_before, remember, was_done
from extensions import db
from filings.batches import copy_for_next_year
from filings.kinds import KINDS
from forms.admin import AdminForm, BatchForm, limits_form
from forms.formats import show_number
from models.batch import Batch


@blueprint.get("")
@blueprint.get("/batches")
@role("system_admin")
def batches() -> str:
    """List the batches of every kind, the newest first."""
    found = db.session.scalars(select(Batch).order_by(Batch.open_at.desc(), Batch.kind)).all()
    return render_template("admin/batches.html", batches=found, kinds=KINDS)


@blueprint.get("/batches/<uuid:batch_id>")
@role("system_admin")
def batch(batch_id: uuid.UUID) -> str:
    """Show a batch as a form."""
    found = _batch(batch_id)
    return _page(found, BatchForm(obj=found), _limits(found))


@blueprint.post("/batches/<uuid:batch_id>")
@role("system_admin")
def save_batch(batch_id: uuid.UUID) -> ResponseReturnValue:
    """Store a batch, thresholds included, whole or not at all."""
    found = _batch(batch_id)
    form, limits = BatchForm(request.form), _limits(found, request.form)
    if not form.accepts() | limits.accepts():
        return _page(found, form, limits), 422
    if not was_done():
        changes = store(form, found) | _store_limits(found, limits)
        record_change(found.id, "change_batch", found.name, changes)
        remember(found.id)
        db.session.commit()
    return redirect(url_for("admin.batch", batch_id=batch_id, saved=1), 303)


@blueprint.post("/batches/<uuid:batch_id>/copy")
@role("system_admin")
def copy_batch(batch_id: uuid.UUID) -> ResponseReturnValue:
    """Make the batch of the next year from this one, a year later in every date."""
    made_id = made_before()
    if made_id is None:
        copied = copy_for_next_year(db.session(), _batch(batch_id))
        record_change(copied.id, "open_batch", copied.name, {"copy_of": str(batch_id)})
        made_id = copied.id
        remember(made_id)
        db.session.commit()
    return redirect(url_for("admin.batch", batch_id=made_id), 303)


def _batch(batch_id: uuid.UUID) -> Batch:
    return db.session.get(Batch, batch_id) or abort(404)


def _limits(batch: Batch, typed: Any = None) -> AdminForm:
    stored = {f"limit_{name}": Decimal(str(value)) for name, value in batch.limits.items()}
    form = limits_form(batch.limits)
    return form(typed) if typed is not None else form(data=stored)


def _store_limits(batch: Batch, form: AdminForm) -> dict[str, Any]:
    before = batch.limits
    batch.limits = {name: show_number(form[f"limit_{name}"].data).replace(",", "") for name in before}
    return {
        f"limit_{name}": [str(before[name]), after]
        for name, after in batch.limits.items() if str(before[name]) != after
    }  # fmt: skip


def _page(batch: Batch, form: BatchForm, limits: AdminForm) -> str:
    return render_template("admin/batch.html", batch=batch, form=form, limits=limits, kind=KINDS[batch.kind])

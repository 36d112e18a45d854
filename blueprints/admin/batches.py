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
from clock import SHANGHAI
from extensions import clock, db
from filings.batches import copy_for_next_year, name_for_next_year
from filings.kinds import KINDS
from filings.rule_sets import open_batch, rule_set_of, rule_sets
from forms.admin import AdminForm, BatchForm, limits_form, new_batch_form
from forms.base import Refusal
from forms.formats import show_number
from models.batch import Batch

# What the form of a new batch starts with.
NEW = {"offers_next_office": True, "exclude_if_operator_certified": True, "paper_copies": 5}
JUMPS = "jumps"  # the changes that are pointed out to reviewers, by derived value


@blueprint.get("")
@blueprint.get("/batches")
@role("system_admin")
def batches() -> str:
    """List the batches of every kind, the newest first."""
    found = db.session.scalars(select(Batch).order_by(Batch.open_at.desc(), Batch.kind)).all()
    return render_template("admin/batches.html", batches=found, kinds=KINDS)


@blueprint.get("/batches/new")
@role("system_admin")
def new_batch() -> str:
    """Show the form of a batch that is not there yet."""
    return _new_page(_new_form(data=NEW | {"year": clock.now().astimezone(SHANGHAI).year}))


@blueprint.post("/batches")
@role("system_admin")
def add_batch() -> ResponseReturnValue:
    """Open a batch with all its dates, by the rules that were chosen; its thresholds are shown next."""
    form = _new_form(request.form)
    made_id = made_before()
    if made_id is None:
        if not form.accepts() or not _is_new_name(form):
            return _new_page(form), 422
        made = _opened(form)
        shown = {field.label.text: field.show(field.data) for field in form if field.data is not None}
        record_change(made.id, "open_batch", made.name, shown)
        made_id = made.id
        remember(made_id)
        db.session.commit()
    return redirect(url_for("admin.batch", batch_id=made_id), 303)


def _opened(form: BatchForm) -> Batch:
    answers = {field.name: field.data for field in form if field.name != "rule_set"}
    answers["stamp_hint"] = answers["stamp_hint"] or ""
    chosen = next(one for one in rule_sets(db.session()) if one.name == form["rule_set"].data)
    return open_batch(db.session(), chosen, answers)


def _new_form(typed: Any = None, data: dict[str, Any] | None = None) -> BatchForm:
    choices = [(one.name, one.label) for one in rule_sets(db.session())]
    return new_batch_form(choices)(typed, data=data)


def _is_new_name(form: BatchForm) -> bool:
    """Say whether no batch has this name; two could not be told apart by anybody."""
    taken = _is_taken(form["name"].data)
    if taken:
        form["name"].errors = [Refusal("E_NAME_TAKEN", "已有同名的批次，请换一个名称，或修改那个批次")]
    return not taken


def _is_taken(name: str) -> bool:
    return db.session.scalar(select(Batch.id).where(Batch.name == name)) is not None


def _new_page(form: BatchForm) -> str:
    return render_template("admin/batch_new.html", form=form)


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
        rules = rule_set_of(found)
        changes = store(form, found) | _store_limits(found, limits)
        found.required_statistics = rules.statistics_of(found.year)
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
        found = _batch(batch_id)
        if _is_taken(name_for_next_year(found)):
            abort(409, f"已有名为「{name_for_next_year(found)}」的批次。请返回批次列表，修改那个批次。")
        copied = copy_for_next_year(db.session(), found)
        record_change(copied.id, "open_batch", copied.name, {"copy_of": str(batch_id)})
        made_id = copied.id
        remember(made_id)
        db.session.commit()
    return redirect(url_for("admin.batch", batch_id=made_id), 303)


def _batch(batch_id: uuid.UUID) -> Batch:
    return db.session.get(Batch, batch_id) or abort(404)


def _limits(batch: Batch, typed: Any = None) -> AdminForm:
    """Make the form of the thresholds, as stored or as typed."""
    stored = {name: Decimal(text) for name, text in _thresholds(batch.limits).items()}
    derived = [one for tab in KINDS[batch.kind].tabs for one in tab.derived]
    form = limits_form(stored, {f"jump_{one.name}": one.label for one in derived})
    return form(typed) if typed is not None else form(data=stored)


def _thresholds(limits: dict[str, Any]) -> dict[str, str]:
    """Return every threshold by the name of its field: limit_area, jump_venue_total_area."""
    plain = {f"limit_{name}": str(value) for name, value in limits.items() if name != JUMPS}
    return plain | {f"jump_{name}": str(value) for name, value in limits.get(JUMPS, {}).items()}


def _store_limits(batch: Batch, form: AdminForm) -> dict[str, Any]:
    """Store the thresholds; return those that changed, before and after."""
    before = _thresholds(batch.limits)
    after = {name: show_number(form[name].data).replace(",", "") for name in before}
    plain = {name: after[f"limit_{name}"] for name in batch.limits if name != JUMPS}
    jumps = {name: after[f"jump_{name}"] for name in batch.limits.get(JUMPS, {})}
    batch.limits = plain | ({JUMPS: jumps} if JUMPS in batch.limits else {})
    return {name: [before[name], after[name]] for name in before if before[name] != after[name]}


def _page(batch: Batch, form: BatchForm, limits: AdminForm) -> str:
    return render_template("admin/batch.html", batch=batch, form=form, limits=limits, kind=KINDS[batch.kind])

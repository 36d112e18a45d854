"""Regions: what is decided about them."""

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from blueprints.access import role
from blueprints.admin import blueprint
from blueprints.admin.changes import record_change, store, stream_of
from blueprints.admin.paging import page_of
from blueprints.idempotency import remember, was_done
from extensions import db
from forms.admin import RegionForm
from models.region import Region


@blueprint.get("/regions")
@role("system_admin")
def regions() -> str:
    """Search the regions by name or code."""
    words = request.args.get("q", "").strip()
    query = select(Region).options(joinedload(Region.admin_parent)).order_by(Region.code)
    if words:
        query = query.where(Region.name.contains(words, autoescape=True) | Region.code.startswith(words))
    return render_template("admin/regions.html", found=page_of(query), words=words)


@blueprint.get("/regions/<string(length=6):code>")
@role("system_admin")
def region(code: str) -> str:
    """Show a region as a form."""
    found = _region(code)
    return render_template("admin/region.html", region=found, form=RegionForm(obj=found))


@blueprint.post("/regions/<string(length=6):code>")
@role("system_admin")
def save_region(code: str) -> ResponseReturnValue:
    """Store a region."""
    found, form = _region(code), RegionForm(request.form)
    if not form.accepts():
        return render_template("admin/region.html", region=found, form=form), 422
    if not was_done():
        record_change(stream_of(f"region/{code}"), "change_region", found.name, store(form, found))
        remember()
        db.session.commit()
    return redirect(url_for("admin.region", code=code, saved=1), 303)


def _region(code: str) -> Region:
    return db.session.get(Region, code) or abort(404)

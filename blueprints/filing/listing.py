"""The list of a unit's filings: opening a new one, removing a draft that was never submitted."""

import uuid
from collections.abc import Sequence
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from blueprints.access import actor, editable_filing, me, role
from blueprints.filing import blueprint
from blueprints.idempotency import made_before, remember, was_done
from extensions import clock, db
from filings.copying import may_be_copied
from filings.kind import Kind
from filings.kinds import KINDS, kind_of
from filings.removal import remove_draft
from filings.submission import Refused, newest_version_nos, open_batch, open_filing
from models.batch import Batch
from models.carrier import Carrier
from models.filing import Filing


@blueprint.get("/filings")
@role("legal", "item_handler")
def filings() -> str:
    """List the unit's filings and offer a new one."""
    return _list_page()


def _list_page(refused: Refused | None = None) -> str:
    mine = db.session.scalars(
        select(Filing)
        .where(Filing.unit_id == me().unit_id)
        .options(
            joinedload(Filing.unit),
            joinedload(Filing.batch),
            joinedload(Filing.receiving_office),
            joinedload(Filing.handler),
        )
        .order_by(Filing.updated_at.desc())
    ).all()
    offers = [_offer(kind) for kind in KINDS.values()]
    newest = newest_version_nos(db.session(), [filing.id for filing in mine])
    return render_template(
        "filing/list.html",
        unit=me().unit,
        filings=[(filing, newest.get(filing.id, "")) for filing in mine],
        copied_into=_batches_to_copy_into(mine, offers),
        offers=offers,
        kinds=KINDS,
        refused=refused,
    )


def _batches_to_copy_into(
    filings: Sequence[Filing], offers: Sequence[dict[str, Any]]
) -> dict[uuid.UUID, Batch]:
    """Map the filings that may go on in an open batch to that batch."""
    batches = {offer["kind"].name: offer["batch"] for offer in offers}
    return {
        filing.id: batches[filing.kind]
        for filing in filings if may_be_copied(filing, batches.get(filing.kind), clock.now())
    }  # fmt: skip


def _offer(kind: Kind) -> dict[str, Any]:
    """Say what may be opened now: the batch (None: closed) and the carriers to choose from."""
    batch = open_batch(db.session(), kind, clock.now())
    return {"kind": kind, "batch": batch, "carriers": _carriers(kind)}


def _carriers(kind: Kind) -> Sequence[Carrier]:
    query = select(Carrier).where(Carrier.operator_id == me().unit_id, Carrier.kind == kind.carrier_kind)
    return db.session.scalars(query.order_by(Carrier.name)).all()


@blueprint.post("/filings")
@role("legal", "item_handler")
def open_new() -> ResponseReturnValue:
    """Open a draft for the carrier chosen, and go to its first tab."""
    kind = KINDS.get(request.form.get("kind", "")) or abort(404)
    filing_id = made_before()
    if filing_id is None:
        unit = me().unit or abort(404)
        try:
            carrier = _chosen_carrier(kind)
            filing = open_filing(db.session(), kind, unit, carrier, actor(), clock.now())
        except Refused as refused:
            db.session.rollback()
            return _list_page(refused), 422
        filing_id = filing.id
        remember(filing_id)
        db.session.commit()
    return redirect(url_for("filing.tab", filing_id=filing_id, name=kind.tabs[0].name), 303)


def _chosen_carrier(kind: Kind) -> Carrier | None:
    """Return the carrier posted, the only one when none was, None for a new one."""
    carriers = _carriers(kind)
    chosen = request.form.get("carrier", "")
    if chosen == "new" or (not chosen and not carriers):
        return None
    if not chosen and len(carriers) == 1:
        return carriers[0]
    found = next((carrier for carrier in carriers if str(carrier.id) == chosen), None)
    if found is None:
        raise Refused("E_CHOICE", f"请选择要申报的{kind.carrier_noun}")
    return found


@blueprint.get("/filings/<uuid:filing_id>/removal")
@role("legal", "item_handler")
def ask_filing_removal(filing_id: uuid.UUID) -> str:
    """Ask before a draft is removed."""
    filing = _removable(filing_id)
    return render_template("filing/removal.html", filing=filing, kind=kind_of(filing))


@blueprint.post("/filings/<uuid:filing_id>/removal")
@role("legal", "item_handler")
def remove_filing(filing_id: uuid.UUID) -> ResponseReturnValue:
    """Remove a draft that was never submitted."""
    if not was_done():
        remove_draft(db.session(), _removable(filing_id), actor(), clock.now())
        remember(filing_id)
        db.session.commit()
    return redirect(url_for("filing.filings"), 303)


def _removable(filing_id: uuid.UUID) -> Filing:
    filing = editable_filing(filing_id)
    if filing.was_submitted:
        abort(409, "这份申报已经提交过，不能删除；如需停办，请与受理机构联系。")
    return filing

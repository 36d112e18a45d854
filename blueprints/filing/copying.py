"""复制到下一批次: what ended without success goes on in the batch that is open now."""

import uuid

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import actor, own_filing, role
from blueprints.filing import blueprint
from blueprints.idempotency import made_before, remember
from extensions import clock, db
from filings.copying import copy_into_open_batch
from filings.refused import Refused


@blueprint.post("/filings/<uuid:filing_id>/copy")
@role("legal", "item_handler")
def copy_filing(filing_id: uuid.UUID) -> ResponseReturnValue:
    """Open a draft in the open batch with what this filing says."""
    filing = own_filing(filing_id)
    made_id = made_before()
    if made_id is None:
        try:
            made_id = copy_into_open_batch(db.session(), filing, actor(), clock.now()).id
        except Refused as refused:
            abort(409, refused.message)
        remember(made_id)
        db.session.commit()
    return redirect(url_for("filing.problems", filing_id=made_id), 303)

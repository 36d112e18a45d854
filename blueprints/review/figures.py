"""The figures of an office, and workbooks of what it sees."""

import uuid
from collections.abc import Sequence
from urllib.parse import urlencode

from flask import abort, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from blueprints.access import me, my_office, role
from blueprints.filing.page import is_fragment
from blueprints.idempotency import made_before, remember
from blueprints.review import blueprint
from blueprints.storage import storage
from extensions import clock, db
from files.names import content_disposition
from filings.review.dashboard import read_dashboard
from filings.review.queue import MOST_IDS
from filings.review.wanted import Wanted
from filings.sheets.workbook import XLSX
from jobs import queue as jobs
from models.batch import Batch
from models.export import Export

SHOWN = 5


@blueprint.get("/figures")
@role("reviewer")
def figures() -> str:
    """Show how much came before the office, by state, region and week, of one batch or of all."""
    office = my_office()
    batches = db.session.scalars(select(Batch).order_by(Batch.open_at.desc())).all()
    batch = next((one for one in batches if str(one.id) == request.args.get("batch")), None)
    found = read_dashboard(db.session(), office, batch.id if batch else None, clock.now())
    return render_template("review/figures.html", office=office, found=found, batches=batches, batch=batch)


@blueprint.get("/exports")
@role("reviewer")
def exports() -> str:
    """List the reviewer's own exports, the running one with its progress."""
    template = "review/_exports.html" if is_fragment() else "review/exports.html"
    return render_template(template, exports=_mine(), most=MOST_IDS)


def _mine() -> Sequence[Export]:
    query = select(Export).where(Export.account_id == me().account_id).order_by(Export.created_at.desc())
    return db.session.scalars(query.limit(SHOWN)).all()


@blueprint.post("/exports")
@role("reviewer")
def order_export() -> ResponseReturnValue:
    """Have a workbook made of the filings that the filters in the address leave."""
    office = my_office()
    if made_before() is None:
        export = Export(
            id=uuid.uuid4(), account_id=me().account_id, office_id=office.id, created_at=clock.now(),
            query=urlencode(Wanted.read(request.args).address())[:500],
        )  # fmt: skip
        db.session.add(export)
        db.session.flush()  # need export.id for the job
        job_id = jobs.enqueue(db.session(), "export_filings", export.id).id
        remember(export.id)
        db.session.commit()
        jobs.wake(job_id)
    return redirect(url_for("review.exports"), 303)


@blueprint.get("/exports/<uuid:export_id>.xlsx")
@role("reviewer")
def export_file(export_id: uuid.UUID) -> ResponseReturnValue:
    """Send a workbook to who ordered it, as long as he is of the same office."""
    export = db.session.get(Export, export_id)
    mine = (me().account_id, me().office_id)
    if export is None or (export.account_id, export.office_id) != mine or export.sha256 is None:
        abort(404)
    answer = send_file(storage().path(export.sha256), mimetype=XLSX)
    answer.headers["Content-Disposition"] = content_disposition("申报导出.xlsx", inline=False)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer

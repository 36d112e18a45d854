"""The queue of an office, and a submitted filing as its snapshot says it."""

import uuid

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from blueprints.access import assigned_filing, me, role
from blueprints.filing.materials import send_version
from blueprints.review import blueprint
from blueprints.storage import send_pdf
from extensions import db
from filings.inbox import filings_before
from filings.timeline import timeline
from models.filing import Filing
from models.material_version import MaterialVersion

PAGE_ROWS = 50
LAST_PAGE = 1_000_000  # nobody gets there; a larger number is none to a database


@blueprint.get("")
@role("reviewer")
def queue() -> str:
    """List what came before the office, the longest waiting first."""
    page = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    office = me().office or abort(404)
    found = filings_before(db.session(), office, PAGE_ROWS + 1, (page - 1) * PAGE_ROWS)
    return render_template(
        "review/queue.html", office=office, filings=found[:PAGE_ROWS], number=page,
        has_more=len(found) > PAGE_ROWS,
    )  # fmt: skip


@blueprint.get("/<uuid:filing_id>")
@role("reviewer")
def filing(filing_id: uuid.UUID) -> str:
    """Show a submitted filing with links to its evidence."""
    found = assigned_filing(filing_id)
    version = _submitted_version(found)
    return render_template(
        "review/filing.html", filing=found, version=version, document=version.snapshot,
        steps=timeline(db.session(), found),
    )  # fmt: skip


def _submitted_version(filing: Filing) -> MaterialVersion:
    """Return the version that was submitted: the reviewer sees that one and no other."""
    query = select(MaterialVersion).where(MaterialVersion.version_no == filing.submitted_version_no)
    return db.session.scalars(query).one_or_none() or abort(404)


@blueprint.get("/<uuid:filing_id>/materials/<version_no>.pdf")
@role("reviewer")
def material_pdf(filing_id: uuid.UUID, version_no: str) -> ResponseReturnValue:
    """Send the submitted 申报书."""
    found = assigned_filing(filing_id)
    if version_no != found.submitted_version_no:
        abort(404)
    return send_version(found, version_no)


@blueprint.get("/<uuid:filing_id>/evidence/<int:number>.pdf")
@role("reviewer")
def evidence(filing_id: uuid.UUID, number: int) -> ResponseReturnValue:
    """Send one attachment of the submitted version."""
    attachments = _submitted_version(assigned_filing(filing_id)).snapshot["attachments"]
    found = next((a for a in attachments if a["no"] == number), None) or abort(404)
    return send_pdf(found["clean_sha256"], found["name"])

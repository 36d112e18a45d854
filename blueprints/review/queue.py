"""The queue of an office."""

from flask import abort, render_template, request

from blueprints.access import me, role
from blueprints.review import blueprint
from extensions import db
from filings.inbox import filings_before

PAGE_ROWS = 50
LAST_PAGE = 1_000_000  # nobody gets there; a larger number is none to a database


@blueprint.get("")
@role("reviewer")
def queue() -> str:
    """List what came before the office, the longest waiting first."""
    page = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    office = me().office or abort(404)
    found = filings_before(db.session(), office, PAGE_ROWS + 1, (page - 1) * PAGE_ROWS, me().account_id)
    return render_template(
        "review/queue.html", office=office, filings=found[:PAGE_ROWS], number=page,
        has_more=len(found) > PAGE_ROWS,
    )  # fmt: skip

"""The queue of an office."""

from typing import Any

from flask import abort, render_template, request

from blueprints.access import me, role
from blueprints.review import blueprint
from extensions import db
from filings.inbox import filings_before
from filings.opinions import opinions_in_hand

PAGE_ROWS = 50
LAST_PAGE = 1_000_000  # nobody gets there; a larger number is none to a database


@blueprint.get("")
@role("reviewer")
def queue() -> str:
    """List what came before the office, the longest waiting first."""
    return queue_page(recused=bool(request.args.get("recused")))


def queue_page(**context: Any) -> str:
    """Render the queue; `refusal` says why an act on ticked rows was refused, `done` that it was done."""
    number = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    office = me().office or abort(404)
    found = filings_before(db.session(), office, PAGE_ROWS + 1, (number - 1) * PAGE_ROWS, me().account_id)
    shown = found[:PAGE_ROWS]
    return render_template(
        "review/queue.html", office=office, filings=shown, number=number, has_more=len(found) > PAGE_ROWS,
        opinions=opinions_in_hand(db.session(), [filing.id for filing in shown], office.id), **context,
    )  # fmt: skip

"""Two versions of one's own filing, or a version and what stands there now, held against each other."""

import uuid
from typing import Any

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from blueprints import comparison
from blueprints.access import own_filing, role
from blueprints.comparison import CURRENT, ComparisonPage
from blueprints.filing import blueprint
from blueprints.filing.page import FilingPage, is_fragment, render
from blueprints.storage import send_pdf
from extensions import db
from filings.review.comparable import all_choices, earlier_choices, earlier_filings
from filings.snapshot import snapshot
from models.filing import Filing


@blueprint.get("/filings/<uuid:filing_id>/compare")
@role("legal", "item_handler")
def compare(filing_id: uuid.UUID) -> str:
    """Show what differs between two versions, by default between the last one and what stands there now."""
    filing = own_filing(filing_id)
    pair = _pair(filing)
    helpers = comparison.template_helpers() | {"pair": pair, "compare_url": _url(filing, pair)}
    if is_fragment():
        return render_template("snapshot/_comparison_print.html", **helpers)
    return render("filing/compare.html", FilingPage(filing), **helpers)


@blueprint.post("/filings/<uuid:filing_id>/compare")
@role("legal", "item_handler")
def print_comparison(filing_id: uuid.UUID) -> ResponseReturnValue:
    """Have the comparison made into a PDF."""
    filing = own_filing(filing_id)
    pair = _pair(filing) or abort(404)
    pair.order()
    return redirect(_url(own_filing(filing_id), pair), 303)


@blueprint.get("/filings/<uuid:filing_id>/compare.pdf")
@role("legal", "item_handler")
def comparison_pdf(filing_id: uuid.UUID) -> ResponseReturnValue:
    """Send the PDF of a comparison that was printed."""
    filing = own_filing(filing_id)
    printed = (_pair(filing) or abort(404)).printed
    if printed is None or printed.pdf_sha256 is None:
        abort(404)
    return send_pdf(printed.pdf_sha256, f"比较表_{filing.name}.pdf")


def _pair(filing: Filing) -> ComparisonPage | None:
    session = db.session()
    own = all_choices(session, filing)
    earlier = [one for one in earlier_filings(session, filing) if one.unit_id == filing.unit_id]
    choices = [*earlier_choices(session, earlier)[::-1], *own]
    if filing.is_editable:
        newest = choices[-1].version_no if choices else CURRENT
        return comparison.asked_for(choices, newest, CURRENT, lambda: snapshot(session, filing))
    last = [choice.version_no for choice in choices[-2:]] or [""]
    return comparison.asked_for(choices, last[0], last[-1])


def _url(filing: Filing, pair: ComparisonPage | None) -> str:
    chosen: dict[str, Any] = {"from": pair.before_no, "to": pair.after_no} if pair else {}
    return url_for("filing.compare", filing_id=filing.id, **chosen)

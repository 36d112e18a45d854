"""Two submissions of a filing, or this filing and the carrier's last one, held against each other."""

import uuid
from typing import Any

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from blueprints import comparison
from blueprints.access import me, role, sees_filing
from blueprints.comparison import ComparisonPage
from blueprints.filing.page import is_fragment
from blueprints.review import blueprint
from blueprints.review.page import ReviewPage, assigned_page, render
from blueprints.storage import send_pdf
from extensions import db
from filings.review.comparable import earlier_choices, earlier_filings, submitted_choices


@blueprint.get("/<uuid:filing_id>/compare")
@role("reviewer")
def compare(filing_id: uuid.UUID) -> str:
    """Show what differs between two versions the office may read."""
    page = assigned_page(filing_id)
    pair = _pair(page)
    helpers = comparison.template_helpers() | {"pair": pair, "compare_url": _url(page, pair)}
    if is_fragment():
        return render_template("snapshot/_comparison_print.html", **helpers)
    return render("review/compare.html", page, **helpers)


@blueprint.post("/<uuid:filing_id>/compare")
@role("reviewer")
def print_comparison(filing_id: uuid.UUID) -> ResponseReturnValue:
    """Have the comparison made into a PDF."""
    page = assigned_page(filing_id)
    pair = _pair(page) or abort(404)
    pair.order()
    return redirect(_url(assigned_page(filing_id), pair), 303)


@blueprint.get("/<uuid:filing_id>/compare.pdf")
@role("reviewer")
def comparison_pdf(filing_id: uuid.UUID) -> ResponseReturnValue:
    """Send the PDF of a comparison that was printed."""
    page = assigned_page(filing_id)
    pair = _pair(page) or abort(404)
    printed = pair.printed
    if printed is None or printed.pdf_sha256 is None:
        abort(404)
    return send_pdf(printed.pdf_sha256, f"比较表_{page.filing.name}.pdf")


def _pair(page: ReviewPage) -> ComparisonPage | None:
    """Offer every submission of the filing, and the last one of the carrier's earlier filings we may read."""
    session, filing = db.session(), page.filing
    own = submitted_choices(session, filing)
    earlier = earlier_choices(
        session, [one for one in earlier_filings(session, filing) if sees_filing(one, me())]
    )
    newest = own[-1].version_no if own else ""
    before = own[-2].version_no if len(own) > 1 else earlier[0].version_no if earlier else newest
    return comparison.asked_for([*earlier[::-1], *own], before, newest)


def _url(page: ReviewPage, pair: ComparisonPage | None) -> str:
    chosen: dict[str, Any] = {"from": pair.before_no, "to": pair.after_no} if pair else {}
    return url_for("review.compare", filing_id=page.filing.id, **chosen)

"""Pages that only read a filing: 预览, what is missing, 备案条件自查."""

import uuid

from blueprints.access import own_filing, role
from blueprints.filing import blueprint
from blueprints.filing.page import FilingPage, render
from extensions import db
from filings.problems import find_problems
from filings.snapshot import snapshot

STATE_ORDER = ("fail", "insufficient", "pass", "manual")


@blueprint.get("/filings/<uuid:filing_id>/preview")
@role("legal", "item_handler")
def preview(filing_id: uuid.UUID) -> str:
    """Show the whole filing as it would be printed now."""
    page = FilingPage(own_filing(filing_id))
    document = snapshot(db.session(), page.filing, page.figures)
    return render("filing/preview.html", page, document=document)


@blueprint.get("/filings/<uuid:filing_id>/problems")
@role("legal", "item_handler")
def problems(filing_id: uuid.UUID) -> str:
    """List everything still missing or wrong, each line a link to its cell."""
    page = FilingPage(own_filing(filing_id))
    found = find_problems(db.session(), page.kind, page.filing, page.figures)
    return render(
        "filing/problems.html", page,
        groups=[(tab, [p for p in found if p.tab == tab.name]) for tab in page.kind.tabs],
        blocking=sum(problem.is_blocking for problem in found),
    )  # fmt: skip


@blueprint.get("/filings/<uuid:filing_id>/conditions")
@role("legal", "item_handler")
def conditions(filing_id: uuid.UUID) -> str:
    """Show every condition: threshold, our value, the gap, where it comes from."""
    page = FilingPage(own_filing(filing_id))
    ordered = sorted(page.conditions, key=lambda view: STATE_ORDER.index(view.state))
    return render("filing/conditions.html", page, conditions=ordered)

"""The data of a submitted filing, part by part, with the evidence beside it."""

import uuid
from typing import Any

from flask import abort, render_template, request, url_for

from blueprints.access import role
from blueprints.filing.page import is_fragment
from blueprints.review import blueprint
from blueprints.review.page import ReviewPage, assigned_page, render
from blueprints.review.viewer import Viewer
from extensions import db
from filings.documents import Part, find_part, parts_of
from filings.timeline import timeline


@blueprint.get("/<uuid:filing_id>")
@role("reviewer")
def filing(filing_id: uuid.UUID) -> str:
    """Show the overview of a filing, or one part of its data; a file may be open beside it."""
    page = assigned_page(filing_id)
    viewer = Viewer.asked_for(page, "review.filing")
    if is_fragment():
        return render_template("review/_viewer.html", viewer=viewer)
    part = _part_asked_for(page)
    if part is None:
        return render("review/overview.html", page, steps=timeline(db.session(), page.filing), part=None,
                      viewer=viewer, parts=_parts(page))  # fmt: skip
    number = min(max(request.args.get("page", 1, type=int), 1), part.page_count)
    return render("review/data.html", page, part=part, number=number, viewer=viewer, parts=_parts(page),
                  file_url=_file_url(page, part, number))  # fmt: skip


def _part_asked_for(page: ReviewPage) -> Part | None:
    """Return the part the address names, None for the overview; 404 for a part that is not there."""
    name = request.args.get("part", "")
    return (find_part(page.document, name) or abort(404)) if name else None


def _parts(page: ReviewPage) -> list[tuple[dict[str, Any], list[Part]]]:
    return [(tab, parts_of(tab)) for tab in page.document["tabs"]]


def _file_url(page: ReviewPage, part: Part, number: int) -> Any:
    """Return what tells the address that opens a file beside this page of the data."""
    paged = number if number > 1 else None

    def file_url(attachment: dict[str, Any]) -> str:
        return url_for("review.filing", filing_id=page.filing.id, part=part.name, page=paged,
                       file=attachment["no"])  # fmt: skip

    return file_url

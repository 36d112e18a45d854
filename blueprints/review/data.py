"""The data of a submitted filing, part by part, with the evidence beside it."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import abort, render_template, request, url_for

from blueprints.access import me, role
from blueprints.filing.page import is_fragment
from blueprints.review import blueprint
from blueprints.review.page import ReviewPage, assigned_page, render
from blueprints.review.viewer import Viewer
from extensions import clock, db
from filings.documents import Part, anchor_of, find_part, page_of, parts_of, row_numbers
from filings.kind import STATE_TEXTS
from filings.timeline import timeline


@blueprint.get("/<uuid:filing_id>")
@role("reviewer")
def filing(filing_id: uuid.UUID) -> str:
    """Show the overview of a filing, or one part of its data; a file may be open beside it."""
    page = assigned_page(filing_id)
    if is_fragment():
        return render_template("review/_viewer.html", viewer=Viewer.asked_for(page, "review.filing"))
    return show_data(page, _part_asked_for(page))


def show_data(page: ReviewPage, part: Part | None, refusal: str = "") -> str:
    """Render the overview, or one part with the form of a note where one is being written."""
    viewer = Viewer.asked_for(page, "review.filing")
    if part is None:
        return render("review/overview.html", page, steps=timeline(db.session(), page.filing, clock.now()), part=None,
                      viewer=viewer, parts=_parts(page), place_url=place_url_of(page), state_texts=STATE_TEXTS)  # fmt: skip
    number = min(max(request.values.get("page", 1, type=int), 1), part.page_count)
    return render(
        "review/data.html", page, part=part, number=number, viewer=viewer, parts=_parts(page),
        file_url=_file_url(page, part, number), note_url=_note_url(page, part, number, viewer),
        writing=request.values.get("note") or request.values.get("place", ""), refusal=refusal,
        typed=request.form.get("text", ""), me=me().account_id,
    )  # fmt: skip


def place_url_of(page: ReviewPage) -> Callable[[str], str]:
    """Return what tells the address of a place: its part, the page of its row, and there the element."""
    numbers = row_numbers(page.document)

    def place_url(place: str) -> str:
        names = [*place.split("/"), ""]
        part, number = find_part(page.document, names[0]), page_of(numbers.get((names[0], names[1]), 1))
        address = url_for("review.filing", filing_id=page.filing.id, part=part.name if part else None,
                          page=number if number > 1 else None)  # fmt: skip
        return f"{address}#{anchor_of(place)}"

    return place_url


def _note_url(page: ReviewPage, part: Part, number: int, viewer: Viewer | None) -> Callable[[str], str]:
    """Return what tells the address that opens the form of a note at a place; empty closes it."""

    def note_url(place: str) -> str:
        return url_for(
            "review.filing", filing_id=page.filing.id, part=part.name, page=number if number > 1 else None,
            file=viewer.attachment["no"] if viewer else None, note=place or None,
        )  # fmt: skip

    return note_url


def _part_asked_for(page: ReviewPage) -> Part | None:
    """Return the part the address names, None for the overview; 404 for a part that is not there."""
    name = request.args.get("part", "")
    return (find_part(page.document, name) or abort(404)) if name else None


def _parts(page: ReviewPage) -> list[tuple[dict[str, Any], list[Part]]]:
    return [(tab, parts_of(tab)) for tab in page.document["tabs"]]


def _file_url(page: ReviewPage, part: Part, number: int) -> Callable[[dict[str, Any]], str]:
    """Return what tells the address that opens a file beside this page of the data."""
    paged = number if number > 1 else None

    def file_url(attachment: dict[str, Any]) -> str:
        return url_for("review.filing", filing_id=page.filing.id, part=part.name, page=paged,
                       file=attachment["no"])  # fmt: skip

    return file_url

"""The frame of the pages of one filing before an office: head, tabs with counts, the submitted version."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask import abort, current_app, render_template, request, url_for
from sqlalchemy import select

from blueprints.access import assigned_filing, me, my_office
from extensions import clock, db
from filings.documents import anchor_of, find_part
from filings.review.desk_clock import DeskTime
from filings.review.fingerprints import Hint, find_hints
from filings.review.pace import time_here
from filings.review.requests import requests_in_hand
from filings.review.reviewnotes import notes_for
from models.filing import Filing
from models.material_version import MaterialVersion
from models.office import Office
from models.return_request import ReturnRequest
from models.review_note import ReviewNote

# The pages in the order of their tabs: endpoint, words, and what is counted (an attribute of the page).
TABS = (
    ("review.filing", "填报数据", ""),
    ("review.evidence_list", "证明材料", "file_count"),
    ("review.opinion", "审核意见", ""),
    ("review.paper", "纸质材料", ""),
    ("review.history", "流转记录", ""),
    ("review.compare", "比较", ""),
)


@dataclass(frozen=True)
class TabLink:
    """One tab of the frame; `count` None shows no number."""

    endpoint: str
    label: str
    url: str
    count: int | None


@dataclass
class Remarks:
    """What stands at one place besides the data: findings of the machine, notes of reviewers."""

    hints: list[Hint] = field(default_factory=list)
    notes: list[ReviewNote] = field(default_factory=list)


@dataclass
class ReviewPage:
    """One filing before the reviewer's office, as it was submitted; loaded when first asked for, and once."""

    filing: Filing

    @cached_property
    def version(self) -> MaterialVersion:
        """The version that was submitted: the reviewer sees that one and no other."""
        number = self.filing.submitted_version_no
        query = select(MaterialVersion).where(MaterialVersion.version_no == number)
        return db.session.scalars(query).one_or_none() or abort(404)

    @cached_property
    def document(self) -> dict[str, Any]:
        return self.version.snapshot

    @property
    def office(self) -> Office:
        return my_office()

    @cached_property
    def hints(self) -> list[Hint]:
        return find_hints(db.session(), self.filing, self.office)

    @cached_property
    def notes(self) -> Sequence[ReviewNote]:
        return notes_for(db.session(), self.filing, self.office)

    @cached_property
    def remarks(self) -> dict[str, Remarks]:
        """What stands at each place of the data, by the id of the element that shows it."""
        found: dict[str, Remarks] = {}
        for hint in self.hints:
            found.setdefault(hint.anchor, Remarks()).hints.append(hint)
        for note in self.notes:
            found.setdefault(anchor_of(note.place), Remarks()).notes.append(note)
        return found

    @cached_property
    def remark_counts(self) -> dict[str, int]:
        """How many hints and notes stand in each tab."""
        counts: dict[str, int] = {}
        for place in (*(hint.place for hint in self.hints), *(note.place for note in self.notes)):
            part = find_part(self.document, place.split("/")[0])
            if part is not None:
                counts[part.tab["name"]] = counts.get(part.tab["name"], 0) + 1
        return counts

    @property
    def attachments(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.document["attachments"]
        return found

    @property
    def file_count(self) -> int:
        return len(self.attachments)

    def attachment(self, number: int | None) -> dict[str, Any] | None:
        """Return the attachment of that number; None when there is none."""
        return next((a for a in self.attachments if a["no"] == number), None)

    @cached_property
    def pinned(self) -> dict[str, list[ReturnRequest]]:
        """What the office has pinned and not sent, by the anchor of the row or field."""
        found: dict[str, list[ReturnRequest]] = {}
        for one in requests_in_hand(db.session(), self.filing, self.office.id) if self.may_decide else []:
            found.setdefault("-".join(one.spot.split("/")[:2]), []).append(one)
        return found

    @property
    def may_decide(self) -> bool:
        """Say whether the filing lies before the reviewer's own office now."""
        return self.filing.status == "under_review" and self.filing.current_office_id == me().office_id

    @cached_property
    def time(self) -> DeskTime | None:
        """How the clock of the level stands; None when no office has to decide."""
        return time_here(db.session(), self.filing, clock.now())

    @property
    def tabs(self) -> list[TabLink]:
        """The tabs whose pages are there."""
        here = current_app.view_functions
        return [
            TabLink(endpoint, label, url_for(endpoint, filing_id=self.filing.id),
                    getattr(self, counted) if counted else None)
            for endpoint, label, counted in TABS if endpoint in here
        ]  # fmt: skip


def assigned_page(filing_id: uuid.UUID) -> ReviewPage:
    """Load a filing that came before the reviewer's office, with the version that counts, else answer 404."""
    return ReviewPage(assigned_filing(filing_id))


def render(template: str, page: ReviewPage, **context: Any) -> str:
    """Render a page of the filing; `endpoint` marks its tab."""
    return render_template(
        template, page=page, filing=page.filing, version=page.version, document=page.document,
        endpoint=request.endpoint, **context,
    )  # fmt: skip

"""The frame of the pages of one filing before an office: head, tabs with counts, the submitted version."""

import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import abort, current_app, render_template, request, url_for
from sqlalchemy import select

from blueprints.access import assigned_filing
from extensions import db
from models.filing import Filing
from models.material_version import MaterialVersion

# The pages in the order of their tabs: endpoint, words, and what is counted (an attribute of the page).
TABS = (
    ("review.filing", "填报数据", ""),
    ("review.evidence_list", "证明材料", "file_count"),
    ("review.opinion", "审核意见", ""),
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
    def attachments(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.document["attachments"]
        return found

    @property
    def file_count(self) -> int:
        return len(self.attachments)

    def attachment(self, number: int | None) -> dict[str, Any] | None:
        """Return the attachment of that number; None when there is none."""
        return next((a for a in self.attachments if a["no"] == number), None)

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

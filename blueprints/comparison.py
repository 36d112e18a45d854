"""The comparison of two versions as both counters show it: the choice, the differences, the print."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import abort, request

from extensions import clock, db
from filings.compare import compare
from filings.comparison import Comparison
from filings.kind import STATE_TEXTS
from filings.review.comparable import Choice, find_printed, order_print
from filings.textdiff import text_pieces
from jobs import queue
from models.comparison import PrintedComparison

CURRENT = "current"


@dataclass
class ComparisonPage:
    """Two of the versions that may be compared; `live` gives what the filing says now, where that is offered."""

    choices: Sequence[Choice]
    before_no: str
    after_no: str
    live: Callable[[], dict[str, Any]] | None = None

    @property
    def offered(self) -> list[tuple[str, str]]:
        """Every version that may be chosen, and what it is called."""
        now = [(CURRENT, "当前填报内容")] if self.live else []
        return [(choice.version_no, choice.label) for choice in self.choices] + now

    def label(self, number: str) -> str:
        return dict(self.offered)[number]

    @cached_property
    def comparison(self) -> Comparison:
        return compare(self._document(self.before_no), self._document(self.after_no))

    def _document(self, number: str) -> dict[str, Any]:
        if number == CURRENT and self.live:
            return self.live()
        return self._version(number).snapshot

    def _version(self, number: str) -> Any:
        found = next((choice.version for choice in self.choices if choice.version_no == number), None)
        return found or abort(404)

    @property
    def can_be_printed(self) -> bool:
        """Say whether both sides are frozen; what is still being edited is not printed."""
        return CURRENT not in (self.before_no, self.after_no)

    @property
    def printed(self) -> PrintedComparison | None:
        if not self.can_be_printed:
            return None
        return find_printed(db.session(), self._version(self.before_no), self._version(self.after_no))

    def order(self) -> None:
        """Have the comparison printed, once; the caller has taken the write lock."""
        if not self.can_be_printed:
            abort(409, "当前填报内容还会变化，请先下载材料生成版本，再比较两个版本")
        versions = self._version(self.before_no), self._version(self.after_no)
        printed = order_print(db.session(), *versions, clock.now())
        job = queue.enqueue(db.session(), "print_comparison", printed.id)
        job_id = job.id
        db.session.commit()
        queue.wake(job_id)


def asked_for(
    choices: Sequence[Choice], before_no: str, after_no: str, live: Callable[[], dict[str, Any]] | None = None
) -> ComparisonPage | None:
    """Return the comparison the request names, by default of the two given; 404 for a version not offered.

    None when there are no two versions to compare.
    """
    page = ComparisonPage(
        choices, request.values.get("from", before_no), request.values.get("to", after_no), live
    )
    offered = dict(page.offered)
    if len(offered) < 2:
        return None
    if page.before_no not in offered or page.after_no not in offered:
        abort(404)
    return page


def template_helpers() -> dict[str, Any]:
    """What the template of a comparison needs besides the comparison."""
    return {"text_pieces": text_pieces, "state_words": STATE_TEXTS}

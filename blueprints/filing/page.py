"""What every page of a filing shows around its content: head, task list, conditions, save line."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from flask import abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from blueprints.filing.presence import others_at
from blueprints.idempotency import earlier_attempt
from blueprints.ids import read_version
from clock import shanghai_day
from extensions import clock, db
from failpoints import reach
from filings.bulk.evidence import count_waiting
from filings.cells import read_attachments
from filings.derive import ConditionView, Value, count_states, judge, show_value
from filings.figures import Figures, load_figures
from filings.kind import Kind, Tab, Table
from filings.kinds import kind_of
from filings.problems import TabView, read_tab_states, view_tabs
from filings.review.requests import last_return, requests_of
from models.attachment import Attachment
from models.filing import Filing
from models.opinion import Opinion
from models.presence import Presence
from models.return_request import ReturnRequest
from models.tab_state import TabState


@dataclass
class FilingPage:
    """One filing as its pages show it; everything is computed when first asked for, and once."""

    filing: Filing
    tab: Tab | None = None
    table: Table | None = None

    @cached_property
    def kind(self) -> Kind:
        return kind_of(self.filing)

    @cached_property
    def figures(self) -> Figures:
        return load_figures(db.session(), self.kind, self.filing)

    @cached_property
    def files(self) -> dict[str, Attachment]:
        """The files of the tabs, by slot."""
        return read_attachments(db.session(), self.filing.id, [self.filing.id])[self.filing.id]

    @cached_property
    def states(self) -> dict[str, TabState]:
        return read_tab_states(db.session(), self.filing.id)

    @cached_property
    def tabs(self) -> list[TabView]:
        return view_tabs(self.kind, self.filing, self.figures, self.states, set(self.files))

    @property
    def done_count(self) -> int:
        return sum(view.state == "done" for view in self.tabs)

    @property
    def problem_count(self) -> int:
        return sum(view.problem_count for view in self.tabs)

    @cached_property
    def conditions(self) -> list[ConditionView]:
        return judge(self.kind, self.figures)

    @property
    def condition_counts(self) -> dict[str, int]:
        return count_states(self.conditions)

    @cached_property
    def totals(self) -> list[Value]:
        """The derived values of the tab."""
        return [show_value(derived, self.figures) for derived in self.tab.derived] if self.tab else []

    @property
    def tab_conditions(self) -> list[ConditionView]:
        return [view for view in self.conditions if self.tab and view.tab == self.tab.name]

    @cached_property
    def tab_view(self) -> TabView | None:
        return next((view for view in self.tabs if view.tab is self.tab), None)

    @cached_property
    def returned_by(self) -> Opinion | None:
        """The opinion it was sent back with; None unless it was."""
        return last_return(db.session(), self.filing)

    @cached_property
    def return_requests(self) -> dict[str, list[ReturnRequest]]:
        """What an office wants mended, by the place it is pinned to; empty unless it was sent back."""
        opinion = self.returned_by
        found: dict[str, list[ReturnRequest]] = {}
        for request_ in requests_of(db.session(), opinion) if opinion else []:
            found.setdefault(request_.spot, []).append(request_)
        return found

    @property
    def others(self) -> Sequence[Presence]:
        """Who else is at this filing just now."""
        return others_at(self.filing, self.tab.name if self.tab else "")

    @property
    def days_left(self) -> int | None:
        """Whole days until the applicants' deadline, 0 on the day itself; None when it is over."""
        today: date = shanghai_day(clock.now())
        left: timedelta = self.filing.applicant_deadline - today
        return left.days if left.days >= 0 else None

    @property
    def is_editable(self) -> bool:
        return self.filing.is_editable

    @cached_property
    def waiting_count(self) -> int:
        """How many files were uploaded in bulk and stand nowhere yet."""
        return count_waiting(db.session(), self.filing)

    def row_count(self, table: Table) -> int:
        return self.figures.count(table.name)


def page_of_table(filing: Filing, table: Table) -> FilingPage:
    """Return the page on which a table stands."""
    return FilingPage(filing, kind_of(filing).tab_of(table), table)


def find_tab(filing: Filing, name: str) -> Tab:
    """Return the tab of the filing's kind, else answer 404."""
    return kind_of(filing).tab(name) or abort(404)


def find_table(filing: Filing, name: str) -> Table:
    """Return the table of the filing's kind, else answer 404."""
    table = kind_of(filing).table(name) or abort(404)
    reach("table_found")
    return table


def find_row(filing: Filing, table: Table, row_id: uuid.UUID, *, removed: bool = False) -> Any:
    """Return a live row of this filing (or a removed one, when asked so), else answer 404."""
    row = db.session.get(table.model, row_id)
    if row is None or row.filing_id != filing.id or (row.removed_at is not None) != removed:
        abort(404)
    return row


def is_fragment() -> bool:
    """Say whether HTMX asks, so that a fragment is the answer."""
    return "HX-Request" in request.headers


def render(template: str, page: FilingPage, **context: Any) -> str:
    """Render a page of the filing; HTMX gets its `<main>` alone, and a `_fragment` as it is."""
    html = render_template(template, page=page, filing=page.filing, kind=page.kind, **context)
    reach("page_rendered")
    if is_fragment() and "/_" not in template:
        return html[html.index("<main") : html.index("</main>") + len("</main>")]
    return html


def go(address: str) -> ResponseReturnValue:
    """Send the browser to another page, also when HTMX asked."""
    if is_fragment():
        return "", 200, {"HX-Redirect": address}
    return redirect(address, 303)


def known_version(current: int) -> int | None:
    """Return the version of a row or tab that this request was made upon; None when nobody says.

    An answer may get lost on the way: then the same form comes again, with its old version, perhaps with
    more typed into it. What its own earlier attempt made is not somebody else's change.
    """
    earlier = earlier_attempt()
    return current if earlier and earlier.made_version == current else posted_version()


def posted_version() -> int | None:
    """Return the version the page was opened with; None when a script leaves it out or it is no number."""
    return read_version(request.form.get("version", ""))

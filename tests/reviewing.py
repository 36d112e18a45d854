"""An office at its desk, past the pages: it saves opinions and sends them."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from filings.kinds import kind_of
from filings.review.inbox import came_before, gave_up
from filings.review.opinions import judge_opinion, save_opinion
from filings.review.requests import pin
from filings.review.sending import Outcome, send_opinions
from filings.review.spots import find_spot
from models.account import Account
from models.event import Actor
from models.filing import Filing
from models.material_version import MaterialVersion
from models.office import Office
from models.opinion import Opinion
from models.return_request import ReturnRequest
from tests.build import NOW, build_reviewer

SITE = {
    "site_checked": "yes", "site_checked_on": "2021-11-09", "site_people": "邓文杰、罗建平",
    "site_finding": "场地与申报一致。",
}  # fmt: skip
QUALIFIED = {"is_genuine": "yes", "is_qualified": "yes", **SITE}
PASSING = {
    "city": QUALIFIED,
    "province": QUALIFIED | {"expert_score": "86.5"},
    "torch": {"review_method": "expert_review", "review_finding": "专家一致同意。"},
}


def filings_before(session: Session, office: Office, account_id: uuid.UUID | None = None) -> set[Filing]:
    """Read what came before the office, without what `account_id` gave up."""
    query = select(Filing).where(*came_before(office))
    return set(session.scalars(query.where(~gave_up(account_id)) if account_id else query))


class Desk:
    """Somebody of one office."""

    def __init__(self, session: Session, level: str = "city", region_code: str = "440100") -> None:
        self.session, self.level = session, level
        self.account: Account = build_reviewer(session, level, region_code, person_name=f"{level}经办")
        self.office = self.account.office
        self.actor = Actor(
            self.account.id, self.account.login_name, "reviewer", self.account.office_id, "127.0.0.1"
        )

    def refusals(self, filing: Filing, at: datetime = NOW, **typed: Any) -> dict[str, str]:
        """Return the codes at the fields for which an opinion is not saved."""
        form = kind_of(filing).opinion_form(self.level)(MultiDict(typed))
        judge_opinion(self.session, filing, form, at)
        return {name: refusal.code for name, refusal in form.refusals().items()}

    def save(self, filing: Filing, at: datetime = NOW, version: int | None = None, **typed: Any) -> Opinion:
        """Save an opinion as typed."""
        form = kind_of(filing).opinion_form(self.level)(MultiDict(typed))
        assert judge_opinion(self.session, filing, form, at), form.refusals()
        opinion = save_opinion(self.session, filing, form, version, self.actor, at)
        self.session.commit()
        return opinion

    def pass_(self, filing: Filing, at: datetime = NOW) -> Outcome:
        self.save(filing, at, intention="pass", **PASSING[self.level])
        return self.send(filing, at=at)[0]

    def return_(self, filing: Filing, at: datetime = NOW, reason: str = "请补充。", **typed: Any) -> Outcome:
        answers = {"is_genuine": "no", "is_qualified": "yes", "site_checked": "no"}
        self.save(filing, at, intention="return", reason=reason, **(answers | typed))
        return self.send(filing, at=at)[0]

    def reject(self, filing: Filing, at: datetime = NOW, **typed: Any) -> Outcome:
        answers = {"is_genuine": "no", "is_qualified": "no", "site_checked": "no"}
        self.save(filing, at, intention="reject", reason="不符合条件。", **(answers | typed))
        return self.send(filing, at=at)[0]

    def send(self, *filings: Filing, at: datetime = NOW) -> list[Outcome]:
        """Tick rows and send them, as they are now."""
        ticked = {filing.id: self._version(filing) for filing in filings}
        outcomes = send_opinions(self.session, ticked, self.actor, at)
        self.session.commit()
        return outcomes

    def _version(self, filing: Filing) -> int:
        found = self.session.query(Opinion).filter_by(
            filing_id=filing.id, office_id=self.account.office_id, sent_at=None
        ).one_or_none()  # fmt: skip
        return found.version if found else 0

    def pin(self, filing: Filing, where: str, fault: str = "wrong", text: str = "请核对。") -> ReturnRequest:
        version = self.session.query(MaterialVersion).filter_by(version_no=filing.submitted_version_no).one()
        spot = find_spot(version.snapshot, where)
        request = pin(self.session, filing, spot, fault, text, self.actor, NOW)
        self.session.commit()
        return request


def codes(outcomes: list[Outcome]) -> list[str]:
    """Read what became of every row: its code, empty for a sent one."""
    return [outcome.refused.code if outcome.refused else "" for outcome in outcomes]

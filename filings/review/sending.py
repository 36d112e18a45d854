"""发送: saved opinions take effect, one filing at a time, whole or not at all."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from filings.editing import Conflict
from filings.kinds import kind_of
from filings.refused import Refused
from filings.review.opinions import NOT_HERE, desk_facts, has_given_up, opinions_in_hand
from filings.review.requests import requests_in_hand
from filings.routing import next_office
from filings.rules.opinions import closed_to_pass, why_not_return
from forms.formats import show_long_date
from models.event import Actor
from models.filing import Filing
from models.moves import IllegalMove
from models.office import Office
from models.opinion import Opinion

AT_ONCE = 200
NOT_SAVED = "请先保存审核意见，再发送"
CHANGED = "审核意见刚刚被修改，请核对后重新发送"


@dataclass(frozen=True)
class Outcome:
    """What became of one ticked row; `refused` None: it was sent."""

    filing: Filing
    opinion: Opinion | None
    refused: Refused | None = None


@dataclass(frozen=True)
class Consequence:
    """What sending an opinion will do. `office` is who gets it next; None for nobody or the applicant."""

    act: str
    office: Office | None = None


def consequence_of(session: Session, filing: Filing, opinion: Opinion) -> Consequence:
    """Say what sending will do, by the levels of the kind."""
    if opinion.intention != "pass":
        return Consequence(opinion.intention or "")
    kind = kind_of(filing)
    if opinion.level in kind.notice_levels:
        return Consequence("give_notice")
    above = next_office(session, filing.region_code, kind.levels, opinion.level)
    return Consequence("pass", above) if above else Consequence("approve")


def send_opinions(
    session: Session, ticked: Mapping[uuid.UUID, int], actor: Actor, at: datetime
) -> list[Outcome]:
    """Send the opinions on the ticked filings; `ticked` maps each to the version of the opinion seen.
    The outcomes stand in their order.

    If one of them has no saved opinion, nothing is sent and the rows are named. Otherwise every row is sent
    whole or refused with its reason, whatever becomes of the others.
    """
    found = {filing.id: filing for filing in session.scalars(select(Filing).where(Filing.id.in_(ticked)))}
    filings = {filing_id: found[filing_id] for filing_id in ticked if filing_id in found}
    saved = opinions_in_hand(session, filings, actor.office_id)
    in_hand = {filing_id: saved.get(filing_id) for filing_id in filings}
    unsaved = [
        Outcome(filings[filing_id], None, Refused("E_OPINION_NOT_SAVED", NOT_SAVED))
        for filing_id, opinion in in_hand.items()
        if (opinion is None or not opinion.is_saved) and _is_on_desk(filings[filing_id], actor)
    ]
    if unsaved:
        return unsaved
    return [
        _send_row(session, filings[filing_id], opinion, ticked[filing_id], actor, at)
        for filing_id, opinion in in_hand.items()
    ]


def _is_on_desk(filing: Filing, actor: Actor) -> bool:
    return filing.status == "under_review" and filing.current_office_id == actor.office_id


def _send_row(
    session: Session, filing: Filing, opinion: Opinion | None, version: int, actor: Actor, at: datetime
) -> Outcome:
    try:
        with session.begin_nested():
            if opinion is None:
                raise IllegalMove(NOT_HERE)
            send(session, filing, opinion, version, actor, at)
    except Refused as refused:
        return Outcome(filing, opinion, refused)
    except Conflict:
        return Outcome(filing, opinion, Refused("E_CONFLICT", CHANGED))
    except IllegalMove:
        return Outcome(filing, opinion, Refused("E_CONFLICT", NOT_HERE))
    return Outcome(filing, opinion)


def send(
    session: Session, filing: Filing, opinion: Opinion, version: int, actor: Actor, at: datetime
) -> None:
    """Send one saved opinion. Raises Refused, Conflict or IllegalMove; the caller rolls back."""
    if not _is_on_desk(filing, actor):
        raise IllegalMove(NOT_HERE)
    if actor.account_id is None or has_given_up(session, filing.id, actor.account_id):
        raise IllegalMove(NOT_HERE)
    if opinion.version != version or opinion.round != filing.round:
        raise Conflict
    _refuse_late(session, filing, opinion, at)
    _act(session, filing, opinion, actor, at)
    session.flush()


def _refuse_late(session: Session, filing: Filing, opinion: Opinion, at: datetime) -> None:
    facts = desk_facts(session, filing, at)
    if opinion.intention == "pass" and facts.is_level_over:
        raise Refused("E_BATCH_CLOSED", closed_to_pass(facts))
    if opinion.intention == "return":
        late = why_not_return(opinion.resubmit_by, facts)
        if late:
            raise Refused(*late)


def _act(session: Session, filing: Filing, opinion: Opinion, actor: Actor, at: datetime) -> None:
    if opinion.intention == "return":
        for request in requests_in_hand(session, filing, opinion.office_id):
            request.opinion_id = opinion.id
        return filing.return_for_correction(opinion, actor, at)
    if opinion.intention == "reject":
        return filing.reject(opinion, actor, at)
    meant = consequence_of(session, filing, opinion)
    if meant.act == "give_notice":
        return filing.give_notice(opinion, actor, at)
    if meant.office is not None:
        return filing.pass_on(opinion, meant.office, actor, at)
    return filing.approve(opinion, actor, at)


def in_words(session: Session, filing: Filing, opinion: Opinion) -> str:
    """Say to the reviewer what sending the opinion will do."""
    meant = consequence_of(session, filing, opinion)
    if meant.act == "return":
        return _return_in_words(session, filing, opinion)
    if meant.act == "reject":
        barred = "，申报单位两年内不得再次申报" if opinion.is_fraud else ""
        return f"申报不通过，本次申报终结{barred}"
    if meant.office is not None:
        return f"送达{meant.office.name}，由其继续审核"
    return (
        "列入待公示，由本机构在「公示和推荐」中发布公示"
        if meant.act == "give_notice"
        else "申报通过，本次申报终结"
    )


def _return_in_words(session: Session, filing: Filing, opinion: Opinion) -> str:
    pinned = len(requests_in_hand(session, filing, opinion.office_id))
    day = max(filing.batch.applicant_deadline, opinion.resubmit_by or filing.batch.applicant_deadline)
    with_requests = f"，{pinned} 条退回要求一并发出" if pinned else ""
    return f"退回申报单位，可在{show_long_date(day)} 24:00 前修改后重新提交{with_requests}"

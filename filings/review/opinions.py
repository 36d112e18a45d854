"""An office at work on one filing: its opinion in hand, who works on it, 回避, 更正. Nothing here knows HTTP."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from clock import shanghai_day
from filings.editing import Conflict
from filings.refused import Refused
from filings.rules.opinions import DeskFacts, opinion_findings
from forms.base import Refusal
from forms.opinion import OpinionForm
from models.account import Account
from models.assignment import assign_to
from models.event import Actor, record_event
from models.filing import Filing
from models.moves import IllegalMove, Status
from models.opinion import Opinion, OpinionFile
from models.recusal import Recusal
from models.return_request import ReturnRequest

# What every opinion has as a column of its own; the other answers are the questions of its level.
COLUMNS = (
    "intention", "reason", "resubmit_by", "is_fraud", "site_checked_on", "site_people", "site_finding",
)  # fmt: skip
NOT_HERE = "这份申报已不在本机构审核，可能已被撤回、发送或更正。请返回队列查看最新状态。"
ASSIGNED_ELSEWHERE = "这份申报由{name}办理，如需接手，请先在申报页转给自己。"


def opinion_in_hand(session: Session, filing_id: uuid.UUID, office_id: uuid.UUID) -> Opinion | None:
    """Return what the office has begun or saved and not sent; None when it has nothing."""
    query = select(Opinion).where(
        Opinion.filing_id == filing_id, Opinion.office_id == office_id, Opinion.sent_at.is_(None)
    )
    return session.scalars(query).one_or_none()


def opinions_in_hand(
    session: Session, filing_ids: Collection[uuid.UUID], office_id: uuid.UUID | None
) -> dict[uuid.UUID, Opinion]:
    """Map filings to what the office has begun or saved on them and not sent."""
    query = select(Opinion).where(
        Opinion.filing_id.in_(filing_ids), Opinion.office_id == office_id, Opinion.sent_at.is_(None)
    )
    return {opinion.filing_id: opinion for opinion in session.scalars(query)}


def sent_opinions(session: Session, filing_id: uuid.UUID) -> Sequence[Opinion]:
    """Read every opinion that was sent, also the corrected ones, oldest first."""
    query = select(Opinion).where(Opinion.filing_id == filing_id, Opinion.sent_at.is_not(None))
    return session.scalars(query.order_by(Opinion.sent_revision)).all()


def last_refusal(session: Session, filing: Filing) -> Opinion | None:
    """Return the 退回 or 不通过 that the filing stands at; None when it stands elsewhere."""
    if filing.status not in (Status.RETURNED, Status.REJECTED):
        return None
    return next((one for one in reversed(sent_opinions(session, filing.id)) if not one.corrected_at), None)


def begin_opinion(session: Session, filing: Filing, actor: Actor, at: datetime) -> Opinion:
    """Return the opinion in hand, begun now if there is none; its files hang on it.

    Who begins on what nobody works on takes it.
    """
    refuse_others(filing, actor)
    if filing.assignee_id is None:
        assign_to(session, filing, session.get_one(Account, actor.account_id), actor, at)
    opinion = opinion_in_hand(session, filing.id, _office_of(actor))
    if opinion is None:
        opinion = Opinion(
            id=uuid.uuid4(), filing_id=filing.id, office_id=_office_of(actor), level=filing.current_level,
            round=filing.round, version_no=filing.submitted_version_no, author_id=actor.account_id, version=0,
        )  # fmt: skip
        session.add(opinion)
    opinion.round, opinion.version_no = filing.round, filing.submitted_version_no or ""
    return opinion


def remove_file(session: Session, filing: Filing, file: OpinionFile, actor: Actor) -> None:
    """Take a file out of the opinion in hand. Raises Refused for a colleague, IllegalMove when it was sent."""
    refuse_others(filing, actor)
    filing.take_turn()
    session.delete(file)
    session.flush()


def refuse_others(filing: Filing, actor: Actor) -> None:
    """Raise unless the filing is under review at the actor's office and nobody else works on it."""
    if filing.status != Status.UNDER_REVIEW or filing.current_office_id != actor.office_id:
        raise IllegalMove(NOT_HERE)
    if filing.assignee is not None and filing.assignee_id != actor.account_id:
        name = filing.assignee.person_name or filing.assignee.login_name
        raise Refused("E_ASSIGNED_ELSEWHERE", ASSIGNED_ELSEWHERE.format(name=name))


def desk_facts(session: Session, filing: Filing, now: datetime) -> DeskFacts:
    """Read what the rules of an opinion need to know of the filing and its level."""
    visited = exists().where(
        Opinion.filing_id == filing.id, Opinion.round == filing.round, Opinion.sent_at.is_not(None),
        Opinion.corrected_at.is_(None), Opinion.site_checked_on.is_not(None),
    )  # fmt: skip
    level = filing.current_level
    return DeskFacts(
        today=shanghai_day(now), applicant_deadline=filing.batch.applicant_deadline,
        level_deadline=filing.batch.deadline_of(level) if level else None,
        has_site_check=bool(session.execute(select(visited)).scalar()),
    )  # fmt: skip


def judge_opinion(session: Session, filing: Filing, form: OpinionForm, now: datetime) -> bool:
    """Validate an opinion as typed: what parses, then the rules; messages stand at their fields."""
    valid = form.validate()
    for finding in opinion_findings(form, desk_facts(session, filing, now)):
        if not form[finding.field].errors:
            form[finding.field].errors = [Refusal(finding.code, finding.message)]
        valid = False
    return valid


def save_opinion(
    session: Session, filing: Filing, form: OpinionForm, version: int | None, actor: Actor, at: datetime
) -> Opinion:
    """Save a judged opinion for the office alone. Raises Conflict when `version` is no longer current.

    From now on the applicant can no longer take the filing back, even at this moment.
    """
    opinion = begin_opinion(session, filing, actor, at)
    if version is not None and version != opinion.version:
        raise Conflict
    filing.take_turn()
    said = {name: form[name].data if name in form else None for name in COLUMNS}
    said |= {name: said[name] or "" for name in ("reason", "site_people", "site_finding")}
    said["is_fraud"] = bool(said["is_fraud"])
    if "site_checked" in form and not form["site_checked"].data:
        said |= {"site_checked_on": None, "site_people": "", "site_finding": ""}
    opinion.save(actor, at, answers=_answers(form), **said)
    session.flush()
    return opinion


def _answers(form: OpinionForm) -> list[dict[str, Any]]:
    """Write the answers to the questions of the level down with their labels, as they were asked."""
    return [
        {"name": field.name, "label": field.label.text, "value": field.plain(field.data),
         "text": field.show(field.data)}
        for field in form
        if field.name not in COLUMNS and field.data is not None
    ]  # fmt: skip


def filled_form(form_class: type[OpinionForm], opinion: Opinion | None) -> OpinionForm:
    """Return the form as it was saved."""
    if opinion is None:
        return form_class()
    form = form_class(data={name: getattr(opinion, name) for name in COLUMNS})
    for answer in opinion.answers:
        if answer["name"] in form and answer["value"] is not None:
            form[answer["name"]].data = form[answer["name"]].parse(answer["value"])
    return form


def assign(session: Session, filing: Filing, account_id: uuid.UUID, actor: Actor, at: datetime) -> None:
    """Give the filing to somebody of the office: oneself (接手) or a colleague (转办)."""
    account = session.get(Account, account_id)
    if account is None or account.office_id != actor.office_id or account.state != "active":
        raise Refused("E_CHOICE", "请选择本机构的审核人员")
    if has_given_up(session, filing.id, account.id):
        raise Refused("E_RECUSED", f"{account.person_name}已对这份申报申请回避，请选择其他人员")
    assign_to(session, filing, account, actor, at)


def colleagues(session: Session, filing: Filing, office_id: uuid.UUID) -> Sequence[Account]:
    """Read who of the office may work on the filing, by name."""
    given_up = exists().where(Recusal.filing_id == filing.id, Recusal.account_id == Account.id)
    query = select(Account).where(
        Account.office_id == office_id, Account.staff_role == "reviewer", Account.state == "active", ~given_up
    )
    return session.scalars(query.order_by(Account.person_name, Account.login_name)).all()


def has_given_up(session: Session, filing_id: uuid.UUID, account_id: uuid.UUID) -> bool:
    """Say whether the account declared an interest in the filing."""
    return session.get(Recusal, (filing_id, account_id)) is not None


def recuse(session: Session, filing: Filing, reason: str, actor: Actor, at: datetime) -> None:
    """Declare an interest (回避): the filing goes back to the office, and the actor sees it no more."""
    if actor.account_id is None or not reason:
        raise Refused("E_REQUIRED", "请写明回避的原因")
    if filing.assignee_id == actor.account_id and filing.current_office_id == actor.office_id:
        assign_to(session, filing, None, actor, at)
    session.add(Recusal(filing_id=filing.id, account_id=actor.account_id, reason=reason, declared_at=at))
    record_event(session, filing.id, "recuse", actor, at, note=reason)
    session.flush()


def correctable_opinion(session: Session, filing: Filing, office_id: uuid.UUID | None) -> Opinion | None:
    """Return what the office sent last and may still take back (T18); None when it is too late."""
    last = next(iter(reversed(sent_opinions(session, filing.id))), None)
    if last is None or last.office_id != office_id or last.corrected_at or last.round != filing.round:
        return None
    lies_where_it_was_sent = filing.status in {
        "pass": (Status.UNDER_REVIEW,), "return": (Status.RETURNED,), "reject": (Status.REJECTED,),
    }.get(last.intention or "", ()) and filing.current_office_id != office_id  # fmt: skip
    return last if lies_where_it_was_sent and filing.is_unopened_since(last) else None


def correct(session: Session, filing: Filing, reason: str, actor: Actor, at: datetime) -> Opinion:
    """Take back what the office sent (T18). Both opinions are kept; the new one starts as the old one was."""
    sent = correctable_opinion(session, filing, actor.office_id)
    if sent is None:
        raise Refused("E_TOO_LATE", "对方已经打开这份申报，或状态已变化，不能再更正")
    if not reason:
        raise Refused("E_REQUIRED", "请写明更正的原因")
    filing.correct(sent, actor, at, reason)
    opinion = begin_opinion(session, filing, actor, at)
    for name in (*COLUMNS, "answers"):
        setattr(opinion, name, getattr(sent, name))
    for request in session.scalars(select(ReturnRequest).where(ReturnRequest.opinion_id == sent.id)):
        session.add(_once_more(request))
    session.flush()
    return opinion


def _once_more(request: ReturnRequest) -> ReturnRequest:
    kept = (
        "filing_id", "office_id", "author_id", "round", "number", "spot", "spot_text", "value_text", "fault",
        "text", "created_at",
    )  # fmt: skip
    return ReturnRequest(**{name: getattr(request, name) for name in kept})


def _office_of(actor: Actor) -> uuid.UUID:
    if actor.office_id is None:
        raise IllegalMove("somebody without an office")
    return actor.office_id

"""Return requests: pinned by an office, answered by the applicant by mending or by a reply."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from filings.refused import Refused
from filings.review.opinions import refuse_others
from filings.review.spots import Document, Spot, changed_spots, content_at, covers
from models.event import Actor
from models.filing import Filing
from models.material_version import MaterialVersion
from models.opinion import Opinion
from models.return_request import FAULT_TEXTS, ReturnRequest

TEXT_LIMIT = 1000


@dataclass(frozen=True)
class Todo:
    """A request as the applicant sees it. `is_mended`: its spot says something else than what was judged."""

    request: ReturnRequest
    is_mended: bool

    @property
    def is_open(self) -> bool:
        return not self.is_mended and not self.request.reply

    @property
    def state_text(self) -> str:
        if self.is_mended:
            return "已修改"
        return "已说明" if self.request.reply else "待处理"


def requests_in_hand(session: Session, filing: Filing, office_id: uuid.UUID) -> Sequence[ReturnRequest]:
    """Read what the office has pinned to this submission and not sent."""
    query = select(ReturnRequest).where(
        ReturnRequest.filing_id == filing.id, ReturnRequest.office_id == office_id,
        ReturnRequest.round == filing.round, ReturnRequest.opinion_id.is_(None),
    )  # fmt: skip
    return session.scalars(query.order_by(ReturnRequest.number)).all()


def requests_of(session: Session, opinion: Opinion) -> Sequence[ReturnRequest]:
    """Read what was sent with an opinion."""
    query = select(ReturnRequest).where(ReturnRequest.opinion_id == opinion.id)
    return session.scalars(query.order_by(ReturnRequest.number)).all()


def pin(
    session: Session, filing: Filing, spot: Spot | None, fault: str, text: str, actor: Actor, at: datetime
) -> ReturnRequest:
    """Pin a request to a spot of the submitted document."""
    refuse_others(filing, actor)
    if spot is None:
        raise Refused("E_CHOICE", "请选择要求修改的位置")
    if fault not in FAULT_TEXTS:
        raise Refused("E_CHOICE", "请选择问题类型：错误、缺失或过期")
    if not text:
        raise Refused("E_REQUIRED", "请写明需要怎样修改，例如：请上传 2021 年续签的租赁合同")
    if len(text) > TEXT_LIMIT:
        raise Refused(
            "E_TEXT_TOO_LONG", f"超过字数限制：最多 {TEXT_LIMIT} 个字，现有 {len(text)} 个字，请删减"
        )
    here = ReturnRequest.filing_id == filing.id
    numbers = select(func.max(ReturnRequest.number)).where(here, ReturnRequest.round == filing.round)
    request = ReturnRequest(
        id=uuid.uuid4(), filing_id=filing.id, office_id=actor.office_id, author_id=actor.account_id,
        round=filing.round, number=(session.execute(numbers).scalar() or 0) + 1, spot=spot.where,
        spot_text=spot.label[:300], value_text=spot.text, fault=fault, text=text, created_at=at,
    )  # fmt: skip
    session.add(request)
    session.flush()
    return request


def unpin(session: Session, filing: Filing, request: ReturnRequest, actor: Actor) -> None:
    """Take back a request that was not sent."""
    refuse_others(filing, actor)
    if request.opinion_id is not None or request.office_id != actor.office_id:
        raise Refused("E_CONFLICT", "这条要求已经发送，不能删除")
    session.delete(request)


def last_return(session: Session, filing: Filing) -> Opinion | None:
    """Return the 退回 the applicant is answering; None unless the filing was sent back last."""
    if filing.status != "returned":
        return None
    query = (
        select(Opinion)
        .where(Opinion.filing_id == filing.id, Opinion.sent_at.is_not(None), Opinion.round == filing.round)
        .where(Opinion.intention == "return", Opinion.corrected_at.is_(None))
        .order_by(Opinion.sent_revision.desc())
    )
    return session.scalars(query.limit(1)).first()


def todo_list(session: Session, filing: Filing, live: Document) -> list[Todo]:
    """List what the applicant has to answer; `live` is the document as it would be printed now.

    Empty when the filing is not sent back or nothing was pinned.
    """
    opinion = last_return(session, filing)
    if opinion is None:
        return []
    judged = judged_document(session, opinion)
    return [Todo(request, _differs(judged, live, request.spot)) for request in requests_of(session, opinion)]


def open_requests(session: Session, filing: Filing, live: Document) -> int:
    """Count the requests that were neither mended nor replied to."""
    return sum(todo.is_open for todo in todo_list(session, filing, live))


def judged_document(session: Session, opinion: Opinion) -> Document:
    """Read the snapshot an opinion is about."""
    query = select(MaterialVersion.snapshot).where(MaterialVersion.version_no == opinion.version_no)
    document: dict[str, Any] = session.execute(query).scalar_one()
    return document


def _differs(before: Document, after: Document, where: str) -> bool:
    return bool(content_at(before, where) != content_at(after, where))


def reply(
    session: Session, filing: Filing, request: ReturnRequest, text: str, actor: Actor, at: datetime
) -> None:
    """Note the applicant's words on a request; empty text takes them back."""
    opinion = last_return(session, filing)
    if opinion is None or request.opinion_id != opinion.id:
        raise Refused("E_CONFLICT", "这条要求已不需要答复，请刷新页面")
    if len(text) > TEXT_LIMIT:
        raise Refused(
            "E_TEXT_TOO_LONG", f"超过字数限制：最多 {TEXT_LIMIT} 个字，现有 {len(text)} 个字，请删减"
        )
    request.answer(text, actor.name, at)
    filing.touch(actor, at)


@dataclass(frozen=True)
class Answers:
    """How the applicant answered a return: request by request, and what else was changed."""

    opinion: Opinion
    answered: Sequence[Todo]
    unrequested: Sequence[Spot]


def answers_to_last_return(session: Session, filing: Filing, document: Document) -> Answers | None:
    """Sort what changed since the last 退回 by whether it was asked for; None when there was none.

    `document` is what was handed in afterwards.
    """
    query = (
        select(Opinion)
        .where(
            Opinion.filing_id == filing.id, Opinion.sent_at.is_not(None), Opinion.round == filing.round - 1
        )
        .where(Opinion.intention == "return", Opinion.corrected_at.is_(None))
    )
    opinion = session.scalars(query.order_by(Opinion.sent_revision.desc()).limit(1)).first()
    if opinion is None:
        return None
    judged = judged_document(session, opinion)
    asked = requests_of(session, opinion)
    tabs = _tabs_of_parts(document)
    unrequested = [
        spot
        for spot in changed_spots(judged, document)
        if not any(covers(one.spot, spot.where) or one.spot == tabs.get(spot.part) for one in asked)
    ]
    return Answers(opinion, [Todo(one, _differs(judged, document, one.spot)) for one in asked], unrequested)


def _tabs_of_parts(document: Document) -> dict[str, str]:
    """Map the tables to the tabs they stand in."""
    return {table["name"]: tab["name"] for tab in document["tabs"] for table in tab["tables"]}

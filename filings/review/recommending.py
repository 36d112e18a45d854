"""推荐上报 and 公布名单: what follows a public notice without objection.

Source: workflow of the filings, T11, T14, T17.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_FLOOR
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from clock import shanghai_day
from filings.kinds import kind_of
from filings.refused import Refused
from filings.review.publicity import after_notice
from filings.routing import next_office
from models.batch import Batch
from models.carrier import Carrier
from models.counter import next_number
from models.event import Actor
from models.filing import Filing
from models.moves import OPEN, IllegalMove, Status
from models.office import Office
from models.opinion import Opinion
from models.recommendation import Publication, PublicationEntry, Recommendation, RecommendationEntry

NO_OBJECTION = "公示无异议"
REVOCATION_REASONS = {
    "unqualified": "复核不合格",
    "unreported": "连续2次未上报统计数据",
    "fraud": "弄虚作假",
    "assessment": "连续2次考核评价不合格",
    "other": "其他",
}


def quota_of(batch: Batch, registered: int | None) -> int | None:
    """Return how many an office may recommend: the batch's share of those in its statistics, rounded down.

    None when the batch has no quota or nobody said how many are registered. Source: notice of 2019,
    «原则上» 8 % of the region's makerspaces in the statistics of the year before.
    """
    if batch.recommend_quota_ratio is None or registered is None:
        return None
    share = batch.recommend_quota_ratio / 100
    return int((share * registered).to_integral_value(ROUND_FLOOR))


def count_recommended(session: Session, office: Office, batch: Batch) -> int:
    """Count what the office recommended of the batch before."""
    query = (
        select(func.count())
        .select_from(RecommendationEntry)
        .join(Recommendation)
        .where(Recommendation.office_id == office.id, Recommendation.batch_id == batch.id)
    )
    return session.scalar(query) or 0


def recommend(
    session: Session, office: Office, notes: Mapping[uuid.UUID, str], letter: Mapping[str, Any],
    registered: int | None, actor: Actor, at: datetime,
) -> Recommendation:  # fmt: skip
    """Recommend the filings of `notes` (filing → 公示情况) to the office above (T11). Raises Refused.

    `letter` holds letter_no, letter_on and over_quota_reason. Exceeding the quota needs the reason, never
    more: it is a principle, not a limit.
    """
    filings = _ready(session, office, notes, at)
    to_office = _above(session, filings)
    batch = filings[0].batch
    quota = quota_of(batch, registered)
    total = count_recommended(session, office, batch) + len(filings)
    if quota is not None and total > quota and not letter["over_quota_reason"]:
        raise Refused("E_OVER_QUOTA", f"本批次推荐名额 {quota} 家，连同这次共 {total} 家，超出名额须写明理由")
    recommendation = Recommendation(
        id=uuid.uuid4(), office_id=office.id, batch_id=batch.id, to_office_id=to_office.id, quota=quota,
        sent_at=at, sent_by_id=actor.account_id, **letter,
    )  # fmt: skip
    session.add(recommendation)
    for place, filing in enumerate(filings, 1):
        session.add(RecommendationEntry(
            recommendation_id=recommendation.id, filing_id=filing.id, place=place,
            expert_score=_expert_score(session, filing, office), publicity_note=notes[filing.id] or NO_OBJECTION,
        ))  # fmt: skip
        filing.recommend(to_office, actor, at, details={"letter_no": letter["letter_no"]})
    session.flush()
    return recommendation


def publish_list(
    session: Session, office: Office, chosen: Iterable[uuid.UUID], document_no: str, published_on: date,
    actor: Actor, at: datetime,
) -> Publication:  # fmt: skip
    """Put the chosen filings on the list (T14): each creates or alters its carrier. Raises Refused."""
    filings = _ready(session, office, chosen, at)
    batch = filings[0].batch
    publication = Publication(
        id=uuid.uuid4(), office_id=office.id, batch_id=batch.id, title=f"{batch.name}名单",
        document_no=document_no, published_on=published_on, published_at=at, published_by_id=actor.account_id,
    )  # fmt: skip
    session.add(publication)
    for place, filing in enumerate(filings, 1):
        carrier = _registered(session, filing, published_on)
        session.add(PublicationEntry(
            publication_id=publication.id, filing_id=filing.id, carrier_id=carrier.id, place=place,
            certificate_no=carrier.certificate_no,
        ))  # fmt: skip
        filing.publish(actor, at, note=document_no, details={"certificate_no": carrier.certificate_no})
    session.flush()
    return publication


def _ready(session: Session, office: Office, chosen: Iterable[uuid.UUID], at: datetime) -> Sequence[Filing]:
    """Return the chosen filings if every one is ready, in the order of the list."""
    ready = {filing.id: filing for filing in after_notice(session, office, shanghai_day(at))}
    wanted = list(chosen)
    if not wanted:
        raise Refused("E_CHOICE", "请至少勾选一份公示结束且无异议的申报")
    if any(filing_id not in ready for filing_id in wanted):
        raise Refused("E_NOT_READY", "有的申报公示尚未结束、有未处理的异议，或已由他人处理，请刷新后重新勾选")
    filings = [filing for filing in ready.values() if filing.id in set(wanted)]
    if len({filing.batch_id for filing in filings}) > 1:
        raise Refused("E_CHOICE", "一次只能处理同一批次的申报，请分开办理")
    return filings


def _above(session: Session, filings: Sequence[Filing]) -> Office:
    filing = filings[0]
    above = next_office(session, filing.region_code, kind_of(filing).levels, filing.current_level or "")
    if above is None:
        raise Refused("E_NO_OFFICE", "没有可以上报的机构，请联系系统管理员")
    return above


def _expert_score(session: Session, filing: Filing, office: Office) -> str:
    """Return the 评审分数 of the office's last opinion; empty when it was not asked."""
    query = select(Opinion).where(
        Opinion.filing_id == filing.id, Opinion.office_id == office.id, Opinion.sent_at.is_not(None),
        Opinion.corrected_at.is_(None),
    )  # fmt: skip
    last = session.scalars(query.order_by(Opinion.sent_revision.desc()).limit(1)).first()
    return str(last.answer("expert_score") or "") if last else ""


def _registered(session: Session, filing: Filing, on: date) -> Carrier:
    """Create or alter the carrier of an approved filing, and give it its certificate number."""
    kind = kind_of(filing)
    facts = kind.register(filing)
    carrier = filing.carrier
    if carrier is None:
        carrier = Carrier(
            id=uuid.uuid4(), kind=kind.carrier_kind, operator_id=filing.unit_id,
            region_code=filing.region_code, **facts,
        )  # fmt: skip
        session.add(carrier)
        filing.carrier = carrier
    for name, value in facts.items():
        setattr(carrier, name, value or getattr(carrier, name))
    carrier.national_state, carrier.certified_on, carrier.revoked_on = kind.national_state, on, None
    number = next_number(session, f"certificate/{kind.name}/{on.year}")
    carrier.certificate_no = f"{kind.prefix}-{on.year}-{number:05d}"
    session.flush()
    return carrier


def revoke_title(
    session: Session, carrier: Carrier, reason: str, text: str, document_no: str, actor: Actor, at: datetime
) -> None:
    """Take the national title of a carrier away (T17); what it has open is void. Raises Refused."""
    if reason not in REVOCATION_REASONS:
        raise Refused("E_CHOICE", "请选择取消资格的原因")
    if not document_no:
        raise Refused("E_REQUIRED", "请填写取消资格文件的文号")
    if carrier.national_state == "none" or carrier.revoked_on is not None:
        raise IllegalMove("这个孵化机构没有有效的国家级资格")
    words = REVOCATION_REASONS[reason] + (f"：{text}" if text else "")
    carrier.revoked_on = shanghai_day(at)
    filings = session.scalars(select(Filing).where(Filing.carrier_id == carrier.id)).all()
    led_here = max((one for one in filings if one.status == Status.APPROVED), default=None,
                   key=lambda one: one.serial)  # fmt: skip
    if led_here is not None:
        details = {"document_no": document_no, "reason": reason, "is_fraud": reason == "fraud"}
        led_here.revoke(actor, at, note=words, details=details)
    for filing in filings:
        if filing.status in OPEN:
            filing.void(actor, at, words)
    session.flush()

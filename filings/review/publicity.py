"""公示: an office shows everybody what it is about to recommend or publish, and hears objections.

Source: workflow of the filings, T10, T12, T13; notice of 2019: 公示期不少于 5 个工作日, 公示名称、运营主体、地址、
成立时间.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, joinedload

from clock import shanghai_day
from filings.kinds import kind_of
from filings.refused import Refused
from filings.working_days import WorkingDays
from models.event import Actor, record_event
from models.filing import Filing
from models.moves import IllegalMove, Status
from models.office import Office
from models.public_notice import NoticeEntry, Objection, PublicNotice
from models.special_day import read_special_days

LEAST_WORKING_DAYS = 5
NOT_HERE = "这份申报已不在本机构公示，可能已更正或处理完毕。请返回列表查看最新状态。"


@dataclass(frozen=True)
class Announcement:
    """What the office types for a notice."""

    title: str
    starts_on: date
    ends_on: date
    contact: str


def awaiting_notice(session: Session, office: Office) -> Sequence[Filing]:
    """Read the filings the office decided to give notice of and that stand in no notice yet."""
    return _in_publicity(session, office, ~_entry_of())


def after_notice(session: Session, office: Office, day: date) -> Sequence[Filing]:
    """Read the filings whose notice is over and against which no objection is open."""
    over = _entry_of(NoticeEntry.notice.has(PublicNotice.ends_on < day))
    open_objection = exists().where(Objection.filing_id == Filing.id, Objection.state == "open")
    return _in_publicity(session, office, over, ~open_objection)


def _entry_of(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that a filing stands in a notice of its present stay in publicity."""
    here = (NoticeEntry.filing_id == Filing.id, NoticeEntry.revision == Filing.revision)
    return exists().where(*here, *conditions)


def running_notice(session: Session, filing: Filing, at: datetime) -> PublicNotice | None:
    """Return the notice that everybody can read about the filing now; None outside of one."""
    today = shanghai_day(at)
    query = select(PublicNotice).where(
        PublicNotice.entries.any(NoticeEntry.filing_id == filing.id),
        PublicNotice.starts_on <= today, PublicNotice.ends_on >= today,
    ).order_by(PublicNotice.published_at.desc()).limit(1)  # fmt: skip
    return session.scalars(query).first() if filing.status == Status.PUBLICITY else None


def _in_publicity(session: Session, office: Office, *conditions: ColumnElement[bool]) -> Sequence[Filing]:
    query = (
        select(Filing)
        .where(Filing.status == Status.PUBLICITY, Filing.current_office_id == office.id, *conditions)
        .options(joinedload(Filing.unit), joinedload(Filing.batch), joinedload(Filing.region))
        .order_by(Filing.region_code, Filing.name)
    )
    return session.scalars(query).all()


def publish_notice(
    session: Session, office: Office, chosen: Iterable[uuid.UUID], said: Announcement, actor: Actor,
    at: datetime,
) -> PublicNotice:  # fmt: skip
    """Publish a notice of the chosen filings; all of them or none. Raises Refused, IllegalMove if one moved."""
    waiting = {filing.id: filing for filing in awaiting_notice(session, office)}
    filings = [waiting[filing_id] for filing_id in chosen if filing_id in waiting]
    if not filings:
        raise Refused("E_CHOICE", "请至少勾选一份待公示的申报")
    if len({filing.batch_id for filing in filings}) > 1:
        raise Refused("E_CHOICE", "一次公示只能包含同一批次的申报，请分开公示")
    _refuse_period(session, said, at)
    notice = PublicNotice(
        id=uuid.uuid4(), office_id=office.id, batch_id=filings[0].batch_id, published_at=at,
        published_by_id=actor.account_id, **vars(said),
    )  # fmt: skip
    session.add(notice)
    for place, filing in enumerate(filings, 1):
        filing.take_turn()  # two officers at once: the second notice of the same filing fails
        session.add(_entry(notice, filing, place))
        record_event(session, filing.id, "publish_notice", actor, at, note=said.title,
                     details={"notice_id": str(notice.id), "ends_on": said.ends_on.isoformat()})  # fmt: skip
    session.flush()
    return notice


def _refuse_period(session: Session, said: Announcement, at: datetime) -> None:
    today = shanghai_day(at)
    if said.starts_on < today:
        raise Refused("E_DATE_ORDER", "公示开始日期不能早于今天")
    days = WorkingDays(read_special_days(session)).between(said.starts_on - timedelta(days=1), said.ends_on)
    if days < LEAST_WORKING_DAYS:
        raise Refused(
            "E_NOTICE_TOO_SHORT",
            f"公示期不少于 {LEAST_WORKING_DAYS} 个工作日，现为 {days} 个工作日，请推迟结束日期",
        )


def _entry(notice: PublicNotice, filing: Filing, place: int) -> NoticeEntry:
    facts = kind_of(filing).register(filing)
    return NoticeEntry(
        notice_id=notice.id, filing_id=filing.id, round=filing.round, revision=filing.revision, place=place,
        name=facts["name"], operator=filing.unit.name, address=facts["address"],
        started_on=facts["operation_started_on"],
    )  # fmt: skip


def raise_objection(
    session: Session, notice: PublicNotice, filing_id: uuid.UUID, at: datetime, **said: str | None
) -> Objection:
    """Note an objection while the notice runs; the same one sent again is kept once.

    Raises Refused afterwards and for what is not in the notice.
    """
    if not notice.is_running_on(shanghai_day(at)):
        raise Refused("E_NOTICE_OVER", "公示期已过或尚未开始，不能再提交异议；请按公示上的联系方式反映")
    if filing_id not in {entry.filing_id for entry in notice.entries}:
        raise Refused("E_CHOICE", "请选择对哪一个申报有异议")
    known = next((one for one in notice.objections if one.says(filing_id, said)), None)
    if known is not None:
        return known
    objection = Objection(notice_id=notice.id, filing_id=filing_id, raised_at=at, **said)
    session.add(objection)
    session.flush()
    return objection


def decide_objection(
    session: Session, objection: Objection, state: str, finding: str, actor: Actor, at: datetime
) -> None:
    """Note what the office found; an upheld one takes the filing back to the desk (T12).

    Raises Refused, and IllegalMove when it is another office's or was decided meanwhile.
    """
    if actor.office_id != objection.notice.office_id:
        raise IllegalMove(NOT_HERE)
    if state not in ("upheld", "dismissed"):
        raise Refused("E_CHOICE", "请选择异议是否成立")
    if not finding:
        raise Refused("E_REQUIRED", "请写明核查结果")
    objection.decide(state, finding, actor, at)
    filing = objection.filing
    if state == "upheld":
        if filing.status == Status.PUBLICITY and filing.current_office_id == actor.office_id:
            filing.uphold_objection(actor, at, finding)
    else:
        record_event(session, filing.id, "dismiss_objection", actor, at, note=finding)
    session.flush()

"""From draft to submission: opening a filing, generating its materials, handing it in."""

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from clock import shanghai_day
from failpoints import reach
from filings.bars import barred_until
from filings.derive import count_states, judge
from filings.figures import load_figures
from filings.finding import Problem
from filings.kind import Kind
from filings.kinds import kind_of
from filings.problems import find_problems
from filings.refused import Refused as Refused
from filings.review.fingerprints import note_fingerprints
from filings.review.requests import open_requests
from filings.routing import receiving_offices
from filings.snapshot import content_hash, snapshot, values_of
from forms.formats import show_long_date
from models.batch import Batch
from models.carrier import Carrier
from models.counter import next_number
from models.event import Actor, Event
from models.filing import Filing
from models.material_version import MaterialVersion
from models.moves import OPEN, Status
from models.office import Office
from models.unit import Unit

VERSIONS_KEPT = 3
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class NotReady(Exception):
    """Blocking problems stand in the way of generating or submitting."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} blocking problems")
        self.problems = problems


def open_batch(session: Session, kind: Kind, now: datetime) -> Batch | None:
    """Return the newest batch of the kind that applicants may file in now; None when there is none."""
    batches = session.scalars(select(Batch).where(Batch.kind == kind.name).order_by(Batch.open_at.desc()))
    return next((batch for batch in batches if batch.is_open_for_applicants(now)), None)


def open_filing(
    session: Session, kind: Kind, unit: Unit, carrier: Carrier | None, actor: Actor, now: datetime
) -> Filing:
    """Open a draft for a carrier of the unit, or for a new one (T1), filled with what is known."""
    batch = open_batch(session, kind, now)
    if not unit.is_real_named:
        raise Refused("E_NOT_VERIFIED", "请先完成实名认证，再新建申报")
    if batch is None:
        raise Refused("E_BATCH_CLOSED", "不在申报时间内，不能新建申报")
    barred = barred_until(session, unit.id, kind.name, shanghai_day(now))
    if barred is not None:
        raise Refused("E_BARRED_UNTIL", f"因弄虚作假，限制申报至{show_long_date(barred)}，此前不能新建申报")
    taken = f"「{carrier.name if carrier else ''}」已有正在办理的同类申报，请在列表中继续填报"
    if carrier is not None and find_open_filing(session, kind, batch, carrier) is not None:
        raise Refused("E_OPEN_FILING_EXISTS", taken)
    try:
        with session.begin_nested():
            filing: Filing = kind.model.open(
                session, batch=batch, unit=unit, carrier=carrier, serial=next_number(session, "filing"),
                actor=actor, at=now,
            )  # fmt: skip
    except IntegrityError:  # somebody opened one at this moment
        raise Refused("E_OPEN_FILING_EXISTS", taken) from None
    for name, value in kind.prefill(filing).items():
        setattr(filing, name, value)
    session.flush()
    return filing


def find_open_filing(session: Session, kind: Kind, batch: Batch, carrier: Carrier) -> Filing | None:
    query = select(Filing).where(
        Filing.kind == kind.name, Filing.batch_id == batch.id, Filing.carrier_id == carrier.id,
        Filing.status.in_(OPEN),
    )  # fmt: skip
    return session.scalars(query).first()


def blocking_problems(session: Session, filing: Filing) -> list[Problem]:
    """Return what stands in the way of generating, in the order of the tabs."""
    kind = kind_of(filing)
    problems = find_problems(session, kind, filing, load_figures(session, kind, filing))
    return [problem for problem in problems if problem.is_blocking]


def generate(session: Session, filing: Filing, actor: Actor, now: datetime) -> MaterialVersion:
    """Freeze the filing as a new version with a 版本号 of its own; the caller starts the job.

    Raises NotReady while a blocking problem exists. Two calls without a change give two versions
    (《国家备案众创空间申报操作手册》: 每次生成的申报材料版本号均不同).
    """
    problems = blocking_problems(session, filing)
    if problems:
        raise NotReady(problems)
    session.get(Filing, filing.id, with_for_update=True)  # so that numbers are not given twice
    document = snapshot(session, filing)
    number = 1 + session.execute(_last_number(filing.id)).scalar_one()
    version = MaterialVersion(
        filing_id=filing.id, number=number, version_no=_new_version_no(filing, number),
        snapshot=document, content_hash=content_hash(document), generated_at=now,
        generated_by_id=actor.account_id,
    )  # fmt: skip
    session.add(version)
    session.flush()  # need version.id for the job
    reach("version_frozen")
    return version


def _last_number(filing_id: uuid.UUID):  # type: ignore[no-untyped-def]
    largest = func.coalesce(func.max(MaterialVersion.number), 0)
    return select(largest).where(MaterialVersion.filing_id == filing_id)


def _new_version_no(filing: Filing, number: int) -> str:
    """Compose a number that people type from paper; its random end shows a mistyped one."""
    check = "".join(secrets.choice(CROCKFORD) for _ in range(4))
    return f"{filing_no(filing)}-{number:03d}-{check}"


def filing_no(filing: Filing) -> str:
    """Compose the number of a filing (申报编号), with which all its 版本号 begin."""
    return f"{kind_of(filing).prefix}-{filing.batch.year}-{filing.serial:06d}"


def read_versions(session: Session, filing_id: uuid.UUID) -> Sequence[MaterialVersion]:
    """Read the versions of a filing, newest first."""
    query = select(MaterialVersion).where(MaterialVersion.filing_id == filing_id)
    return session.scalars(query.order_by(MaterialVersion.number.desc())).all()


def running_version(session: Session, filing_id: uuid.UUID) -> MaterialVersion | None:
    """Return the newest version that is being made; None when there is none."""
    query = select(MaterialVersion).where(
        MaterialVersion.filing_id == filing_id, MaterialVersion.state.in_(("queued", "running"))
    )
    return session.scalars(query.order_by(MaterialVersion.number.desc()).limit(1)).first()


def newest_version_nos(session: Session, filing_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Map filings to the 版本号 of their newest version; those without one are left out."""
    theirs = MaterialVersion.filing_id.in_(filing_ids)
    query = select(MaterialVersion.filing_id, MaterialVersion.version_no).where(theirs)
    ascending = session.execute(query.order_by(MaterialVersion.number))
    return {version.filing_id: version.version_no for version in ascending}


def dispensable_versions(session: Session, filing_id: uuid.UUID) -> list[MaterialVersion]:
    """List the versions whose bytes may go: neither among the last three nor ever submitted."""
    submitted = {
        event.details.get("version_no")
        for event in session.scalars(select(Event).where(Event.stream_id == filing_id))
        if event.act == "submit"
    }
    kept = [version for version in read_versions(session, filing_id) if version.has_pdf]
    return [version for version in kept[VERSIONS_KEPT:] if version.version_no not in submitted]


def current_version(session: Session, filing: Filing) -> MaterialVersion | None:
    """Return the newest finished version that says what the filing says now; None when there is none."""
    live = content_hash(snapshot(session, filing))
    return next((v for v in _submittable(session, filing) if v.content_hash == live), None)


def _submittable(session: Session, filing: Filing) -> list[MaterialVersion]:
    """List the finished versions that may be handed in, newest first.

    What was sent back needs a version made afterwards, even when only replies were written: a 版本号 stands
    for one submission.
    """
    versions = [version for version in read_versions(session, filing.id) if version.has_pdf]
    if filing.status != Status.RETURNED:
        return versions
    handed_in = next((v.number for v in versions if v.version_no == filing.submitted_version_no), 0)
    return [version for version in versions if version.number > handed_in]


def offered_offices(session: Session, filing: Filing) -> list[Office]:
    """List the 受理机构 the applicant may choose, the default one first."""
    kind, batch = kind_of(filing), filing.batch
    return receiving_offices(session, filing.region_code, kind.levels, batch.offers_next_office)


def submit(
    session: Session, filing: Filing, version_no: str | None, office_id: str, confirmed: bool,
    actor: Actor, now: datetime,
) -> None:  # fmt: skip
    """Hand the filing in, pinned to a version whose content is current (T4)."""
    if not filing.is_open_for_applicant(now):
        raise Refused("E_BATCH_CLOSED", "不在申报时间内，不能提交。申报截止日为当日 24 时")
    problems = blocking_problems(session, filing)
    if problems:
        raise NotReady(problems)
    office = next((o for o in offered_offices(session, filing) if str(o.id) == office_id), None)
    if office is None:
        raise Refused("E_CHOICE", "请选择受理机构")
    version = _pinned_version(session, filing, version_no)
    waiting = open_requests(session, filing, version.snapshot)
    if waiting:
        raise Refused("E_REQUEST_OPEN", f"还有 {waiting} 条退回要求未处理，请逐条修改，或说明不需修改的理由")
    if failing_conditions(session, filing) and not confirmed:
        raise Refused("E_CONDITIONS_UNCONFIRMED", "存在不满足的条件，请勾选「我已知悉，仍然提交」后再次确认")
    reach("submission_judged")
    filing.submit(version, office, values_of(version.snapshot), actor, now)
    note_fingerprints(session, filing, version.snapshot)
    reach("filing_submitted")


def _pinned_version(session: Session, filing: Filing, version_no: str | None) -> MaterialVersion:
    """Return the version to submit: the one named, else the newest whose content is current."""
    stale = Refused("E_VERSION_STALE", "填报信息在生成申报材料后已修改，请重新下载材料")
    live = content_hash(snapshot(session, filing))
    versions = _submittable(session, filing)
    if version_no:
        versions = [v for v in versions if v.version_no == version_no]
        if not versions:
            raise Refused("E_VERSION_STALE", f"没有可提交的版本 {version_no}，请先下载材料并等待生成完成")
    if not versions:
        done = "退回后" if filing.status == Status.RETURNED else ""
        raise Refused("E_VERSION_STALE", f"{done}还没有生成申报材料，请先下载材料并等待生成完成")
    current = next((v for v in versions if v.content_hash == live), None)
    if current is None:
        raise stale
    return current


def failing_conditions(session: Session, filing: Filing) -> int:
    """Count the conditions that fail; they do not block, the applicant confirms once more."""
    kind = kind_of(filing)
    return count_states(judge(kind, load_figures(session, kind, filing)))["fail"]

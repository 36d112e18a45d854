"""纸质材料签收: only paper of the version that was submitted is taken in."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from filings.compare import compare
from filings.comparison import Comparison
from filings.refused import Refused
from filings.version_no import read_version_no
from models.event import Actor, record_event
from models.filing import Filing
from models.material_version import MaterialVersion
from models.notification import accounts_for, notify
from models.paper_receipt import PaperReceipt


@dataclass(frozen=True)
class WrongVersion:
    """Why paper is not taken in. `version` None: there is no such number, or it is another filing's."""

    message: str
    version: MaterialVersion | None = None
    comparison: Comparison | None = None


def receipts_of(session: Session, filing_id: uuid.UUID) -> Sequence[PaperReceipt]:
    """Read what offices took in, oldest first."""
    query = select(PaperReceipt).where(PaperReceipt.filing_id == filing_id)
    whole = query.options(joinedload(PaperReceipt.office), joinedload(PaperReceipt.received_by))
    return session.scalars(whole.order_by(PaperReceipt.received_at)).all()


def judge_version(session: Session, filing: Filing, typed: str) -> WrongVersion | None:
    """Say what is wrong with paper of that 版本号, and how it differs; None when it is the submitted one."""
    version_no = read_version_no(typed)
    if version_no == filing.submitted_version_no:
        return None
    numbers = (version_no, filing.submitted_version_no)
    query = select(MaterialVersion).where(MaterialVersion.version_no.in_(numbers))
    found = {version.version_no: version for version in session.scalars(query)}
    submitted, paper = found.get(filing.submitted_version_no or ""), found.get(version_no)
    if paper is None:
        return WrongVersion("没有这个版本号，请核对每一位；最后四位没有字母 I、L、O、U")
    if submitted is None or paper.filing_id != filing.id:
        return WrongVersion("这是另一份申报的版本号，请核对纸质材料封面上的名称")
    when = "早于" if paper.number < submitted.number else "晚于"
    message = f"这是第 {paper.number} 个版本，{when}提交的第 {submitted.number} 个版本，不能签收"
    return WrongVersion(message, paper, compare(paper.snapshot, submitted.snapshot))


def receive_paper(
    session: Session, filing: Filing, typed: str, copies: int, has_disc: bool, actor: Actor, at: datetime
) -> PaperReceipt:
    """Note that the office took in paper of the submitted version. Raises Refused for any other."""
    if not filing.is_submitted or actor.account_id is None or actor.office_id is None:
        raise Refused("E_CONFLICT", "这份申报已撤回或作废，不能签收纸质材料")
    wrong = judge_version(session, filing, typed)
    if wrong is not None:
        raise Refused("E_PAPER_VERSION", wrong.message)
    receipt = PaperReceipt(
        filing_id=filing.id, office_id=actor.office_id, version_no=filing.submitted_version_no, copies=copies,
        has_disc=has_disc, received_at=at, received_by_id=actor.account_id,
    )  # fmt: skip
    session.add(receipt)
    session.flush()
    details = {"version_no": receipt.version_no, "copies": copies, "has_disc": has_disc}
    record_event(session, filing.id, "receive_paper", actor, at, note=receipt.words, details=details)
    values = {
        "孵化机构": filing.name,
        "版本号": receipt.version_no,
        "机构": receipt.office.name,
        "数量": receipt.words,
    }
    people = accounts_for(session, filing.unit, at)
    notify(session, people, "receive_paper", values, f"/filings/{filing.id}/receipt", at)
    return receipt

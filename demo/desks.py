"""What lies on the desks of the demo's offices: small filings under review, and one that was sent back.

Each is filled, generated and handed in as its unit would have done it, with few attachments so that a fresh
start stays quick.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from clock import SHANGHAI
from config import Settings
from demo import evidence
from demo.filings import attach_evidence, demo_host, save_tabs
from demo.identity import demo_id
from demo.texts import text
from files.storage import FolderStorage
from filings.editing import rejudge_filing
from filings.kinds import kind_of
from filings.review.opinions import judge_opinion, save_opinion
from filings.review.requests import pin
from filings.review.sending import send
from filings.review.spots import find_spot
from filings.snapshot import values_of
from filings.submission import generate, offered_offices
from materials.generate import build
from materials.manuscript import VersionStamp
from models.account import Account
from models.batch import Batch
from models.carrier import Carrier
from models.counter import next_number
from models.event import Actor
from models.filing import Filing
from models.makerspace_filing import MakerspaceFiling
from models.material_version import MaterialVersion
from models.venue import Venue

TEXTS = (
    "introduction", "service_capability_text", "service_performance_text", "brand_culture_text",
    "development_plan_text",
)  # fmt: skip


@dataclass(frozen=True)
class OnDesk:
    """One filing: whose, when it was handed in, and the area of its only venue."""

    login: str
    carrier: str
    submitted_at: datetime
    area_m2: int
    manager: str
    mobile: str


UNDER_REVIEW = (
    OnDesk(
        "sz_chuangke", "chuangke", datetime(2021, 11, 4, 2, 10, tzinfo=UTC), 1200, "郑凯文", "13800000201"
    ),
    OnDesk("bj_zhihui", "zhihui", datetime(2021, 11, 4, 7, 40, tzinfo=UTC), 900, "赵明轩", "13800000202"),
    OnDesk("gz_liwan", "liwan", datetime(2021, 11, 5, 1, 20, tzinfo=UTC), 760, "周雅文", "13800000203"),
    OnDesk("hz_xihu", "xihu", datetime(2021, 11, 5, 6, 5, tzinfo=UTC), 1480, "陈立群", "13800000204"),
    OnDesk("fs_nanhai", "nanhai", datetime(2021, 11, 8, 3, 30, tzinfo=UTC), 640, "何永康", "13800000205"),
)
RETURNED = OnDesk(
    "gz_linchuang", "linchuang_wushan", datetime(2021, 11, 3, 8, 0, tzinfo=UTC), 880, "何嘉莹", "13800000127"
)
RETURNED_AT = datetime(2021, 11, 9, 2, 25, tzinfo=UTC)
OPINION = {
    "is_genuine": "no", "is_qualified": "yes", "site_checked": "no", "intention": "return",
    "reason": "请按退回要求逐条修改或说明后重新提交。",
}  # fmt: skip


def load_desks(session: Session, storage: FolderStorage) -> None:
    """Hand in what is not there yet; a carrier that has a filing already keeps it alone."""
    for filing in UNDER_REVIEW:
        if not _has_filing(session, filing):
            _hand_in(session, storage, filing)
    if not _has_filing(session, RETURNED):
        _return(session, _hand_in(session, storage, RETURNED))


def _has_filing(session: Session, on_desk: OnDesk) -> bool:
    there = exists().where(Filing.carrier_id == demo_id(f"carrier/{on_desk.carrier}"))
    return bool(session.execute(select(there)).scalar())


def _hand_in(session: Session, storage: FolderStorage, on_desk: OnDesk) -> MakerspaceFiling:
    account = session.get_one(Account, demo_id(f"account/{on_desk.login}"))
    actor, at = Actor(account.id, account.login_name, "legal"), on_desk.submitted_at
    filing = _fill(session, storage, on_desk, actor)
    version = generate(session, filing, actor, at)
    _make_pdf(version, storage)
    filing.submit(version, offered_offices(session, filing)[0], values_of(version.snapshot), actor, at)
    session.flush()
    return filing


def _fill(session: Session, storage: FolderStorage, on_desk: OnDesk, actor: Actor) -> MakerspaceFiling:
    carrier = session.get_one(Carrier, demo_id(f"carrier/{on_desk.carrier}"))
    filing = MakerspaceFiling.open(
        session, batch=session.get_one(Batch, demo_id("batch/makerspace/2021")), unit=carrier.operator,
        carrier=carrier, serial=next_number(session, "filing"), actor=actor, at=on_desk.submitted_at,
    )  # fmt: skip
    for name, value in (kind_of(filing).prefill(filing) | _answers(on_desk)).items():
        setattr(filing, name, value)
    host = demo_host(filing)
    for item in evidence.of_filing(host):
        attach_evidence(session, storage, filing, filing.id, item, on_desk.login)
    venue = Venue(filing_id=filing.id, place=1, **_venue(carrier, on_desk.area_m2))
    session.add(venue)
    session.flush()  # the attachment names its row by its id
    for item in evidence.of_venue(host, venue, {}):
        attach_evidence(session, storage, filing, venue.id, item, on_desk.login)
    save_tabs(session, filing, on_desk.login)
    session.flush()  # the engine reads what was added
    rejudge_filing(session, filing)
    return filing


def _answers(on_desk: OnDesk) -> dict[str, Any]:
    texts = {name: text(name).split("\n")[0] for name in TEXTS}
    return texts | {
        "instructions_read": True, "instructions_read_at": on_desk.submitted_at,
        "is_independent_legal_entity": True, "makerspace_type": "comprehensive",
        "manager_name": on_desk.manager, "contact_name": on_desk.manager, "contact_mobile": on_desk.mobile,
        "contact_email": f"lianxi@{on_desk.carrier.replace('_', '-')}.example.com",
    }  # fmt: skip


def _venue(carrier: Carrier, area_m2: int) -> dict[str, Any]:
    share = Decimal(area_m2) / 20
    return {
        "address": carrier.address, "area_total": Decimal(area_m2), "area_resident": share * 11,
        "area_public": share * 6, "area_own_use": share * 2, "area_other": share,
        "workstations": area_m2 // 12, "ownership": ["leased"],
    }  # fmt: skip


def _make_pdf(version: MaterialVersion, storage: FolderStorage) -> None:
    """Make the PDF here and now, as the worker would."""
    address = f"{Settings.from_env().public_url}/verify/{version.version_no}"
    stamp = VersionStamp(version.version_no, version.generated_at.astimezone(SHANGHAI), address)
    out = storage.new_temp()
    built = build(version.snapshot, stamp, storage.path, out, lambda step, done, total, what: None)
    version.state, version.pdf_sha256, version.pdf_size = "ready", storage.put(out), built.size
    version.page_count, version.finished_at = built.pages, version.generated_at


def _return(session: Session, filing: MakerspaceFiling) -> None:
    """Send it back with three requests, as the city did."""
    reviewer = session.get_one(Account, demo_id("account/city_guangzhou"))
    actor = Actor(reviewer.id, reviewer.login_name, "reviewer", reviewer.office_id)
    version = session.scalars(
        select(MaterialVersion).where(MaterialVersion.version_no == filing.submitted_version_no)
    ).one()
    venue = session.scalars(select(Venue.id).where(Venue.filing_id == filing.id)).one()
    for where, fault, words in (
        (f"venue_rows/{venue}/evidence_file", "outdated", "租赁合同已到期，请上传续签后的合同。"),
        (f"venue_rows/{venue}/workstations", "wrong", "工位数与现场情况不一致，请核对。"),
        ("basic_info/introduction", "missing", "请补充服务对象和主要服务内容。"),
    ):
        pin(session, filing, find_spot(version.snapshot, where), fault, words, actor, RETURNED_AT)
    form = kind_of(filing).opinion_form("city")(MultiDict(OPINION))
    judge_opinion(session, filing, form, RETURNED_AT)
    opinion = save_opinion(session, filing, form, None, actor, RETURNED_AT)
    send(session, filing, opinion, opinion.version, actor, RETURNED_AT)

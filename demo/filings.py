"""The complete filing of gz_linchuang: every tab, 146 rows, and evidence for each of them."""

import dataclasses
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Boolean, Date, Integer
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from demo import evidence
from demo.contracts import Host
from demo.evidence import Evidence, Facts
from demo.identity import company_code, demo_id
from demo.texts import table, text
from files.admission import Admitted
from files.clean_copy import make_clean_copy
from files.storage import FolderStorage
from filings.editing import rejudge_filing
from filings.kinds import kind_of
from models.account import Account
from models.activity import Activity
from models.attachment import Attachment
from models.base import Hundredths
from models.batch import Batch
from models.carrier import Carrier
from models.counter import next_number
from models.event import Actor
from models.makerspace_filing import MakerspaceFiling
from models.recognition import Honor, MediaReport
from models.resident import Enterprise, Team
from models.row import FilingRow
from models.staff import Mentor, ServiceStaff
from models.stored_file import StoredFile
from models.tab_state import TabState
from models.venue import Venue

LOGIN = "gz_linchuang"
OPENED_AT = datetime(2021, 11, 2, 1, 30, tzinfo=UTC)
SAVED_AT = datetime(2021, 11, 9, 8, 20, tzinfo=UTC)
ANSWERS: dict[str, Any] = {
    "instructions_read": True,
    "instructions_read_at": OPENED_AT,
    "priority_directions": ["industry_chain", "investment"],
    "is_independent_legal_entity": True,
    "makerspace_type": "comprehensive",
    "website": "https://linchuang.example.com",
    "wechat_account": "临创众创空间",
    "manager_name": "何嘉莹",
    "contact_name": "陈思敏",
    "contact_mobile": "13800000127",
    "contact_email": "shenbao@linchuang.example.com",
}
TEXTS = (
    "introduction",
    "service_capability_text",
    "service_performance_text",
    "brand_culture_text",
    "development_plan_text",
)


@dataclasses.dataclass(frozen=True)
class DemoTable:
    """A table of the filing: where its rows stand, and what proves them."""

    name: str
    row: type[Any]
    evidence: Callable[[Host, Any, Facts], Iterator[Evidence]]


TABLES = (
    DemoTable("venue_rows", Venue, evidence.of_venue),
    DemoTable("service_staff", ServiceStaff, evidence.of_staff),
    DemoTable("mentors", Mentor, evidence.of_mentor),
    DemoTable("teams", Team, evidence.of_team),
    DemoTable("enterprises", Enterprise, evidence.of_enterprise),
    DemoTable("activities", Activity, evidence.of_activity),
    DemoTable("media_reports", MediaReport, evidence.of_media_report),
    DemoTable("honors", Honor, evidence.of_honor),
)


def load_filing(session: Session, storage: FolderStorage) -> MakerspaceFiling:
    """Open the filing, fill every tab and attach every file; nothing is missing but the PDF."""
    filing = _open(session)
    host = demo_host(filing)
    for item in evidence.of_filing(host):
        attach_evidence(session, storage, filing, filing.id, item)
    for demo_table in TABLES:
        _load_table(session, storage, filing, host, demo_table)
    save_tabs(session, filing)
    session.flush()  # the engine reads what was added
    rejudge_filing(session, filing)
    return filing


def _open(session: Session) -> MakerspaceFiling:
    account = session.get_one(Account, demo_id(f"account/{LOGIN}"))
    carrier = session.get_one(Carrier, demo_id("carrier/linchuang"))
    actor = Actor(account.id, LOGIN, "legal")
    filing = MakerspaceFiling.open(
        session, batch=session.get_one(Batch, demo_id("batch/makerspace/2021")), unit=carrier.operator,
        carrier=carrier, serial=next_number(session, "filing"), actor=actor, at=OPENED_AT,
    )  # fmt: skip
    filing.makerspace_name, filing.makerspace_address = carrier.name, carrier.address
    filing.operation_started_on = carrier.operation_started_on
    filing.provincial_filing_level = carrier.provincial_filing_level
    filing.provincial_filed_on = carrier.provincial_filed_on
    filing.operator_registered_on, filing.operator_nature = (
        carrier.operator.registered_on,
        carrier.operator.nature,
    )
    for name, value in (ANSWERS | {name: text(name) for name in TEXTS}).items():
        setattr(filing, name, value)
    filing.touch(actor, SAVED_AT)
    return filing


def demo_host(filing: MakerspaceFiling) -> Host:
    """Return whose papers the evidence of the filing is drawn as."""
    unit = filing.unit
    return Host(unit.name, unit.uscc, unit.legal_representative, unit.address, filing.name)


def _load_table(session: Session, storage: FolderStorage, filing: MakerspaceFiling, host: Host,
                demo_table: DemoTable) -> None:  # fmt: skip
    for place, facts in enumerate(table(demo_table.name), 1):
        row: FilingRow = demo_table.row(filing_id=filing.id, place=place, **_answers(demo_table.row, facts))
        session.add(row)
        session.flush()  # attachments name their row by its id
        for item in demo_table.evidence(host, row, facts):
            attach_evidence(session, storage, filing, row.id, item)


def _answers(row: type[Any], facts: Facts) -> dict[str, Any]:
    """Return the columns of a row among the facts, each in its type; empty means no answer."""
    columns = row.__table__.columns
    answers = {name: _typed(columns[name].type, value) for name, value in facts.items() if name in columns}
    if row is Enterprise:
        answers["uscc"] = company_code("440106", facts["enterprise_name"])
    return answers


def _typed(kind: TypeEngine[Any], value: str) -> Any:
    if not value:
        return None
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    if isinstance(kind, Boolean):
        return value == "yes"
    if isinstance(kind, Integer):
        return int(value)
    if isinstance(kind, Hundredths):
        return Decimal(value)
    return value.split("|") if isinstance(kind, JSON) else value


def attach_evidence(session: Session, storage: FolderStorage, filing: MakerspaceFiling, owner_id: Any,
                    item: Evidence, login: str = LOGIN) -> None:  # fmt: skip
    """Put a file of the demo into the slot of a row, or of the filing."""
    admitted = admit_own(item.content, storage)
    if session.get(StoredFile, admitted.sha256) is None:
        values = {**dataclasses.asdict(admitted), "notes": list(admitted.notes)}
        session.add(StoredFile(**values, created_at=SAVED_AT))
    session.add(Attachment(
        filing_id=filing.id, owner_id=owner_id, slot=item.slot, name=item.name, sha256=admitted.sha256,
        uploaded_at=SAVED_AT, uploaded_by_id=demo_id(f"account/{login}"),
    ))  # fmt: skip


def admit_own(content: bytes, storage: FolderStorage) -> Admitted:
    """Store a PDF of our own making, here and now: only strangers' files need the limited child process."""
    copy = make_clean_copy(content)
    sha256, clean_sha256 = _put(content, storage), _put(copy.data, storage)
    return Admitted(sha256, len(content), clean_sha256, len(copy.data), copy.pages, copy.notes)


def _put(content: bytes, storage: FolderStorage) -> str:
    temp = storage.new_temp()
    temp.write_bytes(content)
    return storage.put(temp)


def save_tabs(session: Session, filing: MakerspaceFiling, login: str = LOGIN) -> None:
    """Note for every tab that 保存 was pressed."""
    for tab in kind_of(filing).tabs:
        session.add(TabState(
            filing_id=filing.id, tab=tab.name, version=1, saved_at=SAVED_AT,
            saved_by_id=demo_id(f"account/{login}"),
        ))  # fmt: skip

"""A filing brought to where a test starts, past the pages: complete, with a finished version, submitted."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from filings.kinds import kind_of
from filings.review.fingerprints import note_fingerprints
from filings.snapshot import values_of
from filings.submission import generate, offered_offices
from models.account import Account
from models.event import Actor
from models.filing import Filing
from models.material_version import MaterialVersion
from models.office import Office
from tests.build import NOW, build_account, build_filing
from tests.completing import BASIC_INFO, TEXT_TABS, VENUE
from tests.drafting import Draft


def complete_filing(session: Session, **options: Any) -> Filing:
    """Build a filing that may be generated."""
    return complete(session, build_filing(session, **options))


def complete(session: Session, filing: Filing) -> Filing:
    """Fill a draft with what submission needs."""
    draft = Draft(session, filing)
    draft.save("instructions", instructions_read="yes")
    draft.attach("commitment_file")
    draft.save("basic_info", **BASIC_INFO)
    draft.add("venue_rows", **VENUE)
    for tab in TEXT_TABS:
        draft.save(tab, **{f"{tab}_text": "第一段。"})
    return filing


def finished_version(session: Session, filing: Filing, account: Account | None = None) -> MaterialVersion:
    """Generate a version and say that its PDF is made."""
    account = account or build_account(session, unit=filing.unit)
    version = generate(session, filing, Actor(account.id, account.login_name, "legal"), NOW)
    version.state, version.pdf_sha256, version.page_count = "ready", f"{filing.serial:064x}", 7
    version.pdf_size = 1_048_576
    session.commit()
    return version


def submitted_filing(
    session: Session, office: Office | None = None, at: datetime = NOW, **options: Any
) -> Filing:
    """Build a filing that lies before an office, by default the nearest one."""
    filing = complete_filing(session, **options)
    version = finished_version(session, filing)
    assert kind_of(filing).name == "makerspace"
    chosen = office or offered_offices(session, filing)[0]
    filing.submit(version, chosen, values_of(version.snapshot), Actor(None, "测试", "legal"), at)
    note_fingerprints(session, filing, version.snapshot)
    session.commit()
    return filing

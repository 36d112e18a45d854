"""Loading the demo into an empty installation, or adding what a later version brings."""

from sqlalchemy.orm import Session

from demo.accounts import load_accounts
from demo.batches import load_batches
from demo.desks import load_desks
from demo.filings import load_filing
from demo.identity import demo_id
from demo.units import load_units
from files.storage import FolderStorage
from models.carrier import Carrier


def load_demo(session: Session, storage: FolderStorage) -> None:
    """Add what is missing of the demo; the regions and offices must be there. The caller commits.

    The filing comes with its makerspace, so a draft that somebody removed does not come back.
    """
    is_new = session.get(Carrier, demo_id("carrier/linchuang")) is None
    load_units(session)
    load_accounts(session)
    load_batches(session)
    if is_new:
        load_filing(session, storage)
    session.flush()
    load_desks(session, storage)

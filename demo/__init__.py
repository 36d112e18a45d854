"""The demo: made-up units, accounts and filings, loaded once into an installation with HATCHERY_ENV=demo."""

from sqlalchemy.orm import Session

from demo.accounts import load_accounts
from demo.batches import load_batches
from demo.units import load_units


def load_demo(session: Session) -> None:
    """Add what is missing of the demo data; the regions and offices must be there."""
    load_units(session)
    load_accounts(session)
    load_batches(session)

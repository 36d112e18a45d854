"""What must be there before the first request: tables, reference data, demo data, storage, the clock."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

import models  # noqa: F401  (maps every table)
from config import Settings
from demo.identity import demo_id
from demo.load import load_demo
from extensions import clock, db, keyring
from files.storage import storage_from_url
from keys import data_secrets
from models.account import Account
from models.event import Event
from models.reference import load_reference
from ops.database import migrate


def migrate_and_load(settings: Settings) -> None:
    """Bring the installation to this version: folders, tables, regions and offices; safe at every start."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    storage_from_url(settings.storage_url).sweep_temp(older_than_seconds=3600)  # also makes the folder
    with connected(settings):
        migrate()
        db.start_writing()
        load_reference(db.session())
        db.session.commit()


def prepare_demo(settings: Settings) -> None:
    """Bring a demo to this version, add what is missing of its data, and set its clock."""
    migrate_and_load(settings)
    with connected(settings):
        db.start_writing()
        load_demo(db.session(), storage_from_url(settings.storage_url))
        db.session.commit()
        set_clock(settings)


def demo_accounts(settings: Settings) -> list[str]:
    """Return a line for every account that came with the demo: login name and who it is."""
    with connected(settings):
        accounts = db.session.scalars(select(Account).order_by(Account.account_type, Account.login_name))
        demos = [one for one in accounts if one.id == demo_id(f"account/{one.login_name}")]
        return [f"{account.login_name:<20} {_who(account)}" for account in demos]


@contextmanager
def connected(settings: Settings) -> Iterator[None]:
    """Use the database of `settings`, and let go of it afterwards."""
    db.connect(settings.database_url)
    keyring.load(data_secrets(settings))
    try:
        yield
    finally:
        db.close()
        db.engine.dispose()


def set_clock(settings: Settings) -> None:
    """Set the business clock to the later of HATCHERY_NOW and the newest event: it never goes back."""
    if settings.now is None:
        return
    newest = db.session.scalar(select(func.max(Event.at)))
    clock.offset_file = settings.clock_file
    clock.move_to(max(settings.now, newest or settings.now))
    db.close()


def _who(account: Account) -> str:
    place = account.unit or account.office
    return " ".join(filter(None, [account.type_text, place.name if place else "", account.person_name]))

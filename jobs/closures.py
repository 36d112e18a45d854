"""Closes the accounts whose owners asked for it a fortnight ago and did not think again."""

import logging
import uuid

from sqlalchemy import select

from accounts.closing import close_account
from extensions import clock, db
from models.account import Account
from models.event import SYSTEM

log = logging.getLogger(__name__)

AT_ONCE = 10


def close_due() -> int:
    """Close what is due, each in its own transaction; returns how many were looked at."""
    due = _due()
    for account_id in due:
        try:
            _close(account_id)
        except Exception:  # the others are closed nevertheless; this one is tried again
            log.exception("Account %s could not be closed", account_id)
        finally:
            db.close()
    return len(due)


def _due() -> list[uuid.UUID]:
    try:
        due = select(Account.id).where(Account.closes_at <= clock.now())
        return list(db.session.scalars(due.order_by(Account.closes_at).limit(AT_ONCE)))
    finally:
        db.close()


def _close(account_id: uuid.UUID) -> None:
    db.start_writing()
    account = db.session.get(Account, account_id, with_for_update=True)
    if account is None or account.closes_at is None or account.closes_at > clock.now():
        return  # he thought again at this moment
    close_account(db.session(), account, SYSTEM, clock.now())
    db.session.commit()

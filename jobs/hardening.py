"""Passwords of accounts taken over: argon2id takes the place of what an older system made, a few at a time."""

import logging
import time
import uuid

from sqlalchemy import select, text, update

from extensions import db
from keys import CannotOpen
from models.account import IS_SEALED, Account
from models.legacy_password import hardened
from models.password import hash_password

log = logging.getLogger(__name__)

SECONDS = 2.0  # of every five: jobs and messages go on meanwhile
AT_ONCE = 5


def harden_some(seconds: float = SECONDS) -> int:
    """Put argon2id in the place of sealed hashes for some seconds; returns how many were done."""
    until, done = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        waiting = _waiting()
        if not waiting:
            break
        for account_id, scheme, stored in waiting:
            try:
                done += _replace(account_id, stored, *hardened(scheme, stored, hash_password))
            except CannotOpen as error:  # a key was taken out of HATCHERY_DATA_KEYS too early
                log.warning("A password taken over stays sealed: %s", error)
                return done
    return done


def _waiting() -> list[tuple[uuid.UUID, str, str]]:
    query = select(Account.id, Account.password_scheme, Account.password_hash).where(text(IS_SEALED))
    try:
        return [(one[0], one[1], one[2]) for one in db.session.execute(query.limit(AT_ONCE))]
    finally:
        db.close()


def _replace(account_id: uuid.UUID, stored: str, scheme: str, password_hash: str) -> int:
    """Store the hash unless the owner was faster: signing in makes one of today."""
    unchanged = (Account.id == account_id) & (Account.password_hash == stored)
    try:
        db.start_writing()
        replaced = db.session.execute(
            update(Account)
            .where(unchanged)
            .values(password_scheme=scheme, password_hash=password_hash)
            .returning(Account.id)
            .execution_options(synchronize_session=False)
        ).first()
        db.session.commit()
    finally:
        db.close()
    return int(replaced is not None)

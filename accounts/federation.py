"""Accounts of another platform: whose they are here, and what was checked there counts here, too."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.profile import PERSON, UNIT, record_of_person, record_of_unit
from accounts.verifying import current_case, note_answer
from adapters.federation import ExternalIdentity
from adapters.registry import Answer
from models.account import Account, holder_of_id_number
from models.activation import CLOSED
from models.event import Actor
from models.id_rules import ID_TYPES, plain_id_number
from models.unit import name_key, unit_of_code
from models.uscc import plain_uscc
from models.verification import OPEN, Verification


def matching_account(session: Session, identity: ExternalIdentity) -> Account | None:
    """Return the account of the same person or unit by its checked number, never by a name alone."""
    if not identity.is_checked:
        return None
    if identity.account_type == "natural":
        if identity.id_type not in ID_TYPES or not identity.id_number:
            return None
        return holder_of_id_number(session, identity.id_type, plain_id_number(identity.id_number))
    unit = unit_of_code(session, plain_uscc(identity.uscc)) if identity.uscc else None
    if unit is None:
        return None
    own = select(Account).where(
        Account.unit_id == unit.id, Account.account_type == "legal", Account.state.notin_(("merged", CLOSED))
    )
    return session.scalars(own.order_by(Account.created_at, Account.id)).first()


def count_as_verified(
    session: Session, account: Account, identity: ExternalIdentity, actor: Actor, now: datetime
) -> bool:
    """Let what the other platform checked count as 实名认证; returns whether it was news.

    Only where name and number here are the ones that were checked there.
    """
    sheet = UNIT if account.account_type == "legal" else PERSON
    record = (
        record_of_unit(session, account.unit)
        if sheet is UNIT and account.unit
        else record_of_person(session, account)
    )
    subject = record.subject
    if not identity.is_checked or subject is None or subject.is_real_named or not _is_same(account, identity):
        return False
    session.add_all(record.owners)
    known = current_case(session, sheet, record)
    if known is not None and known.state in OPEN:
        known.end()
    session.flush()  # one open case at a time
    case = Verification(
        id=uuid.uuid4(), subject=sheet.name, unit_id=account.unit_id if sheet is UNIT else None,
        account_id=None if sheet is UNIT else account.id, opened_at=now, attempts=0, state="checking",
    )  # fmt: skip
    session.add(case)
    session.flush()  # its answer is written under its subject
    note_answer(session, case, Answer("match", f"federated-{identity.assurance}"), actor, now)
    return True


def _is_same(account: Account, identity: ExternalIdentity) -> bool:
    if account.unit is not None:
        said = name_key(identity.name), plain_uscc(identity.uscc)
        return said == (account.unit.name_key, account.unit.uscc)
    said = name_key(identity.name), plain_id_number(identity.id_number)
    known = name_key(account.person_name), account.id_number
    return said == known and identity.id_type == account.id_type

"""用户授权管理, read: who may act for a unit, who may say so, and whom to look for."""

import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from models.account import Account, holder_of_id_number
from models.grant import Grant, effective_on
from models.id_rules import ID_TYPES, plain_id_number
from models.person import Person
from models.real_name import PASSED
from models.unit import Unit


def administrator_of(session: Session, unit_id: uuid.UUID, account_id: uuid.UUID, day: date) -> Grant | None:
    """Return the grant that makes the person administrator of the unit on `day`; None when none does."""
    query = select(Grant).where(
        Grant.unit_id == unit_id,
        Grant.grantee_id == account_id,
        Grant.role == "unit_admin",
        effective_on(day),
    )
    return session.scalars(query.order_by(Grant.valid_to.desc()).limit(1)).first()


def find_person(session: Session, name: str, login_name: str, id_number: str = "") -> Account | None:
    """Find a real-named natural person by exact real name and login name or number of his identity paper.

    None as well when papers of different types with this number fit two of that name: nobody is guessed.
    """
    if not name or not (login_name or id_number):
        return None
    exact = func.lower(Account.login_name) == login_name.lower()
    if not login_name:
        holders = (holder_of_id_number(session, kind, plain_id_number(id_number)) for kind in ID_TYPES)
        exact = Account.id.in_([holder.id for holder in holders if holder is not None])
    query = (
        select(Account)
        .join(Person, Person.account_id == Account.id)
        .where(
            Account.account_type == "natural", Account.state == "active", Account.closes_at.is_(None), Person.real_name_state.in_(PASSED),
            Account.person_name == name, exact,
        )
    )  # fmt: skip
    found = session.scalars(query.limit(2)).all()
    return found[0] if len(found) == 1 else None


def grants_of(session: Session, unit_id: uuid.UUID, account_id: uuid.UUID) -> Sequence[Grant]:
    """Read all grants the person ever had in the unit, the newest first."""
    query = select(Grant).where(Grant.unit_id == unit_id, Grant.grantee_id == account_id)
    return session.scalars(query.order_by(Grant.valid_from.desc(), Grant.granted_at.desc(), Grant.id)).all()


def people_of(
    session: Session, unit_id: uuid.UUID, name: str = "", login_name: str = ""
) -> Sequence[Account]:
    """List the people the unit ever let act for it, by login name; `name` and `login_name` narrow the list."""
    query = select(Account).where(Account.id.in_(select(Grant.grantee_id).where(Grant.unit_id == unit_id)))
    if name:
        query = query.where(Account.person_name.contains(name, autoescape=True))
    if login_name:
        query = query.where(func.lower(Account.login_name).contains(login_name.lower(), autoescape=True))
    return session.scalars(query.order_by(Account.login_name)).all()


def granters_of(session: Session, unit: Unit, day: date) -> Sequence[Account]:
    """List who can grant for the unit: its own account and its administrators."""
    admins = select(Grant.grantee_id).where(
        Grant.unit_id == unit.id, Grant.role == "unit_admin", effective_on(day)
    )
    concerned = or_(Account.unit_id == unit.id, Account.id.in_(admins))
    query = select(Account).where(concerned, Account.state == "active").order_by(Account.login_name)
    return session.scalars(query).all()


def derived_from(session: Session, grants: Sequence[Grant], day: date) -> Sequence[Grant]:
    """Read the grants that count on `day` and would fall with `grants`."""
    query = select(Grant).where(Grant.source_id.in_([one.id for one in grants]), effective_on(day))
    return session.scalars(query.order_by(Grant.grantee_id)).all()

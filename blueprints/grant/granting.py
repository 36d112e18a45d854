"""Who grants in this request, and for whom: what the views of this counter share."""

import uuid
from datetime import date

from flask import abort, current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from accounts.granted import administrator_of, grants_of
from accounts.granting import Grantor
from blueprints.access import actor, me
from clock import shanghai_day
from extensions import clock, db
from models.account import Account

FOUND_SECONDS = 3600  # how long a person that was found may be authorised without a new search


def today() -> date:
    """Return the business day in Shanghai."""
    return shanghai_day(clock.now())


def grantor() -> Grantor:
    """Return who grants: the unit's own account, or the administrator by the grant he has today."""
    person = me()
    unit = person.unit or abort(404)
    if person.account_type == "legal":
        return Grantor(unit, actor())
    source = administrator_of(db.session(), unit.id, person.account_id, today()) or abort(403)
    return Grantor(unit, actor(), source)


def own_person(account_id: uuid.UUID, found: str) -> Account:
    """Return a person of the acting unit or one it has just found, else answer 404.

    Ids of accounts are no secret that protects a name: `found` is the proof of a search.
    """
    unit_id = me().unit_id or abort(404)
    if not grants_of(db.session(), unit_id, account_id) and not _was_found(found, unit_id, account_id):
        abort(404)
    return db.session.get(Account, account_id) or abort(404)


def proof_of_search(account: Account) -> str:
    """Sign that the acting unit found the person, for an hour."""
    return _serializer().dumps([str(me().unit_id), str(account.id)])


def _was_found(proof: str, unit_id: uuid.UUID, account_id: uuid.UUID) -> bool:
    try:
        found: list[str] = _serializer().loads(proof, max_age=FOUND_SECONDS)
    except BadSignature:
        return False
    return found == [str(unit_id), str(account_id)]


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="a person found")

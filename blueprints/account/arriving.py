"""Somebody who came back from another platform, on his way in: kept sealed in the signed cookie for ten minutes."""

import json
import time
from dataclasses import asdict, dataclass
from datetime import datetime

from flask import session

from accounts.federation import count_as_verified
from adapters.federation import ExternalIdentity
from blueprints.account.passes import owner
from extensions import db, keyring
from models.account import Account
from models.registration import Registration

PLACE = "arrived"
SECONDS = 600


@dataclass(frozen=True)
class Arrived:
    """Who came back, and where he wants to go afterwards."""

    identity: ExternalIdentity
    next_path: str | None


def keep(identity: ExternalIdentity, next_path: str | None) -> None:
    """Let this browser go on as the identity for a while; its numbers are sealed."""
    session[PLACE] = {
        "identity": keyring.seal(json.dumps(asdict(identity))), "next": next_path or "",
        "until": int(time.time()) + SECONDS,
    }  # fmt: skip


def arrived() -> Arrived | None:
    """Return who came back in this browser; None when nobody did, or too long ago."""
    kept = session.get(PLACE)
    if not kept or kept["until"] < time.time():
        return None
    return Arrived(ExternalIdentity(**json.loads(keyring.open(kept["identity"]))), kept["next"] or None)


def forget() -> None:
    """Let this browser be nobody's again."""
    session.pop(PLACE, None)


def name_of_arrived(account_type: str) -> str:
    """Return the name of who came back, for a registration of this type; empty when nobody did."""
    came = arrived()
    return came.identity.name if came is not None and came.identity.account_type == account_type else ""


def attach_identity(registration: Registration) -> None:
    """Let the identity that somebody came with be linked at the end; what it has not checked counts for nothing."""
    came = arrived()
    if came is not None and came.identity.account_type == registration.account_type:
        registration.provider, registration.external_id = came.identity.provider, came.identity.external_id
        forget()


def count_registration(registration: Registration, account: Account, now: datetime) -> None:
    """Let what the other platform had checked count as 实名认证 of the new account."""
    if not registration.provider or not registration.external_id:
        return
    identity = ExternalIdentity(
        registration.provider, registration.external_id, registration.account_type, registration.name,
        registration.assurance, registration.id_type or "", registration.id_number or "", registration.uscc or "",
    )  # fmt: skip
    count_as_verified(db.session(), account, identity, owner(account), now)

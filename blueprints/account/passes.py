"""Proofs on the way to a new password, in the signed cookie: for a quarter of an hour, and for one change."""

import hashlib
import time
import uuid
from dataclasses import dataclass
from typing import Any

from flask import current_app, request, session

from extensions import db
from forms.password import PasswordForm
from models.account import Account
from models.event import Actor
from models.former_password import was_used_before
from models.password import hash_password
from models.password_rules import PasswordRules, password_rules

SECONDS = 15 * 60


@dataclass(frozen=True)
class Pass:
    """What somebody proved about an account; `facts` are plain and signed, not secret."""

    account: Account
    facts: dict[str, Any]


def give_pass(purpose: str, account: Account, **facts: Any) -> None:
    """Let this browser go on to a new password of the account, for a while."""
    session[purpose] = facts | {
        "account": account.id.hex, "stamp": _stamp(account), "until": int(time.time()) + SECONDS,
    }  # fmt: skip


def read_pass(purpose: str) -> Pass | None:
    """Return what this browser proved; None when it is too old, or password or mobile were changed since."""
    facts = session.get(purpose)
    if not facts or facts["until"] < time.time():
        return None
    account = db.session.get(Account, uuid.UUID(hex=facts["account"]))
    if account is None or account.state != "active" or facts["stamp"] != _stamp(account):
        return None
    return Pass(account, facts)


def _stamp(account: Account) -> str:
    """Return what is another one after every change of the password or the mobile, and tells nothing of them."""
    changing = f"{account.id}{account.password_hash}{account.mobile_digest}"
    return hashlib.sha256(changing.encode()).hexdigest()[:32]


def rules() -> PasswordRules:
    """Return the rules of this installation."""
    return password_rules(current_app.config["SETTINGS"])


def judged_hash(form: PasswordForm, account: Account) -> str:
    """Return the hash of the new password, or empty with the reasons in the form.

    Ends the transaction: nobody waits for a lock while passwords are hashed. Load the account anew.
    """
    if not form.accepts_for(rules(), account.names_not_for_passwords):
        return ""
    password = form.password.data or ""
    db.start_reading()
    if was_used_before(db.session(), account, password, rules().former):
        form.refuse_former(rules())
        return ""
    return hash_password(password)


def owner(account: Account) -> Actor:
    """Return the owner of the account as the one who acts, before there is a session."""
    return Actor(
        account.id, account.login_name, account.account_type, account.office_id, request.remote_addr or ""
    )

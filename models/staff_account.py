"""Accounts of staff: who reviews for an office, and who runs the platform. Administrators open and change them."""

import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from models.account import Account
from models.activation import PENDING
from models.event import Actor, record_event
from models.former_login_name import is_login_name_taken
from models.office import Office


def is_name_free(session: Session, login_name: str) -> bool:
    """Say whether nobody signs in with this name, in whatever case, or did until this year."""
    return not is_login_name_taken(session, login_name)


def open_staff_account(
    session: Session, answers: Mapping[str, str | None], office: Office | None, actor: Actor, at: datetime
) -> Account:
    """Add an account that waits for its owner to set the password (`invite` sends the link).

    `answers`: person_name, login_name, mobile, email and, without an office, staff_role. Raises IntegrityError
    when somebody took the name meanwhile.
    """
    account = Account(
        id=uuid.uuid4(), login_name=answers["login_name"], account_type="staff",
        person_name=answers["person_name"], staff_role="reviewer" if office else answers["staff_role"],
        office=office, state=PENDING, password_hash="", password_changed_at=at, created_at=at,
        email=answers["email"],
    )  # fmt: skip
    account.set_mobile(answers["mobile"], None)
    session.add(account)
    session.flush()
    details = {
        "role": account.staff_role,
        "office": office.name if office else "",
        "mobile": account.masked_mobile,
    }
    record_event(session, account.id, "create_account", actor, at, details=details)
    return account


def change_staff_account(
    session: Session, account: Account, answers: Mapping[str, str | None], actor: Actor, at: datetime
) -> None:
    """Change name and addresses, and record what changed, addresses masked; an empty address stays as it is."""
    before = {
        "姓名": account.person_name,
        "手机号码": account.masked_mobile,
        "电子邮箱": account.masked_email,
    }
    account.person_name = answers["person_name"] or account.person_name
    account.email = answers["email"] or account.email
    is_other_mobile = answers["mobile"] not in (None, account.mobile)
    if is_other_mobile:
        account.set_mobile(answers["mobile"], None)
    after = {"姓名": account.person_name, "手机号码": account.masked_mobile, "电子邮箱": account.masked_email}
    changes = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    if changes or is_other_mobile:
        record_event(session, account.id, "change_account", actor, at, details=changes)

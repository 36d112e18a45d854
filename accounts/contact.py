"""How an account is reached and called: its mobile, and the name it signs in with."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.account import Account
from models.event import Actor, record_event
from models.former_login_name import is_login_name_taken, keep_login_name
from models.notification import notify
from models.registration import LOGIN_NAME_TAKEN, check_mobile
from models.sealed import mask_mobile

PAGE = "/profile/security"


def change_mobile(session: Session, account: Account, mobile: str, actor: Actor, at: datetime) -> None:
    """Give the account a mobile that was proven, and tell the old one. Raises Taken when it has too many accounts."""
    check_mobile(session, mobile)
    details = {"before": account.masked_mobile, "after": mask_mobile(mobile)}
    # The notice goes out before the change, and so to the old number.
    values = {"登录名": account.login_name, "新手机": details["after"]}
    notify(session, [account], "mobile_changed", values, PAGE, at)
    account.set_mobile(mobile, at)
    record_event(session, account.id, "change_mobile", actor, at, details=details)


def change_login_name(
    session: Session, account: Account, name: str, actor: Actor, now: datetime, at: datetime
) -> None:
    """Let the account sign in with another name. Raises Taken when somebody has it, or gave it up this year.

    `now` is real time and counts, `at` is business time and dates the event. Sessions go on.
    """
    if is_login_name_taken(session, name, but=account):
        raise LOGIN_NAME_TAKEN
    before = account.login_name
    try:
        with session.begin_nested():
            if name.lower() != before.lower():
                keep_login_name(session, account, now)
            account.login_name = name
            session.flush()
    except IntegrityError as error:  # somebody else was as quick
        raise LOGIN_NAME_TAKEN from error
    record_event(
        session, account.id, "change_login_name", actor, at, details={"before": before, "after": name}
    )
    notify(session, [account], "login_name_chosen", {"原登录名": before, "登录名": name}, PAGE, at)

"""What happens when a password is replaced, whoever asked for it: the owner hears of it, every session ends."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from models.account import Account
from models.event import Actor, record_event
from models.former_password import replace_password
from models.login_session import end_sessions
from models.notification import notify


def change_password(
    session: Session, account: Account, password_hash: str, act: str, actor: Actor, at: datetime
) -> None:
    """Give the account a password, end its sessions, record `act`, and tell the owner by SMS.

    `act`: change_password, renew_password (an expired one) or reset_password.
    """
    now = datetime.now(UTC)
    replace_password(session, account, password_hash, now, at)
    end_sessions(session, account.id, now)
    record_event(session, account.id, act, actor, at)
    notify(session, [account], "password_changed", {"登录名": account.login_name}, "/account/sessions", at)

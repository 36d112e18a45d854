"""How an account comes to life and ends: its owner sets the password, others only open and close it."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from models.account import Account
from models.delivery import Delivery
from models.event import Actor, record_event
from models.former_password import replace_password
from models.login_session import end_sessions
from models.moves import IllegalMove
from models.notice_text import wording
from models.one_time_link import LIFETIMES, OneTimeLink, take_back_links
from models.password import SCHEME

PENDING, ACTIVE, DISABLED, CLOSED = "pending_activation", "active", "disabled", "closed"
STATE_TEXTS = {PENDING: "待设置密码", ACTIVE: "正常", DISABLED: "已停用", CLOSED: "已注销"}


def invite(
    session: Session, account: Account, site: str, opened_by: str, actor: Actor, at: datetime
) -> list[Delivery]:
    """Send the account a link to set its password; the earlier link ends.

    `site` is the address of the installation, `opened_by` who opened the account, as the message says it. The
    token leaves in the sealed words of the deliveries and nowhere else. Empty: no address is known.
    """
    if account.state != PENDING:
        raise IllegalMove("activation")
    now = datetime.now(UTC)
    token = OneTimeLink.issue(session, account, "activation", now)
    values = {
        "机构": opened_by, "登录名": account.login_name, "天数": LIFETIMES["activation"].days,
        "链接": f"{site}/account/activation/{token}",
    }  # fmt: skip
    record_event(session, account.id, "invite", actor, at)
    return send_secret(session, account, "activation", values, at, now + LIFETIMES["activation"])


def activate(session: Session, link: OneTimeLink, password_hash: str, actor: Actor, at: datetime) -> bool:
    """Use the link up and give its account the password; False when the link is no longer good."""
    account, now = link.account, datetime.now(UTC)
    if account.state != PENDING or not link.spend(session, now):
        return False
    replace_password(session, account, password_hash, now, at)
    account.state = ACTIVE
    end_sessions(session, account.id, now)
    record_event(session, account.id, "activate", actor, at)
    return True


def demand_password(session: Session, account: Account, actor: Actor, at: datetime) -> None:
    """Let an account wait for another password, as when its owner forgot it and nothing else proves him.

    The old one and every session end; `invite` sends the link.
    """
    if account.state != ACTIVE:
        raise IllegalMove("demand_password")
    account.state, account.password_hash, account.password_scheme = PENDING, "", SCHEME
    end_sessions(session, account.id, datetime.now(UTC))
    record_event(session, account.id, "demand_password", actor, at)


def disable(session: Session, account: Account, reason: str, actor: Actor, at: datetime) -> None:
    """Close the account at once: its sessions and its link end with this transaction."""
    if account.state == DISABLED:
        raise IllegalMove("disable")
    now = datetime.now(UTC)
    account.state = DISABLED
    end_sessions(session, account.id, now)
    take_back_links(session, account, now, "activation")
    record_event(session, account.id, "disable", actor, at, note=reason)


def enable(session: Session, account: Account, actor: Actor, at: datetime) -> None:
    """Open the account again; one that never had a password waits for a new link."""
    if account.state != DISABLED:
        raise IllegalMove("enable")
    account.state = ACTIVE if account.password_hash else PENDING
    record_event(session, account.id, "enable", actor, at)


def send_secret(
    session: Session, account: Account, name: str, values: Mapping[str, object], at: datetime,
    forget_at: datetime,
) -> list[Delivery]:  # fmt: skip
    """Write a message by SMS and mail, wherever an address is known, and never as a notice on the site.

    For what must not stand readable in a table, and for people who cannot sign in: the switches of the wording
    do not count here. The worker sends it after the commit; the words are removed once they left, or at
    `forget_at`.
    """
    words = wording(session, name)
    if words is None:
        return []
    words = words.filled(values)
    sent = [Delivery.to(account, channel, words.title[:200], words.text, name, at)
            for channel in ("sms", "mail") if Delivery.address_of(account, channel)]  # fmt: skip
    for delivery in sent:
        delivery.forget_at = forget_at
    session.add_all(sent)
    return sent

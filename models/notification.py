"""Notices to people: on the site first, then by SMS and mail from the table `delivery`."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from clock import shanghai_day
from models.account import Account
from models.base import Base, HasUuid, UtcDateTime
from models.delivery import Delivery
from models.event import Event
from models.grant import Grant, effective_on
from models.notice_text import wording
from models.service import INCUBATION
from models.unit import Unit

if TYPE_CHECKING:
    from models.filing import Filing


class Notification(HasUuid, Base):
    """One notice to one account."""

    __tablename__ = "notification"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(40), comment="which notice, as in notices.toml")
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(String(2000))
    link: Mapped[str] = mapped_column(String(200), default="", comment="address on the site")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[Account] = relationship()

    __table_args__ = (Index("ix_notification_account_id_created_at", "account_id", "created_at"),)


def notify(
    session: Session, accounts: Iterable[Account], name: str, values: Mapping[str, object], link: str,
    at: datetime,
) -> list[Notification]:  # fmt: skip
    """Tell each account, on the site and by the ways the wording names where an address is known.

    Nothing leaves the machine here: the worker sends what stands in `delivery` after the commit. An unknown
    `name` tells nobody.
    """
    words = wording(session, name)
    if words is None:
        return []
    words = words.filled(values)
    notices = []
    for account in accounts:
        notice = Notification(
            id=uuid.uuid4(), account_id=account.id, name=name, title=words.title[:200],
            text=words.text[:2000], link=link, created_at=at,
        )  # fmt: skip
        session.add(notice)
        session.add_all(Delivery.to(account, channel, notice.title, notice.text, name, at)
                        for channel in words.channels if Delivery.address_of(account, channel))  # fmt: skip
        notices.append(notice)
    return notices


def announce(session: Session, filing: "Filing", event: Event) -> list[Notification]:
    """Tell the applicant what happened to the filing: the act of `event` names the notice."""
    deadline = filing.applicant_deadline
    values = {
        "孵化机构": filing.name, "批次": filing.batch.name, "机构": event.note or "—", "理由": event.note,
        "版本号": event.details.get("version_no", ""),
        "截止日": f"{deadline.year}年{deadline.month}月{deadline.day}日",
    }  # fmt: skip
    accounts = accounts_for(session, filing.unit, event.at)
    page = "requests" if event.act == "return" else "receipt"
    return notify(session, accounts, event.act, values, f"/filings/{filing.id}/{page}", event.at)


def accounts_for(session: Session, unit: Unit, at: datetime) -> list[Account]:
    """List who is told about the unit's filings: its legal account and its valid 事项办理员."""
    day = shanghai_day(at)
    handlers = select(Grant.grantee_id).where(
        Grant.unit_id == unit.id, Grant.role == "item_handler", Grant.item == INCUBATION, effective_on(day),
    )  # fmt: skip
    concerned = (Account.unit_id == unit.id) | Account.id.in_(handlers)
    query = select(Account).where(concerned, Account.state == "active").order_by(Account.login_name)
    return list(session.scalars(query))


def mark_read(session: Session, account_id: uuid.UUID, at: datetime, only: uuid.UUID | None = None) -> None:
    """Mark one notice of the account as read, or all of them."""
    unread = update(Notification).where(Notification.account_id == account_id, Notification.read_at.is_(None))
    session.execute((unread.where(Notification.id == only) if only else unread).values(read_at=at))


def count_unread(session: Session, account_id: uuid.UUID) -> int:
    """Count the notices the account has not read."""
    query = select(func.count()).where(Notification.account_id == account_id, Notification.read_at.is_(None))
    return session.scalar(query) or 0

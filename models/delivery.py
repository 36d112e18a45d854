"""What is to leave the machine by SMS or mail, and what became of it: the embedded outbox and its log."""

import uuid
from datetime import datetime, timedelta
from typing import Self

from sqlalchemy import ForeignKey, Index, String, Text, case, delete, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.account import Account
from models.base import Base, HasUuid, UtcDateTime
from models.sealed import Sealed, mask_mail, mask_mobile

CHANNEL_TEXTS = {"sms": "短信", "mail": "邮件"}
TOO_LATE = "已过有效时间，没有发出"
STATE_TEXTS = {"queued": "待发送", "sent": "已发送", "failed": "发送失败"}
# After an attempt that failed the next one waits; after the last the delivery has failed.
RETRIES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=4))
FORGOTTEN = "（内容只对收件人有效，已删除）"
LEASE = timedelta(minutes=2)
# The log of messages names people by their addresses, so it ends; not before the six months that logs are kept.
# Source: 网络安全法 第二十一条 (留存相关的网络日志不少于六个月).
KEPT = timedelta(days=185)


class Delivery(HasUuid, Base):
    """One message to one address. Address and words are sealed; the log shows the address masked."""

    __tablename__ = "delivery"

    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    channel: Mapped[str] = mapped_column(String(10), comment="sms, mail")
    name: Mapped[str] = mapped_column(String(40), comment="which text it is")
    address: Mapped[str] = mapped_column(Sealed)
    masked_address: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(Sealed)
    state: Mapped[str] = mapped_column(String(10), default="queued", comment="queued, sent, failed")
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True, comment="business time")
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="real time; none: at once")
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="real time")
    message_id: Mapped[str] = mapped_column(String(100), default="", comment="what the gateway calls it")
    error: Mapped[str] = mapped_column(Text, default="", comment="of the last attempt")
    forget_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, comment="real time; words that let their reader act are removed then, or once they left"
    )

    account: Mapped[Account | None] = relationship()

    __table_args__ = (
        Index("ix_delivery_queued", "next_at", sqlite_where=text("state = 'queued'"),
              postgresql_where=text("state = 'queued'")),
    )  # fmt: skip

    @classmethod
    def to(cls, account: Account, channel: str, title: str, words: str, name: str, at: datetime) -> Self:
        """Write a message to the account's address for the channel, to be sent."""
        address = cls.address_of(account, channel) or ""
        masked = mask_mobile(address) if channel == "sms" else mask_mail(address)
        return cls(account_id=account.id, channel=channel, name=name, address=address, masked_address=masked,
                   title=title, words=words, created_at=at)  # fmt: skip

    @classmethod
    def secret(
        cls, mobile: str, title: str, words: str, name: str, at: datetime, forget_at: datetime,
        account: Account | None = None,
    ) -> Self:  # fmt: skip
        """Write a short message whose words nobody may find here once it left or its time is over."""
        return cls(account_id=account.id if account else None, channel="sms", name=name, address=mobile,
                   masked_address=mask_mobile(mobile), title=title, words=words, created_at=at,
                   forget_at=forget_at)  # fmt: skip

    @staticmethod
    def address_of(account: Account, channel: str) -> str | None:
        """Return the mobile or mail address of the account; None when it has none."""
        return account.mobile if channel == "sms" else account.email

    @property
    def channel_text(self) -> str:
        return CHANNEL_TEXTS[self.channel]

    @property
    def state_text(self) -> str:
        return STATE_TEXTS[self.state]

    def claim(self, session: Session, now: datetime) -> bool:
        """Take the right to send it for a while; False when somebody else has it or sent it."""
        due = (Delivery.next_at.is_(None)) | (Delivery.next_at <= now)
        claimed = session.execute(
            update(Delivery)
            .where(Delivery.id == self.id, Delivery.state == "queued", due)
            .values(attempts=Delivery.attempts + 1, next_at=now + LEASE)
            .returning(Delivery.id)
            .execution_options(synchronize_session="fetch")
        )
        return claimed.first() is not None

    def note_sent(self, message_id: str, now: datetime) -> None:
        self.state, self.sent_at, self.message_id, self.error = "sent", now, message_id[:100], ""

    def forget(self) -> None:
        """Remove words that let their reader act; one that never left is too late by now."""
        if self.state == "queued":
            self.state, self.error = "failed", TOO_LATE
        self.words, self.forget_at = FORGOTTEN, None

    def note_failed(self, error: str, now: datetime, *, is_final: bool = False) -> None:
        """Note an attempt that failed: try again later, or give up after the last."""
        self.error = error[:500]
        if is_final or self.attempts > len(RETRIES):
            self.state = "failed"
        else:
            self.next_at = now + RETRIES[self.attempts - 1]


def forget_secrets(session: Session, now: datetime) -> None:
    """Remove words whose time is over (`now` is real time), as `Delivery.forget` does, without reading them.

    They may be sealed by a key that is not there any more.
    """
    is_queued = Delivery.state == "queued"
    session.execute(
        update(Delivery)
        .where(Delivery.forget_at <= now)
        .values(
            words=FORGOTTEN, forget_at=None,
            state=case((is_queued, "failed"), else_=Delivery.state),
            error=case((is_queued, TOO_LATE), else_=Delivery.error),
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip


def forget_old_deliveries(session: Session, at: datetime) -> int:
    """Delete what left, or could not leave, half a year ago; returns how many."""
    old = delete(Delivery).where(Delivery.created_at < at - KEPT, Delivery.state != "queued")
    return len(session.scalars(old.returning(Delivery.id)).all())

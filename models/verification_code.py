"""Codes sent by SMS that prove a mobile: six digits, five minutes, five tries."""

import hmac
import secrets
import uuid
from datetime import datetime, timedelta

from sqlalchemy import String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from extensions import keyring
from models.account import Account
from models.base import Base, HasUuid, UtcDateTime
from models.delivery import Delivery
from models.notice_text import wording
from models.throttle import Limit, take_try

LIFETIME = timedelta(minutes=5)
TRIES = 5
PAUSE = Limit(tries=1, window=timedelta(seconds=60), block=timedelta(seconds=60))
PER_DAY = Limit(tries=10, window=timedelta(days=1), block=timedelta(days=1))
# What a code is for → how the message says it. A code proves a mobile for its purpose only.
PURPOSES = {
    "register": "注册账号", "reset": "重置密码", "appeal": "申诉找回账号", "query": "查询申诉进度",
    "old_mobile": "验证原手机", "new_mobile": "更换手机", "close": "注销账号",
    "link": "关联国家政务服务平台账号",
}  # fmt: skip


class VerificationCode(HasUuid, Base):
    """One code that is on its way or waits to be typed. The table knows a keyed digest of it. Real time only."""

    __tablename__ = "verification_code"

    purpose: Mapped[str] = mapped_column(String(10), comment="as in PURPOSES")
    mobile_digest: Mapped[str] = mapped_column(String(64), index=True)
    code_digest: Mapped[str] = mapped_column(String(64))
    tries_left: Mapped[int] = mapped_column(default=TRIES)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    def _digest(self, code: str) -> str:
        return keyring.digest(f"{self.id}:{code}", "verification code")


def send_code(
    session: Session, purpose: str, mobile: str, now: datetime, at: datetime, account: Account | None = None
) -> timedelta | None:
    """Write a code to the mobile, or return how long to wait; earlier codes for the purpose end.

    `now` is real time and counts, `at` is business time and dates the message. The code stands in the sealed
    words of the delivery, which forgets them, and nowhere else.
    """
    digest = keyring.digest(mobile, "mobile")
    for key, limit in ((f"sms:{digest}", PAUSE), (f"sms-day:{digest}", PER_DAY)):
        wait = take_try(session, key, limit, now)
        if wait:
            return wait
    code = f"{secrets.randbelow(10**6):06d}"
    over = (VerificationCode.expires_at < now) | (
        (VerificationCode.mobile_digest == digest) & (VerificationCode.purpose == purpose)
    )
    session.execute(delete(VerificationCode).where(over).execution_options(synchronize_session=False))
    sent = VerificationCode(
        id=uuid.uuid4(), purpose=purpose, mobile_digest=digest, expires_at=now + LIFETIME, tries_left=TRIES
    )
    sent.code_digest = sent._digest(code)
    session.add(sent)
    words = wording(session, "code")
    if words is not None:
        words = words.filled({"验证码": code, "用途": PURPOSES[purpose], "分钟": LIFETIME.seconds // 60})
        session.add(Delivery.secret(mobile, words.title, words.text, "code", at, now + LIFETIME, account))
    return None


def proves(session: Session, purpose: str, mobile: str, typed: str, now: datetime) -> bool:
    """Say whether the typed code proves the mobile; each call uses a try up, and the right code all of them.

    Commit whatever the answer is: the try counts.
    """
    digests = keyring.digests(mobile, "mobile")
    waiting = select(VerificationCode).where(
        VerificationCode.purpose == purpose, VerificationCode.mobile_digest.in_(digests),
        VerificationCode.expires_at > now,
    )  # fmt: skip
    sent = session.scalars(waiting).first()
    if sent is None or not _take_try(session, sent.id):
        return False
    if not hmac.compare_digest(sent._digest(typed), sent.code_digest):
        return False
    session.delete(sent)
    return True


def _take_try(session: Session, code_id: uuid.UUID) -> bool:
    """Use a try up; of several guesses at the same moment no more than there are tries get through."""
    taken = session.execute(
        update(VerificationCode)
        .where(VerificationCode.id == code_id, VerificationCode.tries_left > 0)
        .values(tries_left=VerificationCode.tries_left - 1)
        .returning(VerificationCode.id)
        .execution_options(synchronize_session=False)
    )
    return taken.first() is not None

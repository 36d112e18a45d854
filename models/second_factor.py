"""The second factor (二次验证): codes that an authenticator makes from a secret and the time.

Source: RFC 6238 (TOTP: six digits, 30 seconds, SHA-1, as every authenticator has it). Real time only: the
business clock of a demo is not that of a telephone.
"""

import base64
import hmac
import secrets
import unicodedata
import uuid
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import BigInteger, ForeignKey, or_, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.account import Account
from models.base import Base, UtcDateTime
from models.event import Actor, record_event
from models.moves import IllegalMove
from models.notification import notify
from models.recovery_code import forget_recovery_codes, issue_recovery_codes, take_recovery_code
from models.sealed import Sealed

ISSUER = "孵化申报"
DIGITS, SECONDS = 6, 30
SECRET_BYTES = 20
ENROLMENT = timedelta(minutes=30)
PAGE = "/account/second-factor"


class SecondFactor(Base):
    """The secret an account shares with its owner's authenticator, and the one that is to take its place."""

    __tablename__ = "second_factor"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    secret: Mapped[str | None] = mapped_column(Sealed, comment="base32; none before the first was confirmed")
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="business time")
    last_step: Mapped[int | None] = mapped_column(
        BigInteger, comment="time step of the code used last: it and those before it are spent"
    )
    next_secret: Mapped[str | None] = mapped_column(Sealed, comment="shown, not yet confirmed by a code")
    next_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_on(self) -> bool:
        return self.secret is not None

    def is_being_enrolled(self, now: datetime) -> bool:
        """Say whether there is a secret that waits for its first code."""
        return self.next_secret is not None and self.next_until is not None and self.next_until > now


def factor_of(session: Session, account_id: uuid.UUID) -> SecondFactor | None:
    """Return what the account has, also one that was only begun; None when there is nothing."""
    return session.get(SecondFactor, account_id)


def has_factor(session: Session, account_id: uuid.UUID) -> bool:
    """Say whether signing in to the account takes a code."""
    factor = factor_of(session, account_id)
    return factor is not None and factor.is_on


def begin_enrolment(session: Session, account: Account, now: datetime) -> None:
    """Make a secret to be shown; it counts once a code of it is typed, and what was in force counts until then."""
    factor = session.get(SecondFactor, account.id) or SecondFactor(account_id=account.id)
    factor.next_secret = base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()
    factor.next_until = now + ENROLMENT
    session.add(factor)


def enrolment_link(account: Account, secret: str) -> str:
    """Return the address that an authenticator reads from the QR code."""
    return _totp(secret).get_provisioning_uri(account.login_name, ISSUER)


def confirm_enrolment(
    session: Session, account: Account, typed: str, actor: Actor, now: datetime, at: datetime
) -> list[str] | None:
    """Put the shown secret into force and return ten recovery codes; None when the code is wrong.

    Raises IllegalMove when nothing waits to be confirmed: too late, or confirmed in another window.
    """
    factor = session.get(SecondFactor, account.id, with_for_update=True, populate_existing=True)
    if factor is None or not factor.is_being_enrolled(now):
        raise IllegalMove("confirm_enrolment")
    step = matching_step(factor.next_secret or "", _plain(typed), now)
    if step is None:
        return None
    is_replaced = factor.is_on
    factor.secret, factor.last_step, factor.confirmed_at = factor.next_secret, step, at
    factor.next_secret = factor.next_until = None
    record_event(session, account.id, "replace_factor" if is_replaced else "turn_on_factor", actor, at)
    notify(session, [account], "factor_on", {"登录名": account.login_name}, PAGE, at)
    return issue_recovery_codes(session, account.id)


def take_code(session: Session, account_id: uuid.UUID, typed: str, now: datetime) -> str:
    """Use up a code of the authenticator or a recovery code: `totp`, `recovery`, or empty when it is neither.

    No code counts twice, nor one older than the last: of two that come at the same moment one is taken.
    """
    factor, plain = factor_of(session, account_id), _plain(typed)
    if factor is None or factor.secret is None:
        return ""
    if not (plain.isdigit() and len(plain) == DIGITS):
        return "recovery" if take_recovery_code(session, account_id, plain, now) else ""
    step = matching_step(factor.secret, plain, now)
    return "totp" if step is not None and _spend(session, account_id, step) else ""


def matching_step(secret: str, typed: str, now: datetime) -> int | None:
    """Return the time step this code is of: the present one or a neighbour, as clocks differ. None: of none."""
    totp, present = _totp(secret), int(now.timestamp()) // SECONDS
    for step in (present, present - 1, present + 1):
        if hmac.compare_digest(totp.generate(step * SECONDS), typed.encode()):
            return step
    return None


def renew_recovery_codes(session: Session, account: Account, actor: Actor, at: datetime) -> list[str]:
    """Give the account new recovery codes; those it had are worth nothing."""
    record_event(session, account.id, "renew_recovery_codes", actor, at)
    return issue_recovery_codes(session, account.id)


def turn_off(session: Session, account: Account, actor: Actor, at: datetime) -> None:
    """Take the second factor away at the wish of its owner."""
    _remove(session, account)
    record_event(session, account.id, "turn_off_factor", actor, at)
    notify(session, [account], "factor_off", {"登录名": account.login_name}, PAGE, at)


def clear(session: Session, account: Account, reason: str, actor: Actor, at: datetime) -> None:
    """Take the second factor away from somebody who lost it; whoever calls this ends the account's sessions.

    Raises IllegalMove when there is none.
    """
    if not has_factor(session, account.id):
        raise IllegalMove("clear_factor")
    _remove(session, account)
    record_event(session, account.id, "clear_factor", actor, at, note=reason)
    notify(session, [account], "factor_cleared", {"登录名": account.login_name, "理由": reason}, PAGE, at)


def _remove(session: Session, account: Account) -> None:
    factor = factor_of(session, account.id)
    if factor is not None:
        session.delete(factor)
    forget_recovery_codes(session, account.id)


def _spend(session: Session, account_id: uuid.UUID, step: int) -> bool:
    spent = session.execute(
        update(SecondFactor)
        .where(
            SecondFactor.account_id == account_id,
            or_(SecondFactor.last_step.is_(None), SecondFactor.last_step < step),
        )
        .values(last_step=step)
        .returning(SecondFactor.account_id)
        .execution_options(synchronize_session=False)
    )
    return spent.first() is not None


def _totp(secret: str) -> TOTP:
    # SHA-1 is what authenticators know; the codes do not rest on its resistance to collisions.
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), SECONDS)  # noqa: S303


def _plain(typed: str) -> str:
    return "".join(unicodedata.normalize("NFKC", typed).split())

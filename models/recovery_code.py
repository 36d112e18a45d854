"""Recovery codes: each lets its owner in once without his authenticator. Shown once, stored as hashes."""

import secrets
import unicodedata
import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, HasUuid, UtcDateTime
from models.login_session import hash_token

COUNT = 10
GROUPS, GROUP = 4, 4  # 80 random bits, so that a hash without a key cannot be guessed from
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: what looks alike is one sign
ALIKE = str.maketrans("OIL", "011", "- \t\r\n")


class RecoveryCode(HasUuid, Base):
    """One recovery code. Real time only."""

    __tablename__ = "recovery_code"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def issue_recovery_codes(session: Session, account_id: uuid.UUID) -> list[str]:
    """Give the account ten codes in place of those it had; nobody can read them again."""
    forget_recovery_codes(session, account_id)
    codes = [_random_code() for _ in range(COUNT)]
    session.add_all(RecoveryCode(account_id=account_id, code_hash=_hash(code)) for code in codes)
    return codes


def forget_recovery_codes(session: Session, account_id: uuid.UUID) -> None:
    """Remove the codes of the account, used ones too."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))


def take_recovery_code(session: Session, account_id: uuid.UUID, typed: str, now: datetime) -> bool:
    """Use a code up; False when it is none of the account's, or used before, be it a moment ago."""
    taken = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account_id,
            RecoveryCode.code_hash == _hash(typed),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
        .execution_options(synchronize_session=False)
    )
    return taken.first() is not None


def count_recovery_codes(session: Session, account_id: uuid.UUID) -> int:
    """Count the codes that the account can still use."""
    unused = select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return session.scalar(unused) or 0


def are_recovery_codes(session: Session, account_id: uuid.UUID, codes: Sequence[str]) -> bool:
    """Say whether all of these are codes of the account that were not used."""
    wanted = {_hash(code) for code in codes}
    known = select(func.count()).where(
        RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None), RecoveryCode.code_hash.in_(wanted)
    )  # fmt: skip
    return bool(wanted) and session.scalar(known) == len(wanted)


def _random_code() -> str:
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


def _hash(code: str) -> str:
    """Return what the table keeps, of a code in whatever way it was typed."""
    return hash_token(unicodedata.normalize("NFKC", code).upper().translate(ALIKE))

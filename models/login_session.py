"""Server-side sessions: listable, revocable, worthless once ended."""

import hashlib
import ipaddress
import secrets
import uuid
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, false, select, true, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.account import Account
from models.base import Base, HasUuid, UtcDateTime

TOUCH_EVERY = timedelta(minutes=1)


class LoginSession(HasUuid, Base):
    """One signed-in browser. The cookie holds a random token, the table only its hash. Real time only."""

    __tablename__ = "login_session"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    acting_unit_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("unit.id"), comment="the unit a natural person now acts for"
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="touched at most once a minute")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    address: Mapped[str] = mapped_column(String(45), default="")
    browser: Mapped[str] = mapped_column(String(100), default="", comment="family and major version only")
    is_public_computer: Mapped[bool] = mapped_column(
        default=True, server_default=true(), comment="others use this browser too: it may keep nothing"
    )
    has_second_factor: Mapped[bool] = mapped_column(
        default=False,
        server_default=false(),
        comment="a code was typed for it, or it came from a session of which that is true",
    )

    account: Mapped[Account] = relationship()

    @classmethod
    def start(
        cls,
        session: Session,
        account: Account,
        now: datetime,
        *,
        address: str,
        browser: str,
        is_public_computer: bool = True,
        has_second_factor: bool = False,
    ) -> tuple["LoginSession", str]:
        """Open a session for `account`; the second value is the cookie's token, known to nobody else."""
        token = secrets.token_urlsafe(32)
        login = cls(
            token_hash=hash_token(token), account=account, created_at=now, seen_at=now,
            address=address, browser=browser, is_public_computer=is_public_computer,
            has_second_factor=has_second_factor,
        )  # fmt: skip
        session.add(login)
        return login, token

    def end(self, now: datetime) -> None:
        """End the session; a session that ended before keeps its time."""
        self.ended_at = self.ended_at or now


def end_sessions(
    session: Session, account_id: uuid.UUID, now: datetime, *, but: uuid.UUID | None = None
) -> None:
    """End every session of an account but one: its next request, from wherever, is nobody's."""
    living = update(LoginSession).where(
        LoginSession.account_id == account_id, LoginSession.ended_at.is_(None)
    )
    if but is not None:
        living = living.where(LoginSession.id != but)
    session.execute(living.values(ended_at=now))


def is_new_device(session: Session, account_id: uuid.UUID, address: str, browser: str) -> bool:
    """Say whether the account never came from such a browser in such a network.

    Networks are as wide as what one provider gives out, as addresses change every day; the first sign-in of all
    is not news.
    """
    known = (
        select(LoginSession.address, LoginSession.browser)
        .where(LoginSession.account_id == account_id)
        .distinct()
    )
    places = {(_network(one.address), _family(one.browser)) for one in session.execute(known)}
    return bool(places) and (_network(address), _family(browser)) not in places


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 16 if parsed.version == 4 else 48), strict=False))


def _family(browser: str) -> str:
    return browser.split(" ")[0]


def hash_token(token: str) -> str:
    """Return what a table keeps of a token; 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_alive(
    created_at: datetime, seen_at: datetime, now: datetime, idle: timedelta, absolute: timedelta
) -> bool:
    """Say whether a session that nobody ended still counts."""
    return now - seen_at < idle and now - created_at < absolute

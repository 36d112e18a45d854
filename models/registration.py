"""Registrations under way: what was searched for and proven before there is an account."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, String, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from extensions import keyring
from models.account import Account, holder_of_id_number
from models.activation import CLOSED
from models.base import Base, HasUuid, UtcDateTime
from models.consent import record_consents
from models.event import Actor, record_event
from models.former_login_name import is_login_name_taken
from models.invitation import Invitation
from models.linked_identity import link, link_of_identity
from models.sealed import Sealed, mask_id_number, mask_mobile
from models.unit import Unit, name_key, unit_named, unit_of_code

LIFETIME = timedelta(hours=1)
ACCOUNTS_PER_MOBILE = 5


@dataclass(frozen=True, eq=False)
class Taken(Exception):
    """Something that only one account may have is somebody's. `way_out`: natural, legal, former_name or empty."""

    message: str
    way_out: str = ""
    field: str = ""


ID_NUMBER_TAKEN = Taken("证件号码已被注册", "natural")
NAME_TAKEN = Taken("单位名称已被注册", "legal")
CODE_TAKEN = Taken("单位名称未被注册，信用代码已被注册", "former_name")
CLOSED_UNIT = Taken("该单位的账号已注销，再次使用请致电技术支持 010-88656315")
LOGIN_NAME_TAKEN = Taken("登录名已存在，请换一个", field="login_name")
IDENTITY_TAKEN = Taken(
    "这个国家政务服务平台账号已关联其他账号，请直接用它登录，或先在那个账号的“登录记录”中解除关联"
)
MOBILE_FULL = Taken("该手机号绑定账号数已达上限，请换一个手机号", field="mobile")


class Registration(HasUuid, Base):
    """One registration between its search and its account. Real time only; forgotten after an hour."""

    __tablename__ = "registration"

    account_type: Mapped[str] = mapped_column(String(10), comment="natural, legal")
    name: Mapped[str] = mapped_column(String(100), comment="of the person or the unit")
    id_type: Mapped[str | None] = mapped_column(String(30), comment="natural only")
    id_number: Mapped[str | None] = mapped_column(Sealed)
    uscc: Mapped[str | None] = mapped_column(String(18), comment="legal only")
    province_code: Mapped[str | None] = mapped_column(String(6), comment="legal only")
    mobile: Mapped[str | None] = mapped_column(Sealed)
    mobile_proved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), comment="what came of it")
    provider: Mapped[str | None] = mapped_column(
        String(200), comment="of an identity that is linked at the end"
    )
    external_id: Mapped[str | None] = mapped_column(Sealed)
    assurance: Mapped[int] = mapped_column(
        default=0,
        server_default="0",
        comment="3 and more: name and number come from the platform, checked",
    )
    invitation_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("invitation.id", ondelete="SET NULL"), comment="whose link was followed"
    )

    account: Mapped[Account | None] = relationship()
    invitation: Mapped[Invitation | None] = relationship()

    @property
    def is_legal(self) -> bool:
        return self.account_type == "legal"

    @property
    def masked_mobile(self) -> str:
        return mask_mobile(self.mobile or "")

    @property
    def masked_id_number(self) -> str:
        return mask_id_number(self.id_number or "")


def search(session: Session, registration: Registration) -> None:
    """Raise Taken when the person or the unit has an account already. Both values of a person must be right:
    that a number belongs to somebody is told to nobody who does not know whose it is."""
    if registration.is_legal:
        _check_unit(session, registration)
        return
    holder = holder_of_id_number(session, registration.id_type or "", registration.id_number or "")
    if holder is not None and name_key(holder.person_name) == name_key(registration.name):
        raise ID_NUMBER_TAKEN


def _check_unit(session: Session, registration: Registration) -> None:
    """Judge the name first, then the code, so that a unit that was renamed is told apart."""
    # Asked for in the other order: whoever registers in between was not there by his code, but is by his name.
    coded = unit_of_code(session, registration.uscc or "")
    named = unit_named(session, registration.name)
    if named is not None:
        raise CLOSED_UNIT if _is_closed(session, named) else NAME_TAKEN
    if coded is not None:
        raise CLOSED_UNIT if _is_closed(session, coded) else CODE_TAKEN


def _is_closed(session: Session, unit: Unit) -> bool:
    """Say whether the unit had its account closed; its filings must not fall to whoever registers its name."""
    closed = select(Account.id).where(Account.unit_id == unit.id, Account.state == CLOSED)
    return session.scalar(closed.limit(1)) is not None


def begin(session: Session, registration: Registration, now: datetime) -> None:
    """Store a registration whose search found nobody, and forget those whose time is over."""
    over = delete(Registration).where(Registration.expires_at < now)
    session.execute(over.execution_options(synchronize_session=False))
    registration.expires_at = now + LIFETIME
    session.add(registration)


def check_mobile(session: Session, mobile: str) -> None:
    """Raise Taken when as many accounts as may be have this mobile already; who asks next waits for our commit."""
    digests = keyring.digests(mobile, "mobile")
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer anyway
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(digests[0], 0))))
    held = select(func.count()).where(Account.mobile_digest.in_(digests), Account.state != "merged")
    if (session.scalar(held) or 0) >= ACCOUNTS_PER_MOBILE:
        raise MOBILE_FULL


def complete(
    session: Session, registration: Registration, answers: dict[str, Any], password_hash: str, at: datetime,
    address: str,
) -> Account:  # fmt: skip
    """Make the account, and of a legal one the unit, or raise Taken: whoever comes second gets nothing.

    `answers`: login_name and, of a legal account, legal_representative, region_code, and person_name, id_type
    and id_number of the 主代办人. All of it is one transaction; the caller commits or rolls back.
    """
    _check_everything(session, registration, answers["login_name"])
    try:
        with session.begin_nested():
            account = _new_account(session, registration, answers, password_hash, at)
            session.flush()
            _link(session, registration, account, at, address)
    except IntegrityError as error:  # somebody else was as quick: now it can be seen what he took
        _check_everything(session, registration, answers["login_name"])
        raise LOGIN_NAME_TAKEN from error
    registration.account_id = account.id
    editions = record_consents(session, account, at, address)
    record_event(
        session, account.id, "register", _owner(account, address), at, details={"consents": editions}
    )
    return account


def _check_everything(session: Session, registration: Registration, login_name: str) -> None:
    if registration.is_legal:
        _check_unit(session, registration)
    elif holder_of_id_number(session, registration.id_type or "", registration.id_number or ""):
        raise ID_NUMBER_TAKEN
    if link_of_identity(session, registration.provider or "", registration.external_id or ""):
        raise IDENTITY_TAKEN
    check_mobile(session, registration.mobile or "")
    if is_login_name_taken(session, login_name):
        raise LOGIN_NAME_TAKEN


def _link(session: Session, registration: Registration, account: Account, at: datetime, address: str) -> None:
    """Link the identity that the registration began with, if it did."""
    if registration.provider and registration.external_id:
        link(session, account, registration.provider, registration.external_id, registration.assurance,
             _owner(account, address), at)  # fmt: skip


def _owner(account: Account, address: str) -> Actor:
    return Actor(account.id, account.login_name, account.account_type, None, address)


def _new_account(
    session: Session, registration: Registration, answers: dict[str, Any], password_hash: str, at: datetime
) -> Account:
    account = Account(
        id=uuid.uuid4(), login_name=answers["login_name"], account_type=registration.account_type,
        origin="registered", password_hash=password_hash, password_changed_at=at, created_at=at,
    )  # fmt: skip
    account.set_mobile(registration.mobile, at)
    if registration.is_legal:
        account.unit = _new_unit(registration, answers)
        account.person_name = answers["person_name"]
        account.set_id_number(answers["id_type"], answers["id_number"])
    else:
        account.person_name = registration.name
        account.set_id_number(registration.id_type or "", registration.id_number or "")
    session.add(account)
    return account


def _new_unit(registration: Registration, answers: dict[str, Any]) -> Unit:
    return Unit(
        name=registration.name, uscc=registration.uscc, region_code=answers["region_code"],
        legal_representative=answers["legal_representative"],
    )  # fmt: skip

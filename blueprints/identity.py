"""Who is signed in: read once per request from the cookie's token, as plain data."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any, TypeVar

from flask import Request, current_app
from flask_login import AnonymousUserMixin, UserMixin, current_user
from sqlalchemy import Date, bindparam, func, select, update
from sqlalchemy.exc import OperationalError

import policies
from clock import shanghai_day
from extensions import clock, db, login_manager
from models.account import ACCOUNT_TYPE_TEXTS, Account
from models.grant import Grant, effective_on
from models.login_session import TOUCH_EVERY, LoginSession, hash_token, is_alive
from models.notification import Notification
from models.office import Office
from models.unit import Unit
from policies import Right

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class ActingUnit:
    """A unit somebody may act for, and what he may do there; `expired`: his authorisation ran out.

    `items` are the services he handles for it, here and elsewhere.
    """

    id: uuid.UUID
    name: str
    roles: frozenset[str]
    items: frozenset[str] = frozenset()

    @property
    def is_usable(self) -> bool:
        return self.roles != {"expired"} or bool(self.items)


@dataclass(frozen=True)
class SignedIn(UserMixin):
    """The account behind a request, the unit it acts for and its office, without any database object.

    `has_lost_unit`: the unit he chose in this session lets him act for it no more, and he has not chosen anew.
    """

    session_id: uuid.UUID
    account_id: uuid.UUID
    login_name: str
    person_name: str
    account_type: str
    roles: frozenset[str]
    units: tuple[ActingUnit, ...] = ()
    items: frozenset[str] = frozenset()
    unit_id: uuid.UUID | None = None
    unit_name: str = ""
    has_lost_unit: bool = False
    office_id: uuid.UUID | None = None
    office_name: str = ""
    office_level: str | None = None
    office_region_code: str | None = None
    is_public_computer: bool = True
    closes_at: datetime | None = None
    has_second_factor: bool = False
    unread: int = 0

    @property
    def role(self) -> str:
        """The one role that the record shows."""
        return "item_handler" if "item_handler" in self.roles else min(self.roles, default=self.account_type)

    @property
    def type_text(self) -> str:
        return ACCOUNT_TYPE_TEXTS[self.account_type]

    @property
    def must_choose_unit(self) -> bool:
        return self.unit_id is None and (len(self.units) > 1 or (self.has_lost_unit and bool(self.units)))

    @property
    def account(self) -> Account:
        return db.session.get_one(Account, self.account_id)

    @property
    def unit(self) -> Unit | None:
        """The unit acted for; None for staff and for a person who has not chosen one."""
        return db.session.get(Unit, self.unit_id) if self.unit_id else None

    @property
    def office(self) -> Office | None:
        return db.session.get(Office, self.office_id) if self.office_id else None


class SignedOut(AnonymousUserMixin):
    """Nobody, with the attributes that templates ask for."""

    roles: frozenset[str] = frozenset()
    role = None
    units: tuple[ActingUnit, ...] = ()
    unit_id = None


def who() -> SignedIn | None:
    """Return who is signed in, None for nobody."""
    person: Any = current_user._get_current_object()
    return person if isinstance(person, SignedIn) else None


def passive(view: View) -> View:
    """Mark a view that pages ask by themselves: it does not keep the session of an idle person alive."""
    view.is_passive = True  # type: ignore[attr-defined]
    return view


def is_passive(endpoint: str | None) -> bool:
    """Say whether the view of this name is asked by pages, not by people."""
    return hasattr(current_app.view_functions.get(endpoint or ""), "is_passive")


login_manager.anonymous_user = SignedOut
login_manager.session_protection = None


@login_manager.request_loader  # type: ignore[untyped-decorator]
def load_signed_in(request: Request) -> SignedIn | None:
    """Find the living session of the request's cookie and say whose it is."""
    token = request.cookies.get(current_app.config["SIGN_IN_COOKIE"])
    if not token:
        return None
    row = db.session.execute(_session_of, {"token_hash": hash_token(token)}).first()
    settings, now = current_app.config["SETTINGS"], datetime.now(UTC)
    if row is None or not is_alive(
        row.created_at, row.seen_at, now, settings.login_idle, settings.login_absolute
    ):
        return None
    if row.account_type == "staff" and settings.needs_staff_factor and not row.has_second_factor:
        return None  # begun before the installation asked for it, or by a way that does not
    if not is_passive(request.endpoint):
        _touch(row.session_id, row.seen_at, now)
    return _signed_in(row)


_unread = (
    select(func.count())
    .where(Notification.account_id == Account.id, Notification.read_at.is_(None))
    .correlate(Account)
    .scalar_subquery()
)
_session_of = (
    select(
        LoginSession.id.label("session_id"), LoginSession.created_at, LoginSession.seen_at,
        LoginSession.acting_unit_id, LoginSession.is_public_computer, LoginSession.has_second_factor,
        Account.id.label("account_id"), Account.login_name, Account.person_name, Account.account_type, Account.staff_role,
        Account.closes_at,
        Unit.id.label("unit_id"), Unit.name.label("unit_name"), Unit.is_active.label("unit_is_active"),
        Office.id.label("office_id"), Office.name.label("office_name"), Office.level.label("office_level"),
        Office.region_code.label("office_region_code"), _unread.label("unread"),
    )
    .join(Account, LoginSession.account_id == Account.id)
    .outerjoin(Unit, Account.unit_id == Unit.id)
    .outerjoin(Office, (Account.office_id == Office.id) & Office.is_active)
    .where(LoginSession.token_hash == bindparam("token_hash"))
    .where(LoginSession.ended_at.is_(None), Account.state == "active")
)  # fmt: skip


def _touch(session_id: uuid.UUID, seen_at: datetime, now: datetime) -> None:
    """Note that the session is in use, in a short transaction of its own, at most once a minute."""
    if now - seen_at < TOUCH_EVERY:
        return
    try:
        db.start_writing()
        db.session.execute(update(LoginSession).where(LoginSession.id == session_id).values(seen_at=now))
        db.session.commit()
    except OperationalError as error:  # what was stored may be read although nothing can be stored now
        current_app.logger.warning("A session could not be noted as in use: %s", error.orig)
        db.start_reading()


def _signed_in(row: Any) -> SignedIn:
    common = {
        "session_id": row.session_id, "account_id": row.account_id, "login_name": row.login_name,
        "person_name": row.person_name, "account_type": row.account_type,
        "is_public_computer": row.is_public_computer, "has_second_factor": row.has_second_factor,
        "unread": row.unread, "closes_at": row.closes_at,
    }  # fmt: skip
    if row.closes_at is not None and row.account_type != "staff":  # all it may do is think again
        return SignedIn(**common, roles=frozenset(), unit_name=row.unit_name or "")
    if row.account_type == "natural":
        return _natural(common, row.account_id, row.acting_unit_id)
    if row.account_type == "legal":
        role = "legal" if row.unit_is_active else "unit_disabled"
        return SignedIn(**common, roles=frozenset({role}), unit_id=row.unit_id, unit_name=row.unit_name)
    return SignedIn(
        **common, roles=frozenset({row.staff_role} - {None}), office_id=row.office_id,
        office_name=row.office_name or "", office_level=row.office_level,
        office_region_code=row.office_region_code,
    )  # fmt: skip


def _natural(common: dict[str, Any], account_id: uuid.UUID, chosen_id: uuid.UUID | None) -> SignedIn:
    units = units_of(account_id, shanghai_day(clock.now()))
    acting = acting_unit(units, chosen_id)
    if acting is None:
        lost = chosen_id is not None
        return SignedIn(**common, roles=frozenset(), units=units, has_lost_unit=lost)
    return SignedIn(
        **common,
        roles=acting.roles,
        units=units,
        items=acting.items,
        unit_id=acting.id,
        unit_name=acting.name,
    )


def units_of(account_id: uuid.UUID, day: date) -> tuple[ActingUnit, ...]:
    """Return the units a person may act for, also those whose authorisation expired, by name."""
    rows = db.session.execute(_grants_of, {"account_id": account_id, "day": day}).all()
    by_unit = groupby(rows, key=lambda row: (row.id, row.name))
    found = (_acting(*key, [_right(row, day) for row in group]) for key, group in by_unit)
    return tuple(unit for unit in found if unit.roles or unit.items)


_grants_of = (
    select(
        Unit.id, Unit.name, Grant.role, Grant.item, Grant.valid_to,
        effective_on(bindparam("day", type_=Date)).label("is_effective"),
    )
    .join(Grant, Grant.unit_id == Unit.id)
    .where(Grant.grantee_id == bindparam("account_id"), Grant.state == "active", Unit.is_active)
    .order_by(Unit.name, Unit.id)
)  # fmt: skip


def _acting(unit_id: uuid.UUID, name: str, rights: list[Right]) -> ActingUnit:
    return ActingUnit(unit_id, name, policies.roles_in_unit(rights), policies.items_in_unit(rights))


def _right(row: Any, day: date) -> Right:
    return Right(row.role, row.item, row.is_effective, has_expired=row.valid_to < day)


def acting_unit(units: tuple[ActingUnit, ...], chosen_id: uuid.UUID | None) -> ActingUnit | None:
    """Return the unit chosen in this session, else the only one; None when there is a choice to make.

    When the chosen one is gone, no other takes its place: what is on an open page must not land elsewhere.
    """
    if chosen_id is not None:
        return next((unit for unit in units if unit.id == chosen_id), None)
    usable = [unit for unit in units if unit.is_usable]
    if len(usable) == 1:
        return usable[0]
    return units[0] if len(units) == 1 else None

"""用户授权管理: a unit lets people act for it, never further than it may itself. `granted.py` reads."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.granted import grants_of
from clock import SHANGHAI
from models.account import Account
from models.event import Actor, record_event
from models.grant import BY_THE_UNIT_ITSELF, Grant, effective_on, right_text
from models.notification import notify
from models.person import Person
from models.service import Service, services
from models.service_approval import is_approved
from models.service_permission import held_items
from models.unit import Unit

MOST_YEARS = 3
NOT_HELD = "没有权限"
NOT_FOUND = "未查询到已实名认证的自然人用户"
LINK = "/account/unit"


class GrantRefused(Exception):
    """The unit or its administrator may not grant this; the message says why."""


class Right(NamedTuple):
    """Something that may be granted: a role, and the service of an item_handler."""

    role: str
    item: str = ""

    @property
    def key(self) -> str:
        return f"{self.role}:{self.item}" if self.item else self.role

    @property
    def label(self) -> str:
        return right_text(self.role, self.item)


@dataclass(frozen=True)
class Grantor:
    """Who grants in the name of a unit: its own account, or by his own grant `source` an administrator."""

    unit: Unit
    actor: Actor
    source: Grant | None = None

    @property
    def is_unit_itself(self) -> bool:
        return self.source is None


def grantable_rights(session: Session, grantor: Grantor) -> list[Right]:
    """List what the grantor may grant: the services the unit holds, and its roles if he is the unit itself."""
    held = held_items(session, grantor.unit.id)
    rights = [Right(role) for role in BY_THE_UNIT_ITSELF] if grantor.is_unit_itself else []
    return rights + [
        Right("item_handler", key) for key, one in services().items()
        if one.is_granted and key in held and _is_let_in(session, one, grantor.unit)
    ]  # fmt: skip


def _is_let_in(session: Session, service: Service, unit: Unit) -> bool:
    """Say whether the unit needs no 报备 for the service or has it still; what it granted before stays as it is."""
    return not service.grant_needs_approval or is_approved(session, service.key, unit)


def save_rights(
    session: Session, grantor: Grantor, person: Account, wanted: Mapping[Right, date], now: datetime
) -> list[str]:
    """Let the person have exactly the rights `wanted`, each to its last day, of those the grantor grants.

    Rights that the grantor may not grant stay as they are. Returns what changed, in words; raises GrantRefused.
    """
    day = now.astimezone(SHANGHAI).date()
    offered = grantable_rights(session, grantor)
    _refuse(session, grantor, person, wanted, offered, day)
    known = _active_rights(session, grantor.unit.id, person.id)
    counting = set(session.scalars(select(Grant.id).where(Grant.grantee_id == person.id, effective_on(day))))
    changes = []
    for right in offered:
        grants, last = known.get(right, []), wanted.get(right)
        if last is None:
            changes += [f"停用 {right.label}"] if grants else []
            _end_all(session, grants, grantor.actor, now, "修改授权")
        elif grants and grants[0].valid_to >= day:
            changes += _change(grants[0], right, last, grantor, counts=grants[0].id in counting)
        else:
            _end_all(session, grants, grantor.actor, now, "重新授权")
            session.add(_new(grantor, person, right, last, now))
            changes.append(f"授予 {right.label}，至 {last}")
    if changes:
        session.flush()
        _tell(session, grantor, person, changes, now)
    return changes


def _active_rights(session: Session, unit_id: uuid.UUID, account_id: uuid.UUID) -> dict[Right, list[Grant]]:
    """Map the rights that nobody ended, expired ones too, to their grants, the longest first."""
    rights: dict[Right, list[Grant]] = {}
    for grant in sorted(grants_of(session, unit_id, account_id), key=lambda one: one.valid_to, reverse=True):
        if grant.state == "active":
            rights.setdefault(Right(*grant.right), []).append(grant)
    return rights


def _refuse(
    session: Session,
    grantor: Grantor,
    person: Account,
    wanted: Mapping[Right, date],
    offered: list[Right],
    day: date,
) -> None:
    if person.id == grantor.actor.account_id:
        raise GrantRefused("不能给自己授权，请由单位法人账号办理")
    if not grantor.unit.is_active or not set(wanted) <= set(offered):
        raise GrantRefused(NOT_HELD)
    known = session.get(Person, person.id)
    if (
        person.account_type != "natural"
        or person.state != "active"
        or known is None
        or not known.is_real_named
    ):
        raise GrantRefused(NOT_FOUND)
    for last in wanted.values():
        _refuse_time(grantor, last, day)


def _refuse_time(grantor: Grantor, last: date, day: date) -> None:
    if last < day:
        raise GrantRefused("授权截止日不能早于今天")
    if last > longest(day):
        raise GrantRefused(f"授权期限最长 {MOST_YEARS} 年，截止日不能晚于 {longest(day)}")
    if grantor.source is not None and last > grantor.source.valid_to:
        raise GrantRefused(f"您自己的授权到 {grantor.source.valid_to} 为止，授出的权限不能更晚")


def longest(day: date, years: int = MOST_YEARS) -> date:
    """Return the last day that a grant made on `day` may have; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _change(grant: Grant, right: Right, last: date, grantor: Grantor, *, counts: bool) -> list[str]:
    """Let the grant end on another day; one that fell with its administrator counts again by this one."""
    if not counts:
        grant.renew(last, grantor.source)
    elif grant.valid_to == last:
        return []
    else:
        grant.change(last, grantor.source)
    return [f"{right.label} 改为至 {last}"]


def _new(grantor: Grantor, person: Account, right: Right, last: date, now: datetime) -> Grant:
    return Grant(
        id=uuid.uuid4(), unit_id=grantor.unit.id, grantee_id=person.id, role=right.role, item=right.item,
        valid_from=now.astimezone(SHANGHAI).date(), valid_to=last, granted_by_id=grantor.actor.account_id,
        granted_at=now, source_id=grantor.source.id if grantor.source else None,
    )  # fmt: skip


def dismiss(
    session: Session,
    grantor: Grantor,
    person: Account,
    now: datetime,
    reason: str,
    *,
    keep_derived: bool = False,
) -> int:
    """停用: end every right of the person that the grantor may end; returns how many.

    What an administrator gave falls with his grant. `keep_derived`: the unit itself takes that over first.
    """
    if person.id == grantor.actor.account_id:
        raise GrantRefused("不能停用自己的授权，请由单位法人账号办理")
    active = [one for one in grants_of(session, grantor.unit.id, person.id) if one.state == "active"]
    mine = [one for one in active if grantor.is_unit_itself or one.role not in BY_THE_UNIT_ITSELF]
    if keep_derived and grantor.is_unit_itself:
        _take_over(session, mine)
    _end_all(session, mine, grantor.actor, now, reason)
    if mine:
        session.flush()
        _tell(session, grantor, person, [f"停用 {Right(*one.right).label}" for one in mine], now, reason)
    return len(mine)


def _take_over(session: Session, grants: Sequence[Grant]) -> None:
    ids = [one.id for one in grants]
    given = select(Grant).where(Grant.source_id.in_(ids), Grant.state == "active")
    for grant in session.scalars(given).all():
        grant.source_id = None


def end_grants(session: Session, grants: Sequence[Grant], actor: Actor, now: datetime, reason: str) -> None:
    """End grants whose person or unit is gone, with what derives from them, and write it down under the units."""
    _end_all(session, grants, actor, now, reason)
    ordered = sorted(grants, key=lambda one: (one.unit_id.hex, one.grantee_id.hex))
    for (unit, person), theirs in groupby(ordered, key=lambda one: (one.unit, one.grantee)):
        changes = [f"停用 {Right(*one.right).label}" for one in theirs]
        details = {"person": person.login_name, "unit": unit.name, "changes": changes}
        record_event(session, unit.id, "grant", actor, now, note=reason, details=details)


def _end_all(session: Session, grants: Sequence[Grant], actor: Actor, now: datetime, reason: str) -> None:
    """End grants and, so that no later change revives them, those that derive from them."""
    for grant in grants:
        grant.end(actor.account_id, now, reason)
    ids = [one.id for one in grants]
    for fallen in session.scalars(
        select(Grant).where(Grant.source_id.in_(ids), Grant.state == "active")
    ).all():
        fallen.end(actor.account_id, now, "授权人的授权已停用")


def _tell(
    session: Session,
    grantor: Grantor,
    person: Account,
    changes: Sequence[str],
    now: datetime,
    reason: str = "",
) -> None:
    """Write the change down under the unit and the person, and tell the person."""
    details = {"person": person.login_name, "unit": grantor.unit.name, "changes": list(changes)}
    for stream in (grantor.unit.id, person.id):
        record_event(session, stream, "grant", grantor.actor, now, note=reason, details=details)
    values = {"单位": grantor.unit.name, "内容": "；".join(changes)}
    notify(session, [person], "grant_changed", values, LINK, now)

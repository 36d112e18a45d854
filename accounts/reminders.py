"""What people are told about authorisations that are about to end."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from accounts.granted import granters_of
from accounts.granting import LINK, Right
from clock import shanghai_day
from models.account import Account
from models.grant import Grant, effective_on
from models.notification import notify

DAYS_BEFORE = (30, 7)
TOLD_LATE = timedelta(days=7)  # what ended longer ago is no news


def remind_of_grants(session: Session, now: datetime) -> int:
    """Tell 30 and 7 days before an authorisation ends, and once after; returns how many were told of.

    The person and those who can authorise him anew are told, once for all rights of his in the unit.
    """
    day = shanghai_day(now)
    soon = effective_on(day) & (Grant.valid_to <= day + timedelta(days=max(DAYS_BEFORE)))
    over = (Grant.state == "active") & Grant.valid_to.between(day - TOLD_LATE, day - timedelta(days=1))
    query = select(Grant).where(or_(soon, over)).options(joinedload(Grant.unit), joinedload(Grant.grantee))
    due = [grant for grant in session.scalars(query) if _stage(grant, day) != grant.reminded_days]
    due.sort(key=lambda grant: _together(grant, day))
    for _, grants in groupby(due, key=lambda grant: _together(grant, day)):
        _remind(session, list(grants), day, now)
    return len(due)


def _stage(grant: Grant, day: date) -> int:
    """Return which reminder the day asks for: 30 or 7 days before, 0 when it is over."""
    left = (grant.valid_to - day).days
    return 0 if left < 0 else min(stage for stage in DAYS_BEFORE if left <= stage)


def _together(grant: Grant, day: date) -> tuple[uuid.UUID, uuid.UUID, date]:
    return grant.unit_id, grant.grantee_id, grant.valid_to


def _remind(session: Session, grants: Sequence[Grant], day: date, now: datetime) -> None:
    first = grants[0]
    values = {
        "单位": first.unit.name, "姓名": first.grantee.person_name, "截止日": f"{first.valid_to}",
        "内容": "、".join(Right(*grant.right).label for grant in grants),
        "天数": (first.valid_to - day).days,
    }  # fmt: skip
    stage = _stage(first, day)
    granters = [one for one in granters_of(session, first.unit, day) if one.id != first.grantee_id]
    name = "grant_expiring" if stage else "grant_expired"
    notify(session, [first.grantee], name, values, LINK, now)
    notify(session, granters, name, values, _link_to(first.grantee), now)
    for grant in grants:
        grant.reminded_days = stage


def _link_to(person: Account) -> str:
    return f"/grants/people/{person.id}"

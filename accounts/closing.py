"""注销: closing an account for good, after a fortnight in which its owner may think again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.erasing import anonymise
from accounts.granting import end_grants
from clock import shanghai_day
from forms.formats import show_long_date
from models.account import Account
from models.event import Actor, record_event
from models.filing import Filing
from models.grant import Grant, effective_on
from models.login_session import end_sessions
from models.moves import Status
from models.notification import notify
from models.unit import Unit

COOL_OFF = timedelta(days=15)
PAGE = "/account/closure"
WITH_AN_OFFICE = (Status.UNDER_REVIEW, Status.PUBLICITY)
REASON = "账号注销"


@dataclass(frozen=True)
class Blocker:
    """Something that has to be settled first: what, and where; empty where there is no page for it."""

    text: str
    path: str = ""
    words: str = ""


class NotClosed(Exception):
    """The account cannot be closed now; the message says why."""


def blockers(session: Session, account: Account, day: date) -> list[Blocker]:
    """List what stands in the way of closing the account."""
    if account.unit_id is not None:
        return _filings(session, Filing.unit_id == account.unit_id, "办结后才能注销单位账号")
    handled = "由您经办：办结后，或由单位在「申报交接」中交给同事后，才能注销"
    return _filings(session, Filing.handler_id == account.id, handled) + _only_his(session, account, day)


def _filings(session: Session, theirs: object, advice: str) -> list[Blocker]:
    query = select(Filing).where(theirs, Filing.status.in_(WITH_AN_OFFICE)).order_by(Filing.serial)  # type: ignore[arg-type]
    return [
        Blocker(f"「{filing.name}」的申报正在{filing.status_text}，{advice}", f"/filings/{filing.id}/receipt", "查看进度")
        for filing in session.scalars(query)
    ]  # fmt: skip


def _only_his(session: Session, account: Account, day: date) -> list[Blocker]:
    """Name the units in which nobody else has a right of his: no account of the unit's own, no colleague."""
    mine = session.scalars(select(Grant).where(Grant.grantee_id == account.id, effective_on(day))).all()
    units = {one.unit_id: one.unit for one in mine}
    living = select(Account.unit_id).where(Account.unit_id.in_(units), Account.state == "active")
    kept = set(session.scalars(living.where(Account.closes_at.is_(None))))
    others = select(Grant).where(Grant.unit_id.in_(units), Grant.grantee_id != account.id, effective_on(day))
    shared = {(one.unit_id, *one.right) for one in session.scalars(others)}
    alone = {
        one.unit_id: one
        for one in mine
        if one.unit_id not in kept and (one.unit_id, *one.right) not in shared
    }
    return [
        Blocker(f"只有您能为「{units[unit_id].name}」办理（{one.right_text}），请先授权一位同事，或请该单位找回法人账号",
                "/profile/units", "查看授权")
        for unit_id, one in alone.items()
    ]  # fmt: skip


def ask_closure(session: Session, account: Account, actor: Actor, at: datetime) -> None:
    """Begin the fortnight, with every session ended; raises NotClosed when something stands in the way."""
    if account.closes_at is not None or account.state != "active":
        raise NotClosed("已经在注销中，请刷新查看")
    if blockers(session, account, shanghai_day(at)):
        raise NotClosed("还有事项没有办完，请刷新查看")
    account.closes_at = at + COOL_OFF
    end_sessions(session, account.id, datetime.now(UTC))
    record_event(session, account.id, "ask_closure", actor, at)
    _tell(session, account, "closure_asked", at)


def cancel_closure(session: Session, account: Account, actor: Actor, at: datetime) -> None:
    """Let the account live on; raises NotClosed when it is not being closed."""
    if account.closes_at is None or account.state != "active":
        raise NotClosed("没有正在进行的注销，请刷新查看")
    _keep(session, account, actor, at)


def _keep(session: Session, account: Account, actor: Actor, at: datetime, why: str = "") -> None:
    account.closes_at = None
    record_event(session, account.id, "cancel_closure", actor, at, note=why)
    _tell(session, account, "closure_cancelled", at, why or "您已取消注销")


def close_account(session: Session, account: Account, actor: Actor, at: datetime) -> None:
    """Close an account whose fortnight is over.

    What came up meanwhile and stands in the way keeps it open, and its owner is told.
    """
    hindered = blockers(session, account, shanghai_day(at))
    if hindered:
        _keep(session, account, actor, at, hindered[0].text)
        return
    mine = Grant.unit_id == account.unit_id if account.unit_id else Grant.grantee_id == account.id
    grants = session.scalars(select(Grant).where(mine, Grant.state == "active")).all()
    end_grants(session, grants, actor, at, REASON)
    if account.unit is not None:
        _close_unit(session, account.unit, grants, actor, at)
    record_event(session, account.id, "close_account", actor, at)
    session.flush()  # its own record is numbered by now
    anonymise(session, account, actor, at)


def _close_unit(session: Session, unit: Unit, grants: Sequence[Grant], actor: Actor, at: datetime) -> None:
    """Let nobody act for the unit any more; what it filed stays."""
    unit.is_active = False
    record_event(session, unit.id, "close_unit", actor, at)
    people = {one.grantee_id: one.grantee for one in grants}
    notify(session, people.values(), "unit_closed", {"单位": unit.name}, "/profile/units", at)


def _tell(session: Session, account: Account, name: str, at: datetime, why: str = "") -> None:
    last = show_long_date(shanghai_day(account.closes_at)) if account.closes_at else ""
    values = {"登录名": account.login_name, "截止日": last, "原因": why}
    notify(session, [account], name, values, PAGE, at)

"""Storing accounts of an older system, a few hundred lines in one transaction."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from accounts.granting import longest
from accounts.imports.lines import Line
from accounts.imports.rules import Decision, Known, KnownUnit, decide
from clock import shanghai_day
from models.account import Account
from models.account_import import CONFLICT_TEXTS, AccountConflict, AccountImport, source_of
from models.activation import CLOSED
from models.event import Actor, record_event
from models.former_login_name import kept_login_names
from models.grant import Grant, right_text
from models.legacy_password import sealed
from models.notification import notify
from models.password import SCHEME
from models.service_permission import acquire
from models.unit import Unit, name_key
from models.uscc import wrong_with_uscc

ACTS = {"legal": "新建法人账号", "natural": "新建自然人账号并授权", "update": "已有账号", "none": "已转入过"}
SUFFIXES = 50  # as many owners of one login name nobody has
YEARS = 1  # as any authorisation that says nothing else
WRONG_CODE = "统一社会信用代码有误，实名认证时须更正"
NO_MOBILE = "没有手机号码，未能通知"


@dataclass(frozen=True)
class Outcome:
    """What became of a line, in words. `act` is one of ACTS."""

    line: Line
    act: str
    login_name: str
    remarks: tuple[str, ...]
    has_conflict: bool = False


def known_of(session: Session, lines: Sequence[Line]) -> Known:
    """Read what is there already of all that the lines speak of, in five statements."""
    known = Known()
    named = or_(
        Unit.uscc.in_([line.uscc for line in lines]),
        Unit.name_key.in_([name_key(line.name) for line in lines]),
    )
    units = session.execute(select(Unit.id, Unit.name, Unit.uscc).where(named)).all()
    owners: dict[uuid.UUID | None, list[str]] = {}
    held = select(Account.unit_id, Account.login_name).where(
        Account.unit_id.in_([unit.id for unit in units]), Account.state.notin_(("merged", CLOSED))
    )
    for unit_id, login_name in session.execute(held.order_by(Account.created_at, Account.login_name)):
        owners.setdefault(unit_id, []).append(login_name)
    for unit in units:
        known.add_unit(KnownUnit(unit.id, unit.name, unit.uscc, tuple(owners.get(unit.id, ()))))
    sources = [source_of(line.uscc, line.login_name) for line in lines]
    known.sources = set(
        session.scalars(select(AccountImport.source).where(AccountImport.source.in_(sources)))
    )
    fresh = {
        line.login_name.lower()
        for line in lines
        if source_of(line.uscc, line.login_name) not in known.sources
    }
    known.logins = _logins(session, fresh)
    return known


def _logins(session: Session, wanted: set[str]) -> set[str]:
    """Return which of the login names are taken, and of those also the ones with a suffix."""
    lower = func.lower(Account.login_name)
    taken = set(session.scalars(select(lower).where(lower.in_(wanted)))) | kept_login_names(session, wanted)
    suffixed = {f"{name}_{number}" for name in taken for number in range(2, SUFFIXES)}
    held = set(session.scalars(select(lower).where(lower.in_(suffixed))))
    return taken | held | kept_login_names(session, suffixed)


def rehearse(known: Known, lines: Iterable[Line]) -> list[Outcome]:
    """Say what would become of the lines; `known` learns from each, nothing is stored."""
    return [_outcome(line, decide(line, known), []) for line in lines]


def store(session: Session, lines: Sequence[Line], actor: Actor, now: datetime) -> list[Outcome]:
    """Take the lines over; raises IntegrityError when somebody took a name or a code at this moment."""
    known = known_of(session, lines)
    outcomes = [_store(session, line, decide(line, known), actor, now) for line in lines]
    session.flush()
    return outcomes


def _store(session: Session, line: Line, decision: Decision, actor: Actor, now: datetime) -> Outcome:
    if decision.unit is None:
        return _outcome(line, decision, [])
    if decision.act == "update":
        account, remarks = _complete(session, line, decision, actor, now)
    else:
        unit = _new_unit(line, decision.unit) if decision.is_new_unit else None
        account, remarks = _new_account(line, decision, now), []
        session.add_all([one for one in (unit, account) if one is not None])
        session.flush()  # what follows names them by id
        if decision.act == "natural":
            _authorise(session, line, account, decision.unit, actor, now)
        details = {"act": decision.act, "conflicts": [kind for kind, _, _ in decision.conflicts]}
        record_event(session, account.id, "import_account", actor, now, details=details)
        if decision.is_renamed:
            remarks += _tell_new_name(session, line, account, now)
    _note(session, line, decision, account, now)
    return _outcome(line, decision, remarks)


def _new_unit(line: Line, unit: KnownUnit) -> Unit:
    return Unit(
        id=unit.id, name=line.name, uscc=line.uscc, legal_representative="", region_code=line.region_code,
        address="", is_active=True,
    )  # fmt: skip


def _new_account(line: Line, decision: Decision, now: datetime) -> Account:
    account = Account(
        id=uuid.uuid4(), login_name=decision.login_name, account_type=decision.act, origin="torch_sync",
        person_name=line.person_name, password_hash="", password_changed_at=now, created_at=now,
        email=line.email or None,
    )  # fmt: skip
    if decision.act == "legal" and decision.unit is not None:
        account.unit_id = decision.unit.id
    if line.mobile:
        account.set_mobile(line.mobile, None)
    if line.password_scheme == SCHEME:
        account.password_hash = line.password_hash
    elif line.password_scheme:
        account.password_scheme, account.password_hash = sealed(
            line.password_scheme, line.password_hash, line.password_salt
        )
    return account


def _authorise(
    session: Session, line: Line, account: Account, unit: KnownUnit, actor: Actor, now: datetime
) -> None:
    """Let the person manage the unit and handle what came with him. Source: 科技部政务服务平台常见问题 三.1.4."""
    day = shanghai_day(now)
    rights = [("unit_admin", ""), ("unit_maintainer", ""), *(("item_handler", item) for item in line.items)]
    for role, item in rights:
        session.add(
            Grant(unit_id=unit.id, grantee_id=account.id, role=role, item=item, valid_from=day,
                  valid_to=longest(day, YEARS), granted_at=now)
        )  # fmt: skip
        if item:  # the unit used it in the older system already
            acquire(session, unit.id, item, None, now)
    session.flush()
    changes = [f"授予 {right_text(*right)}" for right in rights]
    details = {"person": account.login_name, "unit": unit.name, "changes": changes}
    for stream in (unit.id, account.id):
        record_event(session, stream, "grant", actor, now, note="原系统账号转入", details=details)
    owners = select(Account).where(Account.unit_id == unit.id, Account.state == "active")
    values = {"单位": unit.name, "登录名": account.login_name}
    notify(session, session.scalars(owners).all(), "account_imported", values, "/account/grants", now)


def _tell_new_name(session: Session, line: Line, account: Account, now: datetime) -> list[str]:
    """Tell the owner by SMS that his login name is another one now; he cannot read it on the site."""
    values = {"原登录名": line.login_name, "登录名": account.login_name}
    notify(session, [account], "login_name_changed", values, "/account/sessions", now)
    return [] if account.mobile else [NO_MOBILE]


def _complete(
    session: Session, line: Line, decision: Decision, actor: Actor, now: datetime
) -> tuple[Account, list[str]]:
    """Fill in what the account that is there lacks; what it has stays, its password above all."""
    account = session.scalars(
        select(Account).where(func.lower(Account.login_name) == decision.login_name.lower())
    ).one()
    filled = []
    if line.mobile and not account.mobile:
        account.set_mobile(line.mobile, None)
        filled.append("手机号码")
    for name, label in (("email", "电子邮箱"), ("person_name", "主代办人姓名")):
        if getattr(line, name) and not getattr(account, name):
            setattr(account, name, getattr(line, name))
            filled.append(label)
    if filled:
        record_event(session, account.id, "import_account", actor, now, details={"filled": filled})
    return account, [f"补充了{'、'.join(filled)}"] if filled else []


def _note(session: Session, line: Line, decision: Decision, account: Account, now: datetime) -> None:
    assert decision.unit is not None  # noqa: S101 - only a line that was taken over before has none
    unit_id = decision.unit.id
    source = source_of(line.uscc, line.login_name)
    session.add(AccountImport(source=source, account_id=account.id, unit_id=unit_id, imported_at=now))
    session.add_all(
        AccountConflict(account_id=account.id, unit_id=unit_id, kind=kind, said=said, found=found, recorded_at=now)
        for kind, said, found in decision.conflicts
    )  # fmt: skip


def _outcome(line: Line, decision: Decision, remarks: list[str]) -> Outcome:
    told = [f"{CONFLICT_TEXTS[kind]}：{found}" for kind, _, found in decision.conflicts]
    if decision.act in ("legal", "natural"):
        told += ["没有密码，须用短信重置"] if not line.password_scheme else []
        told += [WRONG_CODE] if decision.is_new_unit and wrong_with_uscc(line.uscc) else []
    return Outcome(line, decision.act, decision.login_name, (*told, *remarks), bool(decision.conflicts))

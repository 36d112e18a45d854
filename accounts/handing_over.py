"""交接 of filings: what is refused before anybody reviews it, and what an approval carries out.

Source: 科技部政务服务平台常见问题 二.6 (单位更名), 二.7 (人员离职).
"""

import re
import unicodedata
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.granted import granters_of
from clock import shanghai_day
from filings.submission import filing_no
from models.account import Account, account_named
from models.carrier import Carrier
from models.counter import next_number
from models.event import Actor, record_event
from models.filing import Filing
from models.former_name import FormerName, note_former_name, units_once_named
from models.grant import Grant, effective_on
from models.handover import Handover, HandoverFiling
from models.notification import notify
from models.person import Person
from models.service import INCUBATION
from models.two_reviews import WAITING
from models.unit import Unit, name_key, unit_named

MOST_FILINGS = 200
NO_GRANT = "没有本单位有效的“事项办理员”授权，请先在用户授权管理中授权，再申请交接"
NOT_VERIFIED = "还没有完成个人实名认证，请本人先认证，再申请交接"
_NUMBER = re.compile(r"[A-Z]{2,8}-([0-9]{4})-([0-9]{6})(?:-[0-9]{3}-[0-9A-Z]{4})?")


class HandoverRefused(Exception):
    """The request cannot be made like this; the message says why, `field` where."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def handlers_of(session: Session, unit: Unit) -> Sequence[Account]:
    """List who handles filings of the unit, also people who may act for it no more."""
    handling = select(Filing.handler_id).where(Filing.unit_id == unit.id)
    query = select(Account).where(Account.id.in_(handling)).order_by(Account.person_name, Account.login_name)
    return session.scalars(query).all()


def filings_of(session: Session, unit: Unit, handler: Account) -> Sequence[Filing]:
    """List the filings of the unit that the person handles, the newest first."""
    query = select(Filing).where(Filing.unit_id == unit.id, Filing.handler_id == handler.id)
    return session.scalars(query.order_by(Filing.serial.desc())).all()


def find_receiver(session: Session, unit: Unit, login_name: str, leaver: Account, day: date) -> Account:
    """Return who takes over, by login name. Raises HandoverRefused (example E18).

    A name that nobody has reads like one without authorisation, so that nobody learns who exists.
    """
    account = account_named(session, login_name)
    if account is not None and account.id == leaver.id:
        raise HandoverRefused("receiver", "接收人不能是移交人本人，请填写另一位同事的登录名")
    refused = NO_GRANT if account is None else why_not_receive(session, unit, account, day)
    if account is None or refused:
        raise HandoverRefused("receiver", f"「{login_name}」{refused}")
    return account


def why_not_receive(session: Session, unit: Unit, account: Account, day: date) -> str:
    """Say why the person cannot take filings of the unit over now; empty when he can."""
    valid = select(Grant.id).where(
        Grant.unit_id == unit.id, Grant.grantee_id == account.id, Grant.role == "item_handler",
        Grant.item == INCUBATION, effective_on(day),
    )  # fmt: skip
    if account.state != "active" or session.scalars(valid).first() is None:
        return NO_GRANT
    person = session.get(Person, account.id)
    return "" if person is not None and person.is_real_named else NOT_VERIFIED


@dataclass(frozen=True)
class Lost:
    """What a unit looks for after its name changed: under which unit, and which filings."""

    unit: Unit
    filings: Sequence[Filing]


def find_lost(session: Session, unit: Unit, former_name: str, numbers: str) -> Lost:
    """Find the filings that a unit filed under a former name, by their numbers or 版本号, one a line.

    Raises HandoverRefused; what exists elsewhere reads like what does not exist.
    """
    plain = unicodedata.normalize("NFKC", numbers).upper()
    typed = [word for word in re.split(r"[\s,;、]+", plain) if word]
    if not typed:
        raise HandoverRefused("numbers", "请填写申报编号，例如 ZCKJ-2021-000001，每行一个")
    if len(typed) > MOST_FILINGS:
        raise HandoverRefused("numbers", f"一次最多 {MOST_FILINGS} 份申报，现有 {len(typed)} 份，请分次申请")
    if malformed := [word for word in typed if not _NUMBER.fullmatch(word)]:
        raise HandoverRefused(
            "numbers", f"「{malformed[0]}」不是申报编号或版本号，例如 ZCKJ-2021-000001，每行一个"
        )
    serials = {int(found[2]): word for word in typed if (found := _NUMBER.fullmatch(word))}
    units = _units_named(session, former_name)
    known = {filing.serial: filing for filing in session.scalars(
        select(Filing).where(Filing.serial.in_(serials), Filing.unit_id.in_([unit.id, *(one.id for one in units)]))
    ) if _is_number_of(serials[filing.serial], filing)}  # fmt: skip
    own = [serials[serial] for serial, filing in known.items() if filing.unit_id == unit.id]
    if own:
        raise HandoverRefused("numbers", f"{'、'.join(sorted(own))} 已在本单位的申报列表中，不用申请关联")
    missing = [word for serial, word in serials.items() if serial not in known]
    if missing:
        raise HandoverRefused(
            "numbers", f"没有在「{former_name}」名下找到 {'、'.join(missing)}，请核对编号和原名称"
        )
    owners = {filing.unit_id for filing in known.values()}
    if len(owners) > 1:
        raise HandoverRefused("numbers", "这些申报在两个单位名下，请分两次申请")
    return Lost(session.get_one(Unit, owners.pop()), list(known.values()))


def _units_named(session: Session, name: str) -> list[Unit]:
    """Return the units that have the name, or had it before."""
    present = unit_named(session, name)
    return [*([present] if present else []), *units_once_named(session, name)]


def _is_number_of(word: str, filing: Filing) -> bool:
    return word.startswith(filing_no(filing))


def ask_transfer(
    session: Session, unit: Unit, leaver: Account, receiver: Account, filings: Sequence[Filing],
    statement: tuple[str, str], actor: Actor, at: datetime,
) -> Handover:  # fmt: skip
    """File the request that filings of a leaver go to a colleague; `statement`: file name and sha256."""
    _refuse_asked_before(session, filings)
    return _ask(session, "project_transfer", unit, filings, statement, actor, at, leaver_id=leaver.id,
                receiver_id=receiver.id)  # fmt: skip


def ask_relink(
    session: Session, unit: Unit, lost: Lost, former_name: str, login_names: str, statement: tuple[str, str],
    actor: Actor, at: datetime,
) -> Handover:  # fmt: skip
    """File the request that filings of a former name come to the renamed unit."""
    _refuse_asked_before(session, lost.filings)
    return _ask(session, "project_relink", unit, lost.filings, statement, actor, at, from_unit_id=lost.unit.id,
                former_name=former_name, new_name=unit.name, login_names=login_names)  # fmt: skip


def _refuse_asked_before(session: Session, filings: Iterable[Filing]) -> None:
    query = (
        select(Handover.case_no)
        .join(HandoverFiling)
        .where(Handover.state.in_(WAITING), HandoverFiling.filing_id.in_([filing.id for filing in filings]))
    )
    case_no = session.scalars(query).first()
    if case_no is not None:
        raise HandoverRefused("filings", f"所选申报已在交接申请 {case_no} 中，请等它办结或先撤回")


def _ask(
    session: Session, kind: str, unit: Unit, filings: Sequence[Filing], statement: tuple[str, str], actor: Actor,
    at: datetime, **details: object,
) -> Handover:  # fmt: skip
    name, sha256 = statement
    handover = Handover(
        id=uuid.uuid4(), kind=kind, case_no=f"JJ-{shanghai_day(at).year}-{next_number(session, 'handover'):06d}", unit_id=unit.id,
        applicant_id=actor.account_id, created_at=at, state="submitted", version=1, rounds=0, statement_name=name,
        statement_sha256=sha256, **details,
    )  # fmt: skip
    handover.parts = [HandoverFiling(filing_id=filing.id) for filing in filings]
    session.add(handover)
    session.flush()
    numbers = {"filings": [filing_no(filing) for filing in filings]}
    record_event(session, handover.id, "ask_handover", actor, at, to_status="submitted", details=numbers)
    return handover


def obstacles(session: Session, handover: Handover, day: date) -> list[str]:
    """List what forbids to carry the request out now, as things may have changed since it was made."""
    if handover.kind == "project_relink":
        stays = [one for one in handover.filings if one.unit_id != handover.from_unit_id]
        return [f"{filing_no(one)} 已不在原单位名下" for one in stays]
    gone = [f"{filing_no(one)} 已不由移交人办理" for one in handover.filings
            if one.handler_id != handover.leaver_id or one.unit_id != handover.unit_id]  # fmt: skip
    refused = why_not_receive(session, handover.unit, handover.receiver, day) if handover.receiver else ""
    return ([f"接收人{refused}"] if refused else []) + gone


def people_of_handover(session: Session, handover: Handover) -> list[Account]:
    """List whom the request is by or about: none of them decides about it."""
    concerned = [handover.applicant, handover.leaver, handover.receiver]
    return [account for account in concerned if account is not None]


def conclude_handover(session: Session, handover: Handover, actor: Actor, at: datetime) -> None:
    """Do what the second of two equal verdicts means, and tell everybody concerned; `obstacles` are the caller's."""
    if handover.state == "approved":
        carry_out = _relink if handover.kind == "project_relink" else _transfer
        carry_out(session, handover, actor, at)
    tell_handover(session, handover, at)


def _transfer(session: Session, handover: Handover, actor: Actor, at: datetime) -> None:
    assert handover.leaver is not None  # noqa: S101 - a transfer has both
    assert handover.receiver is not None  # noqa: S101
    words = f"{handover.leaver.person_name}（{handover.leaver.login_name}）→ {handover.receiver.person_name}（{handover.receiver.login_name}）"
    for filing in handover.filings:
        filing.handler_id = handover.receiver_id
        _note(session, filing, "hand_over", handover, words, actor, at)


def _relink(session: Session, handover: Handover, actor: Actor, at: datetime) -> None:
    """Let the filings be the renamed unit's, and the carriers of which nothing stays behind."""
    query = select(Account).where(Account.unit_id == handover.unit_id, Account.account_type == "legal")
    legal = session.scalars(query.order_by(Account.created_at)).first() or handover.applicant
    for filing in handover.filings:
        filing.unit_id, filing.handler_id = handover.unit_id, legal.id
        _note(session, filing, "relink", handover, f"{handover.former_name} → {handover.new_name}", actor, at)
    session.flush()
    for carrier_id in {filing.carrier_id for filing in handover.filings} - {None}:
        behind = select(func.count()).where(
            Filing.carrier_id == carrier_id, Filing.unit_id == handover.from_unit_id
        )
        if not session.scalar(behind):
            session.get_one(Carrier, carrier_id).operator_id = handover.unit_id
    known = select(FormerName.id).where(
        FormerName.unit_id == handover.unit_id, FormerName.name_key == name_key(handover.former_name)
    )
    if session.scalars(known).first() is None:
        note_former_name(session, handover.unit, handover.former_name, at)


def _note(
    session: Session, filing: Filing, act: str, handover: Handover, words: str, actor: Actor, at: datetime
) -> None:
    """Write into the history of the filing who had it before and who has it now."""
    record_event(session, filing.id, act, actor, at, note=words, details={"handover": handover.case_no})


def tell_handover(session: Session, handover: Handover, at: datetime) -> None:
    """Tell the unit, the former one too, and both people how the request stands."""
    day = shanghai_day(at)
    reason = f"原因：{handover.reason}。" if handover.reason else ""
    values = {"编号": handover.case_no, "事项": handover.kind_text, "结果": handover.state_text, "原因": reason,
              "份数": len(handover.parts)}  # fmt: skip
    unit = {
        account.id: account for account in [*granters_of(session, handover.unit, day), handover.applicant]
    }
    notify(session, unit.values(), "handover_result", values, f"/handovers/{handover.id}", at)
    others = [account for account in (handover.leaver, handover.receiver) if account is not None]
    if handover.from_unit is not None:
        others += granters_of(session, handover.from_unit, day)
    if handover.state == "approved":
        told = {one.id: one for one in others if one.id not in unit and one.state == "active"}
        notify(session, told.values(), "handover_result", values, "/account/notifications", at)

"""The gate before every service: asked in a fixed order, and whoever is stopped learns why and where to go."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import profile
from models.account import Account
from models.grant import Grant
from models.person import Person
from models.service import AUDIENCE_TEXTS, Service
from models.service_approval import report_of
from models.service_permission import acquire
from models.unit import Unit

# Verbatim. Source: 科技部政务服务平台常见问题 三.1.3.
PERSON_NOT_VERIFIED = (
    "您的个人信息没有实名认证，则需先实名认证个人信息才能进行下一步操作。请点击确定前往个人信息页面。"
)
UNIT_NOT_VERIFIED = (
    "您的法人信息没有实名认证，则需先实名认证法人信息才能进行下一步操作。请点击确定前往法人信息页面。"
)
THEIR_UNIT_NOT_VERIFIED = "您所代表的单位没有实名认证，请联系单位法人账号先完成法人实名认证。"
INCOMPLETE = "当法人单位基本信息、法人其他信息、主代办人信息都填写完整，才能进入该系统。还缺："
CLOSING = "账号正在注销，不能办理事项。需要继续使用的，请先取消注销。"
DISABLED = "单位已停用，请联系平台客服"
EXPIRED = "授权已过期，请联系单位法人账号重新授权"
PAPERS_CAME = "已登记，尚未开通。开通后会以消息通知，请稍后再来。"
NO_GRANT = "您没有该事项的办理权限，请联系单位管理员"


@dataclass(frozen=True)
class Visitor:
    """Who wants to enter, as the request knows him. `items`: what he may handle for the unit he acts for."""

    account: Account
    unit: Unit | None
    items: frozenset[str] = frozenset()

    @property
    def is_legal(self) -> bool:
        return self.account.account_type == "legal"


@dataclass(frozen=True)
class Stop:
    """Why somebody may not enter. `links`: what to mend, words and address each; `onward`: where 确定 leads."""

    code: str
    text: str
    onward: str = ""
    links: tuple[tuple[str, str], ...] = ()


def stop_at(session: Session, service: Service, visitor: Visitor, day: date) -> Stop | None:
    """Return the first thing that stands in the way, in the order of the platform; None: come in."""
    return (
        _closing(visitor)
        or _wrong_account(service, visitor)
        or _not_verified(session, service, visitor)
        or _incomplete(session, service, visitor)
        or _disabled(service, visitor)
        or _not_granted(session, service, visitor, day)
        or _not_approved(session, service, visitor)
    )


def _closing(visitor: Visitor) -> Stop | None:
    return Stop("E_CLOSING", CLOSING, "/account/closure") if visitor.account.closes_at is not None else None


def _wrong_account(service: Service, visitor: Visitor) -> Stop | None:
    account_type = visitor.account.account_type
    if account_type == service.audience or (service.audience == "both" and account_type != "staff"):
        return None
    words = AUDIENCE_TEXTS[service.audience]
    hint = f"，请使用{words}账号" if account_type != "staff" else ""
    return Stop("E_AUDIENCE", f"该事项仅限{words}办理{hint}")


def _not_verified(session: Session, service: Service, visitor: Visitor) -> Stop | None:
    if visitor.is_legal:
        verified = visitor.unit is not None and visitor.unit.is_real_named
        return None if verified else Stop("E_NOT_VERIFIED", UNIT_NOT_VERIFIED, "/profile/unit")
    person = session.get(Person, visitor.account.id)
    if person is None or not person.is_real_named:
        return Stop("E_NOT_VERIFIED", PERSON_NOT_VERIFIED, "/profile/person")
    if service.for_unit and visitor.unit is not None and not visitor.unit.is_real_named:
        return Stop("E_NOT_VERIFIED", THEIR_UNIT_NOT_VERIFIED)
    return None


def _incomplete(session: Session, service: Service, visitor: Visitor) -> Stop | None:
    if not service.needs_details or visitor.unit is None:
        return None
    links = tuple(
        (f"{sheet.label}：{label}", f"/profile/{sheet.name}#{name}")
        for sheet, record in _details(session, visitor.unit)
        for name, label in profile.missing_fields(sheet, record)
    )
    return Stop("E_INCOMPLETE", INCOMPLETE, links=links) if links else None


def _details(session: Session, unit: Unit) -> list[tuple[profile.Sheet, profile.Record]]:
    """Return the sheets of a unit with their records."""
    record = profile.record_of_unit(session, unit)
    sheets = [(profile.UNIT, record), (profile.OTHER, record)]
    legal = session.scalars(select(Account).where(Account.unit_id == unit.id)).first()
    if legal is not None:
        sheets.append((profile.AGENT, profile.record_of_person(session, legal)))
    return sheets


def _disabled(service: Service, visitor: Visitor) -> Stop | None:
    is_disabled = visitor.unit is not None and not visitor.unit.is_active
    return Stop("E_DISABLED", DISABLED) if is_disabled and service.for_unit else None


def _not_granted(session: Session, service: Service, visitor: Visitor, day: date) -> Stop | None:
    if visitor.is_legal or not service.for_unit or service.key in visitor.items:
        return None
    had = select(Grant.id).where(
        Grant.grantee_id == visitor.account.id, Grant.item == service.key, Grant.role == "item_handler",
        Grant.state == "active", Grant.valid_to < day,
    )  # fmt: skip
    if visitor.unit is not None:
        had = had.where(Grant.unit_id == visitor.unit.id)
    if session.scalars(had).first() is not None:
        return Stop("E_EXPIRED", EXPIRED)
    return Stop("E_NO_GRANT", NO_GRANT)


def _not_approved(session: Session, service: Service, visitor: Visitor) -> Stop | None:
    if not service.approval:
        return None
    subject = visitor.unit if service.approval == "unit" else visitor.account
    report = report_of(session, service.key, subject) if subject is not None else None
    if report is not None:
        return None if report.counts else Stop("E_NOT_APPROVED", PAPERS_CAME)
    links = (("办理材料", f"/services/{service.key}?info=papers"),) if "papers" in service.info else ()
    return Stop("E_NOT_APPROVED", service.refusal, links=links)


def enter(session: Session, service: Service, visitor: Visitor, by: uuid.UUID, now: datetime) -> None:
    """Note that somebody entered: with its first entry a unit acquires the service and may grant it."""
    if service.for_unit and visitor.unit is not None and visitor.is_legal:
        acquire(session, visitor.unit.id, service.key, by, now)

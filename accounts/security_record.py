"""安全记录: what happened to an account, as its owner is told; read from the events."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from models.base import UtcDateTime
from models.event import Event

PAGE_ROWS = 30
KINDS = {
    "sign_in": "登录", "failed": "登录失败", "password": "密码和找回", "contact": "手机和登录名", "factor": "二次验证",
    "grant": "授权", "session": "退出登录", "account": "账号状态",
}  # fmt: skip
# The act → the kind it is listed under, and how it is said.
ACTS = {
    "sign_in": ("sign_in", "登录"),
    "password_due": ("sign_in", "密码正确，须先修改密码"),
    "second_factor_due": ("sign_in", "密码正确，等待二次验证"),
    "enrolment_due": ("sign_in", "密码正确，须先设置二次验证"),
    "confirm_qr": ("sign_in", "确认二维码登录"),
    "refuse_qr": ("failed", "拒绝二维码登录"),
    "sign_in_failed": ("failed", "密码错误"),
    "factor_failed": ("failed", "二次验证失败"),
    "sign_in_refused": ("failed", "登录被拒绝，账号已停用或锁定"),
    "activate": ("password", "设置密码"),
    "demand_password": ("password", "原密码作废，须重新设置"),
    "change_password": ("password", "修改密码"),
    "renew_password": ("password", "修改到期的密码"),
    "ask_reset": ("password", "申请用短信重置密码"),
    "reset_password": ("password", "用短信重置密码"),
    "recover_account": ("password", "通过申诉找回账号"),
    "recover_password": ("password", "用申诉的链接设置密码"),
    "change_mobile": ("contact", "更换手机"),
    "change_login_name": ("contact", "修改登录名"),
    "turn_on_factor": ("factor", "启用二次验证"),
    "replace_factor": ("factor", "更换验证器"),
    "turn_off_factor": ("factor", "关闭二次验证"),
    "clear_factor": ("factor", "清除二次验证"),
    "renew_recovery_codes": ("factor", "重新生成恢复码"),
    "grant": ("grant", "授权变更"),
    "end_session": ("session", "退出一处登录"),
    "end_sessions": ("session", "退出全部登录"),
    "register": ("account", "注册"),
    "create_account": ("account", "开通账号"),
    "import_account": ("account", "由原系统转入"),
    "change_account": ("account", "修改资料"),
    "link_identity": ("account", "关联国家政务服务平台账号"),
    "unlink_identity": ("account", "解除国家政务服务平台账号"),
    "open_paper": ("account", "查看认证材料"),
    "show_id_number": ("account", "查看证件号码全文"),
    "disable": ("account", "停用账号"),
    "enable": ("account", "启用账号"),
    "request_closure": ("account", "提交单位账号注销申请"),
    "ask_closure": ("account", "申请注销账号"),
    "cancel_closure": ("account", "取消注销账号"),
    "order_data_copy": ("account", "申请个人信息副本"),
    "download_data_copy": ("account", "下载个人信息副本"),
}
WAYS = {"qr": "二维码登录", "federated": "国家政务服务平台账号"}
FACTOR_TEXTS = {"totp": "二次验证：动态验证码", "recovery": "二次验证：恢复码"}


@dataclass(frozen=True)
class Entry:
    """One line: what happened, from where, and what else there is to say. Empty where it is not known.

    The address and the device of somebody else who acted on the account are not his owner's business.
    """

    id: uuid.UUID
    at: datetime
    text: str
    is_own: bool
    is_alarming: bool
    device: str
    address: str
    remark: str


def security_record(
    session: Session, account_id: uuid.UUID, unit_id: uuid.UUID | None, kind: str = "",
    before: uuid.UUID | None = None,
) -> tuple[list[Entry], bool]:  # fmt: skip
    """Read a page of the record, the newest first, and whether older entries follow.

    `unit_id`: of a legal account its unit, whose authorisations are listed too. `before` is the entry after
    which to go on; one that is not in the record counts for nothing.
    """
    acts = [act for act, (of_kind, _) in ACTS.items() if kind in ("", of_kind)]
    query = select(Event).where(_concerns(account_id, unit_id), Event.act.in_(acts))
    last = _own(session, before, account_id, unit_id) if before else None
    if last is not None:
        query = query.where(tuple_(Event.at, Event.number, Event.id) < _place(last))
    newest = query.order_by(Event.at.desc(), Event.number.desc(), Event.id.desc()).limit(PAGE_ROWS + 1)
    found: Sequence[Event] = session.scalars(newest).all()
    return [_entry(event, account_id) for event in found[:PAGE_ROWS]], len(found) > PAGE_ROWS


def _own(
    session: Session, event_id: uuid.UUID, account_id: uuid.UUID, unit_id: uuid.UUID | None
) -> Event | None:
    return session.scalars(select(Event).where(Event.id == event_id, _concerns(account_id, unit_id))).first()


def _concerns(account_id: uuid.UUID, unit_id: uuid.UUID | None) -> ColumnElement[bool]:
    own = Event.stream_id == account_id
    return own if unit_id is None else or_(own, (Event.stream_id == unit_id) & (Event.act == "grant"))


def _place(event: Event) -> ColumnElement[tuple[datetime, int, uuid.UUID]]:
    return tuple_(
        literal(event.at, UtcDateTime()), literal(event.number), literal(event.id, Event.id.type)
    )  # fmt: skip


def _entry(event: Event, account_id: uuid.UUID) -> Entry:
    kind, text = ACTS[event.act]
    is_own = event.account_id == account_id
    return Entry(
        event.id, event.at, text, is_own, kind == "failed", event.details.get("browser", "") if is_own else "",
        event.address if is_own else "", _remark(event, is_own),
    )  # fmt: skip


def _remark(event: Event, is_own: bool) -> str:
    details = event.details
    if event.act == "sign_in":
        return WAYS.get(details.get("by", "")) or FACTOR_TEXTS.get(details.get("factor", ""), "")
    if event.act in ("confirm_qr", "refuse_qr", "end_session"):
        return f"{details.get('device', '')}，网络地址 {details.get('address') or '未知'}"
    if event.act in ("change_mobile", "change_login_name"):
        return f"{details.get('before') or '（无）'} 改为 {details.get('after')}"
    if event.act == "grant":
        return (
            f"{details.get('unit', '')}，{details.get('person', '')}：{'；'.join(details.get('changes', []))}"
        )
    return event.note if is_own else "，".join(part for part in ("由工作人员办理", event.note) if part)

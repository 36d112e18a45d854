"""What the platform holds about an account and who is behind it, as tables that its owner can read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from accounts.profile import (
    AGENT,
    NUMBERS,
    OTHER,
    PERSON,
    UNIT,
    Record,
    Sheet,
    history,
    record_of_person,
    record_of_unit,
)
from accounts.security_record import ACTS
from clock import SHANGHAI
from models.account import ACCOUNT_TYPE_TEXTS, Account
from models.activation import STATE_TEXTS
from models.appeal import PAPERS, Appeal, AppealPaper
from models.consent import DOCUMENTS, Consent
from models.event import Event
from models.filing import Filing
from models.former_login_name import former_login_names
from models.grant import Grant, right_text
from models.linked_identity import LinkedIdentity
from models.login_session import LoginSession
from models.moves import STATUS_TEXTS
from models.notification import Notification
from models.real_name import REAL_NAME_TEXTS
from models.second_factor import factor_of
from models.service import Follow, services
from models.verification import SLOTS, SUBJECT_TEXTS, Verification, VerificationFile

CASE_TEXTS = {
    "checking": "正在核验", "wants_papers": "待上传材料", "pending": "审核中", "passed": "通过", "failed": "未通过",
    "ended": "信息变更，已结束",
}  # fmt: skip
# What is written down about an account besides what 安全记录 shows; an act that is named nowhere shows its own name.
OTHER_ACTS = {
    "change_profile": "修改信息", "verify": "自动实名认证", "hand_in_papers": "提交认证材料",
    "verify_by_staff": "工作人员审核认证材料", "show_id_number": "工作人员查看证件号码",
    "open_paper": "工作人员打开上传的材料", "enter_service": "进入服务事项", "invite": "发送设置密码的链接",
}  # fmt: skip
ORIGINS = {"registered": "自行注册", "torch_sync": "火炬业务平台同步", "expert_sync": "外国专家系统同步",
           "program_center": "原国家科技计划项目申报中心", "admin_created": "由管理员开通"}  # fmt: skip


@dataclass(frozen=True)
class Section:
    """One table of a copy: the name of its file, its title, its heads, and its rows as texts."""

    name: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Paper:
    """One uploaded paper: where it belongs, how its owner named it, and the digest of what he uploaded."""

    place: str
    name: str
    sha256: str


def sections_of(session: Session, account: Account) -> list[Section]:
    """Read everything, in full: it is the owner's own. Source: 个人信息保护法 第四十五条."""
    return [
        _account(session, account), _sheets(session, account), _cases(session, account), _changes(session, account),
        _grants(session, account), _filings(session, account), _sessions(session, account),
        _acts(session, account), _consents(session, account), _appeals(session, account),
        _notices(session, account), _follows(session, account),
    ]  # fmt: skip


def papers_of(session: Session, account: Account) -> list[Paper]:
    """List the papers that were uploaded for the 实名认证 and for appeals, the newest last."""
    cases = (
        select(VerificationFile)
        .join(Verification)
        .where(_about(account))
        .order_by(VerificationFile.uploaded_at)
    )
    found = [
        Paper(f"实名认证-{SLOTS[one.case.subject][one.slot]}", one.name, one.sha256)
        for one in session.scalars(cases)
    ]
    appealed = (
        select(AppealPaper).join(Appeal).where(Appeal.account_id == account.id).order_by(Appeal.created_at)
    )
    return found + [
        Paper(f"申诉-{PAPERS[one.appeal.account_type][one.paper][0]}", one.name, one.sha256)
        for one in session.scalars(appealed)
    ]


def _about(account: Account) -> Any:
    mine = Verification.account_id == account.id
    return or_(mine, Verification.unit_id == account.unit_id) if account.unit_id else mine


def _account(session: Session, account: Account) -> Section:
    factor = factor_of(session, account.id)
    facts = {
        "登录名": account.login_name, "曾用登录名": "、".join(former_login_names(session, account)), "用户类型": ACCOUNT_TYPE_TEXTS[account.account_type],
        "姓名": account.person_name, "单位": account.unit.name if account.unit else "",
        "证件类型": account.id_type_text, "证件号码": account.id_number, "手机": account.mobile,
        "手机验证时间": _moment(account.mobile_verified_at), "电子邮箱": account.email,
        "账号来源": ORIGINS.get(account.origin, account.origin), "账号状态": STATE_TEXTS.get(account.state, account.state),
        "国家政务服务平台账号": "；".join(_links(session, account)),
        "创建时间": _moment(account.created_at), "密码修改时间": _moment(account.password_changed_at),
        "二次验证启用时间": _moment(factor.confirmed_at) if factor and factor.is_on else "未启用",
    }  # fmt: skip
    return _section("account", "账号", ("项目", "内容"), facts.items())


def _links(session: Session, account: Account) -> list[str]:
    """List what the platforms somebody signs in with call him, and since when."""
    linked = session.scalars(select(LinkedIdentity).where(LinkedIdentity.account_id == account.id))
    return [f"{one.external_id}，关联于 {_moment(one.linked_at)}" for one in linked]


def _sheets(session: Session, account: Account) -> Section:
    rows: list[tuple[str, str, str]] = []
    person = record_of_person(session, account)
    if account.account_type == "natural":
        rows += _answers(PERSON, person)
    if account.unit is not None:
        unit = record_of_unit(session, account.unit)
        rows += [*_answers(UNIT, unit), *_answers(OTHER, unit), *_answers(AGENT, person)]
    if account.account_type != "staff" and person.subject is not None:
        rows.append(("实名认证", "状态", REAL_NAME_TEXTS[person.subject.real_name_state]))
    return _section("profile", "我的信息", ("所属", "项目", "内容"), rows)


def _answers(sheet: Sheet, record: Record) -> list[tuple[str, str, str]]:
    values = [(field, record.get(field.name)) for field in sheet.form()]
    return [
        (sheet.label, field.label.text, value if field.name in NUMBERS else field.show(value))
        for field, value in values if value not in (None, False)
    ]  # fmt: skip


def _cases(session: Session, account: Account) -> Section:
    query = select(Verification).where(_about(account)).order_by(Verification.opened_at)
    rows = [
        (SUBJECT_TEXTS[one.subject], _moment(one.opened_at), CASE_TEXTS[one.state], _moment(one.handed_in_at),
         _moment(one.decided_at or one.checked_at), one.reason)
        for one in session.scalars(query)
    ]  # fmt: skip
    return _section("real_name", "实名认证记录", ("对象", "开始", "结果", "提交材料", "办结", "原因"), rows)


def _changes(session: Session, account: Account) -> Section:
    streams = [one for one in (account.id, account.unit_id) if one is not None]
    rows = [
        (_moment(event.at), event.note, label, before, after)
        for stream in streams for event in history(session, stream)
        for label, (before, after) in event.details.items()
    ]  # fmt: skip
    return _section("changes", "信息更新记录", ("时间", "所属", "项目", "原来", "改为"), rows)


def _grants(session: Session, account: Account) -> Section:
    mine = Grant.grantee_id == account.id
    query = select(Grant).where(or_(mine, Grant.unit_id == account.unit_id) if account.unit_id else mine)
    rows = [
        (one.unit.name, one.grantee.login_name, right_text(*one.right), _day(one.valid_from), _day(one.valid_to),
         "有效" if one.state == "active" else "停用", _moment(one.ended_at), one.reason)
        for one in session.scalars(
            query.options(joinedload(Grant.unit), joinedload(Grant.grantee)).order_by(Grant.valid_from, Grant.id)
        )
    ]  # fmt: skip
    heads = ("单位", "被授权人", "权限", "起", "止", "状态", "停用时间", "原因")
    return _section("grants", "授权", heads, rows)


def _filings(session: Session, account: Account) -> Section:
    """List the filings in whose record the account acted, or whose answers it saved last, under whatever name."""
    names = [account.login_name.lower(), *former_login_names(session, account)]
    acted = (
        select(Event.stream_id, func.min(Event.at).label("first"), func.max(Event.at).label("last"), func.count().label("acts"))
        .where(Event.account_id == account.id).group_by(Event.stream_id).subquery()
    )  # fmt: skip
    query = (
        select(Filing, acted.c.first, acted.c.last, acted.c.acts)
        .outerjoin(acted, acted.c.stream_id == Filing.id)
        .where(or_(acted.c.stream_id.is_not(None), func.lower(Filing.updated_by).in_(names)))
        .options(joinedload(Filing.batch), joinedload(Filing.unit)).order_by(Filing.created_at)
    )  # fmt: skip
    rows = [
        (filing.name, filing.unit.name, filing.batch.name, STATUS_TEXTS[filing.status], _moment(first), _moment(last),
         str(acts or 0))
        for filing, first, last, acts in session.execute(query)
    ]  # fmt: skip
    heads = ("名称", "运营主体", "批次", "状态", "最早办理", "最近办理", "办理次数")
    return _section("filings", "经办的申报", heads, rows)


def _sessions(session: Session, account: Account) -> Section:
    query = (
        select(LoginSession).where(LoginSession.account_id == account.id).order_by(LoginSession.created_at)
    )
    rows = [
        (_moment(one.created_at), _moment(one.seen_at), _moment(one.ended_at), one.address, one.browser,
         "是" if one.is_public_computer else "否")
        for one in session.scalars(query)
    ]  # fmt: skip
    heads = ("登录时间", "最近使用", "退出时间", "网络地址", "浏览器", "公共电脑")
    return _section("sign_ins", "登录", heads, rows)


def _acts(session: Session, account: Account) -> Section:
    """List the record of the account; where somebody else acted from is not its owner's business."""
    texts = OTHER_ACTS | {act: text for act, (_, text) in ACTS.items()}
    query = select(Event).where(Event.stream_id == account.id).order_by(Event.number)
    rows = [
        (_moment(one.at), texts.get(one.act, one.act), one.actor_name,
         one.address if one.account_id in (account.id, None) else "", one.note)
        for one in session.scalars(query)
    ]  # fmt: skip
    return _section("acts", "账号的操作记录", ("时间", "操作", "经办", "网络地址", "说明"), rows)


def _consents(session: Session, account: Account) -> Section:
    query = select(Consent).where(Consent.account_id == account.id).order_by(Consent.given_at)
    rows = [
        (DOCUMENTS[one.document][0], one.edition, _moment(one.given_at), one.address)
        for one in session.scalars(query)
    ]
    return _section("consents", "同意记录", ("文件", "版本", "时间", "网络地址"), rows)


def _appeals(session: Session, account: Account) -> Section:
    query = select(Appeal).where(Appeal.account_id == account.id).order_by(Appeal.created_at)
    rows = [
        (one.case_no, _moment(one.created_at), one.state_text, _moment(one.decided_at), one.reason)
        for one in session.scalars(query)
    ]
    return _section("appeals", "申诉", ("编号", "提交时间", "状态", "办结时间", "原因"), rows)


def _notices(session: Session, account: Account) -> Section:
    query = (
        select(Notification).where(Notification.account_id == account.id).order_by(Notification.created_at)
    )
    rows = [
        (_moment(one.created_at), one.title, one.text, _moment(one.read_at)) for one in session.scalars(query)
    ]
    return _section("notices", "消息", ("时间", "标题", "内容", "阅读时间"), rows)


def _follows(session: Session, account: Account) -> Section:
    query = select(Follow).where(Follow.account_id == account.id).order_by(Follow.created_at)
    known = services()
    rows = [
        (known[one.item].name if one.item in known else one.item, _moment(one.created_at))
        for one in session.scalars(query)
    ]
    return _section("follows", "关注的事项", ("事项", "关注时间"), rows)


def _section(name: str, title: str, heads: tuple[str, ...], rows: Iterable[Sequence[Any]]) -> Section:
    plain = tuple(tuple("" if cell is None else str(cell) for cell in row) for row in rows)
    return Section(name, title, heads, plain)


def _moment(value: datetime | None) -> str:
    return "" if value is None else value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def _day(value: date | None) -> str:
    return "" if value is None else value.isoformat()

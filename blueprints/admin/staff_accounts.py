"""Accounts of staff: opened by an administrator, given a password by nobody but their owner."""

import uuid
from datetime import UTC, datetime
from typing import Any

from flask import abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from accounts.security_record import ACTS
from blueprints.access import actor, me, role
from blueprints.admin import blueprint
from blueprints.admin.paging import page_of
from blueprints.idempotency import made_before, remember, was_done
from blueprints.ids import read_id
from extensions import clock, db
from forms.base import Refusal
from forms.second_factor import ClearingForm
from forms.staff_account import DisablingForm, OfficeAccountForm, OperatorAccountForm, StaffChangeForm
from models import activation
from models.account import STAFF_ROLE_TEXTS, Account
from models.activation import PENDING, STATE_TEXTS
from models.delivery import Delivery
from models.event import Event
from models.filing import Filing
from models.login_session import end_sessions
from models.moves import IllegalMove, Status
from models.office import Office
from models.second_factor import clear, factor_of
from models.staff_account import change_staff_account, is_name_free, open_staff_account

EVENTS_SHOWN = 20
# As the owner of an account reads them, and what he does not.
ACT_TEXTS = {act: text for act, (_, text) in ACTS.items()} | {"invite": "发送设置密码的链接"}


@blueprint.get("/staff-accounts")
@role("system_admin")
def staff_accounts() -> str:
    """Search the accounts of staff by name or login name, those of one office by `office`."""
    words, office = request.args.get("q", "").strip(), request.args.get("office", type=uuid.UUID)
    query = select(Account).where(Account.account_type == "staff").options(joinedload(Account.office))
    if words:
        found = Account.person_name.contains(words, autoescape=True)
        query = query.where(found | (func.lower(Account.login_name) == words.lower()))
    if office:
        query = query.where(Account.office_id == office)
    return render_template(
        "admin/staff_accounts.html", found=page_of(query.order_by(Account.login_name)), words=words,
        office=db.session.get(Office, office) if office else None, states=STATE_TEXTS, roles=STAFF_ROLE_TEXTS,
    )  # fmt: skip


@blueprint.get("/staff-accounts/new")
@role("system_admin")
def new_staff_account() -> str:
    """Show the form of an account: a reviewer of `office`, or somebody without one."""
    office = _office(request.args.get("office", ""))
    return _new_page(_new_form(office), office)


@blueprint.post("/staff-accounts")
@role("system_admin")
def add_staff_account() -> ResponseReturnValue:
    """Open an account and send its owner the link to set the password."""
    office = _office(request.form.get("office", ""))
    form = _new_form(office, request.form)
    made_id = made_before()
    if made_id is None:
        account = _opened(form, office) if form.accepts() else None
        if account is None:
            return _new_page(form, office), 422
        _invite(account)
        made_id = account.id
        remember(made_id)
        db.session.commit()
    return redirect(url_for("admin.staff_account", account_id=made_id), 303)


@blueprint.get("/staff-accounts/<uuid:account_id>")
@role("system_admin")
def staff_account(account_id: uuid.UUID) -> str:
    """Show an account: its state, what was sent to its owner, what happened to it."""
    account = _account(account_id)
    return _page(account, StaffChangeForm(obj=_names_only(account)), DisablingForm())


@blueprint.post("/staff-accounts/<uuid:account_id>")
@role("system_admin")
def save_staff_account(account_id: uuid.UUID) -> ResponseReturnValue:
    """Change name or addresses."""
    account, form = _account(account_id), StaffChangeForm(request.form)
    if not form.accepts():
        return _page(account, form, DisablingForm()), 422
    if not was_done():
        change_staff_account(db.session(), account, form.data, actor(), clock.now())
        remember(account_id)
        db.session.commit()
    return redirect(url_for("admin.staff_account", account_id=account_id, saved=1), 303)


@blueprint.post("/staff-accounts/<uuid:account_id>/invitation")
@role("system_admin")
def invite_again(account_id: uuid.UUID) -> ResponseReturnValue:
    """Send another link; the one before ends."""
    account = _account(account_id)
    if not was_done():
        try:
            _invite(account)
        except IllegalMove:
            abort(409, "这个账号不在等待设置密码，可能已设置好或已停用，请刷新查看。")
        remember(account_id)
        db.session.commit()
    return redirect(url_for("admin.staff_account", account_id=account_id), 303)


@blueprint.post("/staff-accounts/<uuid:account_id>/password-demand")
@role("system_admin")
def demand_staff_password(account_id: uuid.UUID) -> ResponseReturnValue:
    """Void the password of somebody who forgot it, and send him a link to set another."""
    account = _account(account_id)
    if was_done():
        return redirect(url_for("admin.staff_account", account_id=account_id), 303)
    if account_id == me().account_id:
        abort(409, "这是您正在使用的账号，请用「修改密码」。")
    try:
        activation.demand_password(db.session(), account, actor(), clock.now())
        _invite(account)
    except IllegalMove:
        abort(409, "这个账号没有在用的密码，可能正在等待设置或已停用，请刷新查看。")
    remember(account_id)
    db.session.commit()
    return redirect(url_for("admin.staff_account", account_id=account_id), 303)


@blueprint.post("/staff-accounts/<uuid:account_id>/disabling")
@role("system_admin")
def disable_staff_account(account_id: uuid.UUID) -> ResponseReturnValue:
    """Close an account at once, its sessions included."""
    account, form = _account(account_id), DisablingForm(request.form)
    if was_done():
        return redirect(url_for("admin.staff_account", account_id=account_id), 303)
    if account_id == me().account_id:
        abort(409, "不能停用您正在使用的账号，请由另一位系统管理员办理。")
    if not form.accepts():
        return _page(account, StaffChangeForm(obj=_names_only(account)), form), 422
    try:
        activation.disable(db.session(), account, form["reason"].data, actor(), clock.now())
    except IllegalMove:
        abort(409, "这个账号已经停用。")
    remember(account_id)
    db.session.commit()
    return redirect(url_for("admin.staff_account", account_id=account_id), 303)


@blueprint.post("/staff-accounts/<uuid:account_id>/second-factor/removal")
@role("system_admin")
def clear_second_factor(account_id: uuid.UUID) -> ResponseReturnValue:
    """Take the second factor of somebody who lost it away; he sets up another at the next sign-in."""
    account, form = _account(account_id), ClearingForm(request.form)
    if was_done():
        return redirect(url_for("admin.staff_account", account_id=account_id), 303)
    if account_id == me().account_id:
        abort(409, "不能清除您自己的二次验证。换手机请用「二次验证」页面，丢失的请由另一位系统管理员办理。")
    if not form.accepts():
        return _page(account, StaffChangeForm(obj=_names_only(account)), DisablingForm(), form), 422
    try:
        clear(db.session(), account, form["clearing_reason"].data, actor(), clock.now())
    except IllegalMove:
        abort(409, "这个账号没有启用二次验证，请刷新查看。")
    end_sessions(db.session(), account_id, datetime.now(UTC))
    remember(account_id)
    db.session.commit()
    return redirect(url_for("admin.staff_account", account_id=account_id), 303)


@blueprint.post("/staff-accounts/<uuid:account_id>/enabling")
@role("system_admin")
def enable_staff_account(account_id: uuid.UUID) -> ResponseReturnValue:
    """Open an account again; sessions that ended stay ended."""
    account = _account(account_id)
    if not was_done():
        try:
            activation.enable(db.session(), account, actor(), clock.now())
        except IllegalMove:
            abort(409, "这个账号没有停用。")
        remember(account_id)
        db.session.commit()
    return redirect(url_for("admin.staff_account", account_id=account_id), 303)


def _account(account_id: uuid.UUID) -> Account:
    """Return an account of staff, else answer 404: those of units and persons are not the administrator's."""
    account = db.session.get(Account, account_id, with_for_update=request.method == "POST")
    if account is None or account.account_type != "staff":
        abort(404)
    return account


def _office(text: str) -> Office | None:
    """Return the office of this id; None when none is named, 404 when there is no such office."""
    if not text:
        return None
    office_id = read_id(text) or abort(404)
    return db.session.get(Office, office_id) or abort(404)


def _new_form(office: Office | None, typed: Any = None) -> OfficeAccountForm:
    return OfficeAccountForm(typed) if office else OperatorAccountForm(typed)


def _opened(form: OfficeAccountForm, office: Office | None) -> Account | None:
    """Return the new account; None when the name is taken, which the form says."""
    if is_name_free(db.session(), form["login_name"].data):
        try:
            return open_staff_account(db.session(), form.data, office, actor(), clock.now())
        except IntegrityError:  # somebody was faster by a moment
            db.session.rollback()
    form["login_name"].errors = [Refusal("E_LOGIN_NAME_TAKEN", "登录名已存在，请换一个")]
    return None


def _invite(account: Account) -> None:
    site = current_app.config["SETTINGS"].public_url
    activation.invite(db.session(), account, site, "系统管理员", actor(), clock.now())


def _names_only(account: Account) -> Any:
    """Return what the form of a change shows: never the addresses."""
    return type("Names", (), {"person_name": account.person_name})


def _new_page(form: OfficeAccountForm, office: Office | None) -> str:
    return render_template("admin/staff_account_new.html", form=form, office=office)


def _page(
    account: Account, form: StaffChangeForm, closing: DisablingForm, clearing: ClearingForm | None = None
) -> str:
    session = db.session()
    factor = factor_of(session, account.id)
    sent = select(Delivery).where(Delivery.account_id == account.id, Delivery.name == "activation")
    events = select(Event).where(Event.stream_id == account.id).order_by(Event.number.desc())
    at_hand = select(func.count()).where(
        Filing.assignee_id == account.id, Filing.status == Status.UNDER_REVIEW
    )
    return render_template(
        "admin/staff_account.html", account=account, form=form, closing=closing, is_me=account.id == me().account_id,
        factor=factor if factor and factor.is_on else None, clearing=clearing or ClearingForm(),
        is_pending=account.state == PENDING, state=STATE_TEXTS[account.state], role=STAFF_ROLE_TEXTS[account.staff_role or ""],
        deliveries=session.scalars(sent.order_by(Delivery.created_at.desc()).limit(4)).all(),
        events=session.scalars(events.limit(EVENTS_SHOWN)).all(), acts=ACT_TEXTS, at_hand=session.scalar(at_hand),
    )  # fmt: skip

"""国家政务服务平台账号登录: off to the other platform, back, and in with the account that is linked.

The way back is a GET and stores nothing: a page says who came, and its button signs in, links or registers.
"""

import hmac
import time
import uuid
from datetime import UTC, datetime, timedelta

from flask import abort, current_app, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from sqlalchemy.exc import IntegrityError

from accounts.federation import count_as_verified, matching_account
from adapters.federation import INSTEAD, FederatedLogin, NotFederated, new_state
from blueprints.access import public, streams
from blueprints.account import blueprint
from blueprints.account.arriving import Arrived, arrived, forget, keep
from blueprints.account.attempt import Refused, refusal_of
from blueprints.account.devices import device_name
from blueprints.account.entry import STEPS, begin_step
from blueprints.account.passes import owner
from blueprints.account.places import province_of
from blueprints.account.proofs import refused_password
from blueprints.account.registering import PLACE
from blueprints.account.safe_next import safe_next
from blueprints.account.signing_in import go_to, sign_in_page, signed_in_response
from blueprints.idempotency import remember, was_done
from blueprints.limits import at_most, waiting_text
from extensions import clock, db
from models.account import Account
from models.event import record_event
from models.id_rules import plain_id_number
from models.linked_identity import LinkedIdentity, link, link_of_account, link_of_identity
from models.registration import Registration, Taken, begin, search
from models.second_factor import has_factor
from models.uscc import plain_uscc
from models.verification_code import PAUSE, proves, send_code

STATE = "federation"  # in the signed cookie
STATE_SECONDS = 600
NOT_OURS = f"这次登录已经过期，或者不是在这个浏览器里开始的。请重新点击“国家政务服务平台账号登录”，{INSTEAD}"
HAS_ANOTHER = "您的账号已关联另一个国家政务服务平台账号。请先用登录名和密码登录，在“登录记录”中解除关联。"
AT_ONCE = "这个账号或国家政务服务平台账号刚刚在别处关联过。请重新点击“国家政务服务平台账号登录”。"
WRONG_PASSWORD = "密码不正确，请重新输入"  # noqa: S105
WRONG_CODE = "验证码错误或已过期，请核对短信，或重新获取"


def federation() -> FederatedLogin:
    """Return the platform of this installation; 404 where there is none."""
    found: FederatedLogin | None = current_app.extensions["federated_login"]
    return found or abort(404)


@blueprint.get("/login/federated")
@public
def federated() -> ResponseReturnValue:
    """Send the browser to the other platform."""
    state = new_state()
    try:
        address = federation().begin(state)
    except NotFederated as refused:
        return _not_federated(refused)
    next_path = safe_next(request.args.get("next"))
    session[STATE] = {"state": state, "until": int(time.time()) + STATE_SECONDS, "next": next_path or ""}
    return redirect(address, 303)


@blueprint.get("/login/federated/return")
@public
@at_most(60, timedelta(minutes=15))
def federated_return() -> ResponseReturnValue:
    """Read what the browser brought back; only what this browser began counts, and once."""
    begun = session.pop(STATE, None)
    platform = federation()
    is_mine = begun and hmac.compare_digest(begun["state"].encode(), request.args.get("state", "").encode())
    if not is_mine or begun["until"] < time.time():
        return _not_federated(NotFederated(NOT_OURS))
    db.start_reading()  # nobody waits while another platform is asked
    try:
        identity = platform.finish(request.args)
    except NotFederated as refused:
        return _not_federated(refused)
    keep(identity, begun["next"] or None)
    return redirect(url_for("account.federated_identity"), 303)


@blueprint.get("/login/federated/identity")
@public
def federated_identity() -> ResponseReturnValue:
    """Say who came, and what can be done: sign in, link, or register."""
    came = arrived()
    return _page(came) if came else _start_anew()


@blueprint.post("/login/federated")
@public
def federated_sign_in() -> ResponseReturnValue:
    """Sign in with the account that is linked."""
    came = arrived()
    linked = _linked(came) if came else None
    if came is None or linked is None:
        return _start_anew()
    account = db.session.get(Account, linked.account_id, with_for_update=True) or abort(404)
    return _admit(account, linked, came)


@blueprint.post("/login/federated/code")
@public
def federated_code() -> ResponseReturnValue:
    """Send a code to the mobile of the account that may be linked."""
    came = arrived()
    account = _unlinked_match(came) if came else None
    if came is None or account is None or not account.mobile:
        return _start_anew()
    sent_to = account.id.hex
    if was_done(sent_to, within=PAUSE.window):
        return redirect(url_for("account.federated_identity", sent=1), 303)
    wait = None
    if (refused := _why_not(account, came)) is None:
        wait = send_code(db.session(), "link", account.mobile, datetime.now(UTC), clock.now(), account)
    if not refused and not wait:
        remember(about=sent_to)
    db.session.commit()
    if refused or wait:
        text = (
            refused.message
            if refused
            else f"验证码发送过于频繁，请 {waiting_text(wait or timedelta())}后再试"
        )
        return _page(came, text), 422
    return redirect(url_for("account.federated_identity", sent=1), 303)


@blueprint.post("/login/federated/link")
@public
@streams
def federated_link() -> ResponseReturnValue:
    """Link the account when its password or a code sent to its mobile is right, and sign in."""
    came = arrived()
    account = _unlinked_match(came) if came else None
    if came is None or account is None:
        return _start_anew()
    if refused := _why_not(account, came) or _unproven(account):
        return _page(came, refused.message, field=refused.field), refused.status
    db.start_writing()
    if (account := _unlinked_match(came)) is None:
        return _start_anew()
    account = db.session.get(Account, account.id, with_for_update=True) or abort(404)
    try:
        with db.session().begin_nested():
            linked = _link(account, came)
    except IntegrityError:
        db.session.rollback()
        return _page(came, AT_ONCE), 409
    return _admit(account, linked, came)


@blueprint.post("/login/federated/registration")
@public
def federated_registration() -> ResponseReturnValue:
    """Begin a registration with what the other platform has checked; what it has not is typed as ever."""
    came = arrived()
    if came is None or _linked(came) is not None or _unlinked_match(came) is not None:
        return _start_anew()
    registration = _checked_registration(came)
    if registration is None:
        return redirect(url_for("account.register_search", account_type=came.identity.account_type), 303)
    try:
        search(db.session(), registration)
    except Taken as taken:
        return _page(came, taken=taken), 422
    begin(db.session(), registration, datetime.now(UTC))
    forget()
    session[PLACE] = registration.id.hex
    db.session.commit()
    return redirect(url_for("account.register_mobile"), 303)


def _linked(came: Arrived) -> LinkedIdentity | None:
    return link_of_identity(db.session(), came.identity.provider, came.identity.external_id)


def _unlinked_match(came: Arrived) -> Account | None:
    """Return the account that the identity may be linked to; None while it is linked to any, or nobody's."""
    return matching_account(db.session(), came.identity) if _linked(came) is None else None


def _why_not(account: Account, came: Arrived) -> Refused | None:
    if refused := refusal_of(account):
        return refused
    has_another = link_of_account(db.session(), came.identity.provider, account.id) is not None
    return Refused(HAS_ANOTHER, 409) if has_another else None


def _unproven(account: Account) -> Refused | None:
    """Say why the proof is none; None when it is one. Commits the try."""
    if "code" in request.form:
        db.start_writing()
        typed = request.form["code"].strip()
        is_right = proves(db.session(), "link", account.mobile or "", typed, datetime.now(UTC))
        db.session.commit()
        return None if is_right else Refused(WRONG_CODE, field="code")
    why_not = refused_password(account, request.form.get("password", ""), WRONG_PASSWORD)
    return Refused(why_not, field="password") if why_not else None


def _link(account: Account, came: Arrived) -> LinkedIdentity:
    identity = came.identity
    return link(
        db.session(), account, identity.provider, identity.external_id, identity.assurance, owner(account),
        clock.now(),
    )  # fmt: skip


def _admit(account: Account, linked: LinkedIdentity, came: Arrived) -> Response:
    """Let the owner of the account in, unless it is disabled or locked, or a code of its second factor comes first."""
    now = clock.now()
    if refused := refusal_of(account):
        record_event(db.session(), account.id, "sign_in_refused", owner(account), now, details=_way())
        db.session.commit()
        return make_response(_page(came, refused.message), refused.status)
    linked.used_at, linked.assurance = now, came.identity.assurance
    count_as_verified(db.session(), account, came.identity, owner(account), now)
    forget()
    if has_factor(db.session(), account.id):
        record_event(db.session(), account.id, "second_factor_due", owner(account), now, details=_way())
        computer = request.form.getlist("computer")
        begin_step(account, "second_factor", next=came.next_path or "", computer=computer)
        db.session.commit()
        return go_to(url_for(STEPS["second_factor"]))
    record_event(db.session(), account.id, "sign_in", owner(account), now, details=_way())
    return signed_in_response(account, came.next_path)


def _way() -> dict[str, str]:
    return {"by": "federated", "browser": device_name()}


def _checked_registration(came: Arrived) -> Registration | None:
    """Return a registration of what was checked; None where a person must type it."""
    identity = came.identity
    common = {"id": uuid.uuid4(), "account_type": identity.account_type, "name": identity.name,
              "provider": identity.provider, "external_id": identity.external_id,
              "assurance": identity.assurance}  # fmt: skip
    if not identity.is_checked or not identity.name:
        return None
    if identity.account_type == "natural":
        number = plain_id_number(identity.id_number)
        return Registration(**common, id_type=identity.id_type, id_number=number) if number else None
    uscc = plain_uscc(identity.uscc)
    province_code = province_of(db.session(), uscc)
    return Registration(**common, uscc=uscc, province_code=province_code) if province_code else None


def _page(came: Arrived, refused: str = "", *, field: str = "", taken: Taken | None = None) -> str:
    linked = _linked(came)
    account = linked.account if linked else matching_account(db.session(), came.identity)
    return render_template(
        "account/federated.html", identity=came.identity, linked=linked, account=account, refused=refused,
        field=field, taken=taken, sent=request.args.get("sent"),
    )  # fmt: skip


def _not_federated(refused: NotFederated) -> Response:
    """Show the sign-in page with the reason and the way on."""
    return make_response(sign_in_page(refused=Refused(str(refused))), 422)


def _start_anew() -> ResponseReturnValue:
    return (
        _not_federated(NotFederated(NOT_OURS))
        if request.method == "GET"
        else redirect(url_for("account.federated_identity"), 303)
    )

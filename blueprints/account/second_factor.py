"""二次验证 of one's own account: set up, replaced, given new recovery codes, turned off."""

from datetime import UTC, datetime

import segno
from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import update
from werkzeug.datastructures import ImmutableMultiDict

from blueprints.access import actor, me, signed_in, streams
from blueprints.account import blueprint
from blueprints.account.attempt import Refused
from blueprints.account.entry import must_have_factor
from blueprints.account.proofs import WRONG_FIRST_CODE, refused_password, used_code
from blueprints.idempotency import remember, was_done
from extensions import clock, db
from forms.base import Refusal
from forms.second_factor import FactorForm, ProofForm
from models.account import Account
from models.login_session import LoginSession, end_sessions
from models.moves import IllegalMove
from models.recovery_code import are_recovery_codes, count_recovery_codes
from models.second_factor import (
    begin_enrolment,
    confirm_enrolment,
    enrolment_link,
    factor_of,
    has_factor,
    renew_recovery_codes,
    turn_off,
)

ADDRESS = "/account/second-factor"


@blueprint.get(ADDRESS)
@signed_in
def second_factor() -> str:
    """Say whether there is a second factor, and what may be done about it."""
    return _page(_form())


@blueprint.post(f"{ADDRESS}/enrolment")
@signed_in
@streams
def begin_factor() -> ResponseReturnValue:
    """Make a secret for an authenticator, the first one or one in place of another."""
    form = _form(request.form)
    if not was_done() and not _is_proven(form):
        return _page(form), 422
    if not was_done():  # nor by its twin, while the password was looked at
        begin_enrolment(db.session(), me().account, datetime.now(UTC))
        remember()
        db.session.commit()
    return redirect(url_for("account.enrolment"), 303)


@blueprint.get(f"{ADDRESS}/enrolment")
@signed_in
def enrolment() -> ResponseReturnValue:
    """Show the secret, as a QR code and as text, while it waits for its first code."""
    return enrolment_page(me().account, "menu.html") or redirect(url_for("account.second_factor"), 303)


@blueprint.post(ADDRESS)
@signed_in
def confirm_factor() -> ResponseReturnValue:
    """Take the first code of the authenticator and show the recovery codes; other sessions end."""
    account, now = me().account, datetime.now(UTC)
    try:
        codes = confirm_enrolment(
            db.session(), account, request.form.get("code", ""), actor(), now, clock.now()
        )
    except IllegalMove:
        return redirect(url_for("account.second_factor", over=1), 303)
    if codes is None:
        page = enrolment_page(account, "menu.html", WRONG_FIRST_CODE)
        return (page or abort(409)), 422
    end_sessions(db.session(), account.id, now, but=me().session_id)
    mine = update(LoginSession).where(LoginSession.id == me().session_id)
    db.session.execute(mine.values(has_second_factor=True))
    db.session.commit()
    return recovery_codes_page(codes, "menu.html", url_for("account.second_factor"))


@blueprint.post(f"{ADDRESS}/recovery-codes")
@signed_in
@streams
def renew_codes() -> ResponseReturnValue:
    """Give out new recovery codes; the former ones are worth nothing."""
    _demand_factor()
    form = _form(request.form)
    if not _is_proven(form):
        return _page(form), 422
    codes = renew_recovery_codes(db.session(), me().account, actor(), clock.now())
    db.session.commit()
    return recovery_codes_page(codes, "menu.html", url_for("account.second_factor"), is_new=False)


@blueprint.post(f"{ADDRESS}/recovery-codes/text")
@signed_in
def recovery_codes_text() -> ResponseReturnValue:
    """Send the codes that the page shows back as a file; only a page that shows them knows them."""
    codes = request.form.get("codes", "").split()[:20]
    if not are_recovery_codes(db.session(), me().account_id, codes):
        abort(409, "这些恢复码已经更换或用过，请重新生成。")
    lines = [f"孵化申报 恢复码，登录名 {me().login_name}，每个只能用一次", "", *codes, ""]
    response = make_response("\r\n".join(lines))
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return response


@blueprint.post(f"{ADDRESS}/removal")
@signed_in
@streams
def remove_factor() -> ResponseReturnValue:
    """Turn the second factor off."""
    if was_done():
        return redirect(url_for("account.second_factor", off=1), 303)
    _demand_factor()
    form, account = _form(request.form), me().account
    if must_have_factor(account):
        abort(409, "工作人员账号必须启用二次验证，不能关闭。换手机的请用「更换验证器」。")
    if not _is_proven(form):
        return _page(form), 422
    if not was_done():  # nor by its twin, while the password was looked at
        turn_off(db.session(), me().account, actor(), clock.now())
        remember()
        db.session.commit()
    return redirect(url_for("account.second_factor", off=1), 303)


def enrolment_page(account: Account, layout: str, refused: str = "") -> str | None:
    """Render the secret that waits for its first code; None when none does."""
    factor = factor_of(db.session(), account.id)
    if factor is None or not factor.is_being_enrolled(datetime.now(UTC)):
        return None
    secret = factor.next_secret or ""
    picture = segno.make(enrolment_link(account, secret), error="m", micro=False)
    return render_template(
        "account/enrolment.html", layout=layout, account=account, refused=refused,
        groups=[secret[at : at + 4] for at in range(0, len(secret), 4)],
        picture=picture.svg_data_uri(scale=4, border=2, light="white"),
    )  # fmt: skip


def recovery_codes_page(codes: list[str], layout: str, onward: str, *, is_new: bool = True) -> str:
    """Render the codes, this once; `onward` is where to go when they are kept, `is_new` says that these are the first."""
    return render_template(
        "account/recovery_codes.html", layout=layout, codes=codes, onward=onward, is_new=is_new
    )


def _demand_factor() -> None:
    if not has_factor(db.session(), me().account_id):
        abort(409, "二次验证没有启用，请刷新页面查看。")


def _form(typed: ImmutableMultiDict[str, str] | None = None) -> FactorForm:
    return ProofForm(typed) if has_factor(db.session(), me().account_id) else FactorForm(typed)


def _is_proven(form: FactorForm) -> bool:
    """Judge the password and, where there is a second factor, a code; a code is used up by a right password only."""
    account = me().account
    if not form.accepts():
        return False
    if text := refused_password(account, form["present"].data):
        form["present"].errors = [Refusal("E_PASSWORD_PRESENT", text)]
        return False
    db.start_writing()
    if was_done():  # sent twice at once
        return True
    if not has_factor(db.session(), account.id):
        return not isinstance(form, ProofForm)  # turned off in another window meanwhile
    if not isinstance(form, ProofForm):
        return False
    try:
        used_code(account, form["code"].data or "")
    except Refused as refused:
        if was_done():  # sent twice at once, and the other one used the code up
            return True
        form["code"].errors = [Refusal("E_CODE", refused.message)]
        return False
    return True


def _page(form: FactorForm) -> str:
    account = me().account
    factor = factor_of(db.session(), account.id)
    return render_template(
        "account/second_factor.html", form=form, factor=factor if factor and factor.is_on else None,
        codes_left=count_recovery_codes(db.session(), account.id), is_required=must_have_factor(account),
    )  # fmt: skip

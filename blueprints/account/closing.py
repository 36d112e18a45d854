"""注销: asking for it with password and code, and thinking again for a fortnight."""

from datetime import UTC, datetime

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accounts.closing import COOL_OFF, NotClosed, ask_closure, blockers, cancel_closure
from blueprints.access import actor, me, open_while_closing, signed_in, streams
from blueprints.account import blueprint
from blueprints.account.closing_unit import unit_page
from blueprints.account.proofs import refused_password
from blueprints.account.signing_in import signed_out
from blueprints.grant.granting import today
from blueprints.idempotency import remember, was_done
from blueprints.limits import waiting_text
from extensions import clock, db
from forms.base import Refusal
from forms.closure import ClosureForm, UnitClosureForm
from models.account import Account
from models.verification_code import PAUSE, proves, send_code


@blueprint.get("/account/closure")
@signed_in
@open_while_closing
def closure() -> str:
    """Say what closing means, what stands in its way, or until when one may think again."""
    account = _own()
    return unit_page(UnitClosureForm()) if account.unit_id else _page(account, ClosureForm())


@blueprint.post("/account/closure/code")
@signed_in
def send_closure_code() -> ResponseReturnValue:
    """Send a code to the mobile of the account."""
    account = _person()
    if not was_done(within=PAUSE.window):
        if blockers(db.session(), account, today()) or account.closes_at is not None or not account.mobile:
            return _page(account, ClosureForm()), 422
        wait = send_code(db.session(), "close", account.mobile, datetime.now(UTC), clock.now(), account)
        if wait is not None:
            db.session.commit()
            return _page(account, ClosureForm(), f"验证码发送过于频繁，请 {waiting_text(wait)}后再试"), 422
        remember()
        db.session.commit()
    return redirect(url_for("account.closure", sent=1), 303)


@blueprint.post("/account/closure")
@signed_in
@streams
def begin_closure() -> ResponseReturnValue:
    """Begin the fortnight, and sign out everywhere."""
    account, form = _person(), ClosureForm(request.form)
    if not form.accepts() or not _knows_password(account, form):
        return _page(_person(), form), 422
    db.start_writing()
    if was_done():  # sent twice at once; later it finds the session over, and errors.py asks for the key
        return _closing()
    if not _has_code(account, form):
        return _page(_person(), form), 422
    try:
        ask_closure(db.session(), _locked(account.id), actor(), clock.now())
    except NotClosed as refused:
        db.session.rollback()
        return _page(_person(), ClosureForm(), str(refused)), 422
    remember()
    db.session.commit()
    return _closing()


def _closing() -> ResponseReturnValue:
    return signed_out(done="closure", account_type="natural")


def _knows_password(account: Account, form: ClosureForm) -> bool:
    if text := refused_password(account, form["present"].data):
        form["present"].errors = [Refusal("E_PASSWORD_PRESENT", text)]
    return not form.errors


def _has_code(account: Account, form: ClosureForm) -> bool:
    """Judge the code, which is spent only with the right password and together with the act; a wrong one counts."""
    if proves(db.session(), "close", account.mobile or "", form["code"].data, datetime.now(UTC)):
        return True
    db.session.commit()
    form["code"].errors = [Refusal("E_CODE", "验证码错误或已过期，请核对短信，或重新获取")]
    return False


@blueprint.post("/account/closure/cancellation")
@signed_in
@open_while_closing
def stop_closure() -> ResponseReturnValue:
    """Think again: the account lives on."""
    if not was_done():
        try:
            cancel_closure(db.session(), _locked(_own().id), actor(), clock.now())
        except NotClosed as refused:
            db.session.rollback()
            account = _own()
            page = (
                unit_page(UnitClosureForm(), str(refused))
                if account.unit_id
                else _page(account, ClosureForm(), str(refused))
            )
            return page, 422
        remember()
        db.session.commit()
    return redirect("/", 303)


def _own() -> Account:
    """Return one's own account; those of the staff are closed by the administrator."""
    return me().account if me().account_type != "staff" else abort(404)


def _person() -> Account:
    """Return the account of a natural person; a unit needs its seal."""
    return _own() if me().account_type == "natural" else abort(404)


def _locked(account_id: object) -> Account:
    return db.session.get(Account, account_id, with_for_update=True, populate_existing=True) or abort(404)


def _page(account: Account, form: ClosureForm, refused: str = "") -> str:
    is_sent = bool(request.args.get("sent")) or (request.method == "POST" and "code" in request.form)
    return render_template(
        "account/closure.html", account=account, form=form, refused=refused, is_sent=is_sent, days=COOL_OFF.days,
        blockers=blockers(db.session(), account, today()) if account.closes_at is None else [],
    )  # fmt: skip

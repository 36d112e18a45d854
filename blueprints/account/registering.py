"""Registration (用户注册) in four steps: who, searched for, mobile and account, done.

What was searched for and proven waits in a row of its own; the browser holds its id in a signed cookie.
"""

import uuid
from datetime import UTC, date, datetime, timedelta

from flask import abort, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from accounts.inviting import accept
from blueprints.access import public, streams
from blueprints.account import blueprint
from blueprints.account.arriving import attach_identity, count_registration, name_of_arrived
from blueprints.account.challenge import is_right_captcha, show_new_challenge, shown_challenge
from blueprints.account.passes import owner
from blueprints.account.places import places_in, provinces
from blueprints.idempotency import made_before, remember, was_done
from blueprints.limits import wait_of_address, waiting_text
from clock import shanghai_day
from extensions import clock, db
from forms.admin import AdminForm
from forms.base import Refusal
from forms.recovery import CodeForm
from forms.registration import (
    MobileForm,
    PersonAccountForm,
    PersonForm,
    unit_account_form,
    unit_form,
)
from models.consent import DOCUMENTS
from models.password import hash_password
from models.password_rules import password_rules
from models.registration import Registration, Taken, begin, check_mobile, complete, search
from models.throttle import Limit
from models.verification_code import PAUSE, proves, send_code

SEARCHES = Limit(tries=10, window=timedelta(hours=1), block=timedelta(hours=1))
CODES = Limit(tries=100, window=timedelta(hours=1), block=timedelta(hours=1))
PLACE = "registration"  # in the signed cookie


@blueprint.get("/register")
@public
def register() -> str:
    """Ask who registers."""
    return render_template("account/register.html")


@blueprint.get("/register/<any(natural, legal):account_type>")
@public
def register_search(account_type: str) -> ResponseReturnValue:
    """Ask whom to look for before anybody types more."""
    return _search_page(account_type, _search_form(account_type), kind=request.args.get("captcha", "picture"))


@blueprint.post("/register/<any(natural, legal):account_type>")
@public
def register_searched(account_type: str) -> ResponseReturnValue:
    """Look whether there is an account already, and go on when there is none."""
    form = _search_form(account_type)
    if not _is_accepted(form):
        return _search_page(account_type, form), 422
    if made_id := made_before():
        return _found_nobody(made_id)
    refused = _search_refusal()
    db.session.commit()  # the captcha is spent and the search counted whatever comes of it
    if refused:
        return _search_page(account_type, form, refused=refused[0]), refused[1]
    db.start_writing()
    registration = Registration(account_type=account_type, **form.data)
    try:
        search(db.session(), registration)
    except Taken as taken:
        return _search_page(account_type, form, taken=taken), 422
    registration.id = uuid.uuid4()
    attach_identity(registration)
    begin(db.session(), registration, datetime.now(UTC))
    remember(registration.id)
    db.session.commit()
    return _found_nobody(registration.id)


def _found_nobody(registration_id: uuid.UUID) -> ResponseReturnValue:
    """Go on with a registration, in the browser that searched."""
    session[PLACE] = registration_id.hex
    return redirect(url_for("account.register_mobile"), 303)


@blueprint.get("/register/mobile")
@public
def register_mobile() -> ResponseReturnValue:
    """Ask for a mobile, or for the code that was sent to it."""
    registration = _registration()
    if registration is None:
        return _start_anew()
    return _mobile_page(registration, MobileForm(obj=registration), CodeForm())


@blueprint.post("/register/mobile")
@public
def register_send_code() -> ResponseReturnValue:
    """Send a code to the mobile."""
    registration, form = _registration(), MobileForm(request.form)
    if registration is None:
        return _start_anew()
    if not form.accepts():
        return _mobile_page(registration, form, CodeForm()), 422
    if not was_done(registration.id.hex, within=PAUSE.window):
        if refused := _send(registration, form["mobile"].data):
            db.session.commit()
            form["mobile"].errors = [Refusal("E_MOBILE", refused)]
            return _mobile_page(registration, form, CodeForm()), 422
        remember(about=registration.id.hex)
        db.session.commit()
    return redirect(url_for("account.register_mobile", sent=1), 303)


@blueprint.post("/register/mobile/code")
@public
def register_prove_mobile() -> ResponseReturnValue:
    """Take the code and go on to the account."""
    registration, form = _registration(), CodeForm(request.form)
    if registration is None:
        return _start_anew()
    if registration.mobile_proved_at is None and form.accepts():
        now = datetime.now(UTC)
        if proves(db.session(), "register", registration.mobile or "", form["code"].data, now):
            registration.mobile_proved_at = now
        else:
            form["code"].errors = [Refusal("E_CODE", "验证码错误或已过期，请核对短信，或重新获取")]
        db.session.commit()
    if registration.mobile_proved_at is None:
        return _mobile_page(registration, MobileForm(obj=registration), form), 422
    return redirect(url_for("account.register_account"), 303)


@blueprint.get("/register/account")
@public
def register_account() -> ResponseReturnValue:
    """Ask for what the account is made of."""
    registration = _proven()
    if registration is None:
        return _start_anew()
    return _account_page(registration, _account_form(registration))


@blueprint.post("/register/account")
@public
@streams
def register_complete() -> ResponseReturnValue:
    """Make the account, once."""
    registration = _proven()
    if registration is None:
        return _start_anew()
    form = _account_form(registration)
    rules = password_rules(current_app.config["SETTINGS"])
    if not form.accepts_all(rules, _personal(registration), _today()):
        return _account_page(registration, form), 422
    db.start_reading()  # nobody waits for a lock while the password is hashed
    password_hash = hash_password(form["password"].data)
    db.start_writing()
    registration = _proven() or abort(409)
    about = registration.id.hex
    try:
        if not was_done(about) and registration.account_id is None:
            _complete(registration, form, password_hash)
            remember(about=about)
    except Taken as taken:
        db.session.rollback()
        return _refused_account(_proven() or abort(409), form, taken), 422
    db.session.commit()
    return redirect(url_for("account.registered"), 303)


def _complete(registration: Registration, form: PersonAccountForm, password_hash: str) -> None:
    """Make the account, and tell the unit that invited its owner."""
    now, address = clock.now(), request.remote_addr or ""
    account = complete(db.session(), registration, form.answers(), password_hash, now, address)
    count_registration(registration, account, now)
    if registration.invitation is not None:
        accept(db.session(), registration.invitation, account, owner(account), now)


@blueprint.get("/register/done")
@public
def registered() -> ResponseReturnValue:
    """Say that the account is there; the page may be opened again as often as one likes."""
    registration = _registration()
    if registration is None or registration.account is None:
        return _start_anew()
    return render_template("account/register_done.html", registration=registration)


@blueprint.get("/register/<any(terms, privacy):document>")
@public
def register_document(document: str) -> str:
    """Show what one agrees to, with its edition."""
    title, edition = DOCUMENTS[document]
    return render_template(f"account/{document}.html", document_title=title, edition=edition)


def _registration() -> Registration | None:
    """Return the registration of this browser; None when there is none or its time is over."""
    found = db.session.get(Registration, uuid.UUID(hex=session[PLACE])) if PLACE in session else None
    return found if found is not None and found.expires_at > datetime.now(UTC) else None


def _proven() -> Registration | None:
    registration = _registration()
    return registration if registration is not None and registration.mobile_proved_at else None


def _start_anew() -> ResponseReturnValue:
    return redirect(url_for("account.register", over=1), 303)


def _search_form(account_type: str) -> AdminForm:
    form = PersonForm if account_type == "natural" else unit_form(provinces(db.session()))
    if request.method == "POST":
        return form(request.form)
    return form(None, data={"name": name_of_arrived(account_type)})


def _is_accepted(form: AdminForm) -> bool:
    return form.accepts_on(_today()) if isinstance(form, PersonForm) else form.accepts()


def _search_refusal() -> tuple[str, int] | None:
    """Return why the search is not made, with a status; None when it is."""
    now = datetime.now(UTC)
    if not is_right_captcha(request.form.get("captcha", ""), now):
        return "验证码错误", 422
    wait = wait_of_address("search", SEARCHES)
    return (f"检索次数过多，请 {waiting_text(wait)}后再试", 429) if wait else None


def _send(registration: Registration, mobile: str) -> str:
    """Send a code to the mobile and note it as the one to prove, or say why not."""
    if wait := wait_of_address("codes", CODES):
        return f"获取验证码次数过多，请 {waiting_text(wait)}后再试"
    try:
        check_mobile(db.session(), mobile)
    except Taken as taken:
        return taken.message
    if wait := send_code(db.session(), "register", mobile, datetime.now(UTC), clock.now()):
        return f"验证码发送过于频繁，请 {waiting_text(wait)}后再试"
    registration.mobile, registration.mobile_proved_at = mobile, None
    return ""


def _account_form(registration: Registration) -> PersonAccountForm:
    typed = request.form if request.method == "POST" else None
    if not registration.is_legal:
        return PersonAccountForm(typed)
    places = places_in(db.session(), registration.province_code or "")
    registered_in = (registration.uscc or "")[2:8]  # most units still are where they were registered
    known = {"region_code": registered_in} if registered_in in dict(places) else None
    return unit_account_form(places)(typed, data=known)


def _personal(registration: Registration) -> list[str | None]:
    return [registration.mobile, registration.uscc, registration.id_number]


def _today() -> date:
    return shanghai_day(clock.now())


def _search_page(
    account_type: str, form: AdminForm, *, kind: str = "", refused: str = "", taken: Taken | None = None
) -> str:
    """Render the search with a new captcha of the kind the browser had."""
    shown = shown_challenge()
    kind = kind or (shown.kind if shown else "picture")
    return render_template(
        "account/register_search.html", account_type=account_type, form=form, taken=taken, notice=refused,
        refused={"field": "captcha"} if refused == "验证码错误" else None,
        captcha=show_new_challenge("sum" if kind == "sum" else "picture"),
    )  # fmt: skip


def _mobile_page(registration: Registration, form: MobileForm, code: CodeForm) -> str:
    return render_template("account/register_mobile.html", registration=registration, form=form, code=code)


def _refused_account(registration: Registration, form: PersonAccountForm, taken: Taken) -> str:
    if taken.field in form:
        form[taken.field].errors = [Refusal("E_TAKEN", taken.message)]
        return _account_page(registration, form)
    return _account_page(registration, form, taken)


def _account_page(registration: Registration, form: PersonAccountForm, taken: Taken | None = None) -> str:
    return render_template(
        "account/register_account.html", registration=registration, form=form, taken=taken,
        rules=password_rules(current_app.config["SETTINGS"]),
    )  # fmt: skip

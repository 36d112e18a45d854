"""申诉找回, the applicant's side: prove a mobile, say who one is, hand papers in, and ask how it stands."""

import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import public, streams, takes_up_to
from blueprints.account import blueprint
from blueprints.account.challenge import is_right_captcha, show_new_challenge, shown_challenge
from blueprints.filing.files import stored
from blueprints.idempotency import made_before, remember, was_done
from blueprints.limits import at_most, wait_of_address, waiting_text
from blueprints.received import received_pdf
from clock import shanghai_day
from extensions import clock, db, keyring
from files.admission import Admitted
from files.refusals import Refused as NotAdmitted
from filings.editing import store_file
from forms.admin import AdminForm
from forms.appeal import AppealForm, QueryForm, UnitAppealForm
from forms.base import Refusal
from forms.recovery import CodeForm
from forms.registration import MobileForm
from models.appeal import PAPERS, Appeal, appeal_of, submit_appeal
from models.throttle import Limit
from models.verification_code import PAUSE, proves, send_code

LARGEST = 14 * 1024 * 1024  # four papers of 3 MB
SECONDS = 3600
CODES = Limit(tries=20, window=timedelta(hours=1), block=timedelta(hours=1))
TYPES = "<any(natural, legal):account_type>"
NOT_SENT = "申诉编号和手机号一致的，验证码已发送"


@blueprint.get("/account/appeal")
@public
def appeal() -> str:
    """Ask whose account it is, or which appeal."""
    return render_template("account/appeal.html")


@blueprint.get(f"/account/appeal/{TYPES}")
@public
def appeal_mobile(account_type: str) -> str:
    """Ask for the mobile that the result goes to."""
    return _mobile_page(account_type, MobileForm())


@blueprint.post(f"/account/appeal/{TYPES}")
@public
def appeal_send_code(account_type: str) -> ResponseReturnValue:
    """Send a code to the mobile."""
    form = MobileForm(request.form)
    if not form.accepts():
        return _mobile_page(account_type, form), 422
    if not was_done(within=PAUSE.window):
        if refused := _refusal() or _send("appeal", form["mobile"].data):
            db.session.commit()
            return _mobile_page(account_type, form, refused), 422
        remember()
        db.session.commit()
    _keep("appeal", mobile=keyring.seal(form["mobile"].data), has_proved=False)
    return redirect(url_for("account.appeal_papers", account_type=account_type), 303)


@blueprint.get(f"/account/appeal/{TYPES}/papers")
@public
def appeal_papers(account_type: str) -> ResponseReturnValue:
    """Ask for the code, then for the person and the papers."""
    kept = _kept("appeal")
    if kept is None:
        return redirect(url_for("account.appeal_mobile", account_type=account_type), 303)
    if not kept["has_proved"]:
        return _code_page(url_for("account.appeal_prove", account_type=account_type), CodeForm())
    return _appeal_page(account_type, _form(account_type))


@blueprint.post(f"/account/appeal/{TYPES}/code")
@public
def appeal_prove(account_type: str) -> ResponseReturnValue:
    """Take the code."""
    kept, form = _kept("appeal"), CodeForm(request.form)
    if kept is None:
        return redirect(url_for("account.appeal_mobile", account_type=account_type), 303)
    if not (was_done(kept["mobile"]) or _proves("appeal", kept["mobile"], form)):
        return _code_page(request.path, form), 422
    _keep("appeal", mobile=kept["mobile"], has_proved=True)
    return redirect(url_for("account.appeal_papers", account_type=account_type), 303)


@blueprint.post(f"/account/appeal/{TYPES}/papers")
@public
@streams
@takes_up_to(LARGEST)
@at_most(10, timedelta(hours=1))
def submit(account_type: str) -> ResponseReturnValue:
    """Take the appeal in, whole or not at all."""
    kept, form = _kept("appeal"), _form(account_type)
    if made_id := made_before():
        return _received(made_id)
    if kept is None or not kept["has_proved"]:
        return redirect(url_for("account.appeal_mobile", account_type=account_type), 303)
    is_accepted = form.accepts_on(shanghai_day(clock.now()))
    papers, refusals = _papers(account_type) if is_accepted else ({}, {})
    if not is_accepted or refusals:
        return _appeal_page(account_type, form, refusals), 422
    db.start_writing()
    if made_id := made_before():  # sent twice at once
        return _received(made_id)
    for _, admitted in papers.values():
        store_file(db.session(), stored(admitted))
    made = submit_appeal(
        db.session(), account_type, form.answers(), keyring.open(kept["mobile"]),
        {paper: (name, admitted.sha256) for paper, (name, admitted) in papers.items()},
        request.remote_addr or "", clock.now(),
    )  # fmt: skip
    made_id = made.id
    remember(made_id)
    db.session.commit()
    return _received(made_id)


def _received(appeal_id: uuid.UUID) -> ResponseReturnValue:
    """Show the appeal to the browser that has just proven its mobile; any other is asked for a code."""
    kept = _kept("appeal")
    if kept is not None and kept["has_proved"]:
        _keep("appeal_query", appeal=appeal_id.hex, has_proved=True, mobile="")
        session.pop("appeal", None)
    return redirect(url_for("account.appeal_status", received=1), 303)


@blueprint.get("/account/appeal/query")
@public
def appeal_query() -> str:
    """Ask which appeal."""
    return _query_page(QueryForm())


@blueprint.post("/account/appeal/query")
@public
def appeal_queried() -> ResponseReturnValue:
    """Send a code to the mobile of the appeal; the answer is the same when there is no such appeal."""
    form = QueryForm(request.form)
    if not form.accepts():
        return _query_page(form), 422
    is_done, mobile = was_done(within=PAUSE.window), form["mobile"].data
    if not is_done and (refused := _refusal()):
        db.session.commit()
        return _query_page(form, refused), 422
    found = appeal_of(db.session(), form["case_no"].data.upper(), mobile)
    if not is_done:
        if found is not None:
            _send("query", mobile)  # how long to wait would tell that there is one
        remember()
        db.session.commit()
    _keep("appeal_query", appeal=found.id.hex if found else "", has_proved=False, mobile=keyring.seal(mobile))
    return redirect(url_for("account.appeal_status"), 303)


@blueprint.get("/account/appeal/status")
@public
def appeal_status() -> ResponseReturnValue:
    """Say how the appeal stands, after the code."""
    kept = _kept("appeal_query")
    if kept is None:
        return redirect(url_for("account.appeal_query"), 303)
    if not kept["has_proved"]:
        return _code_page(url_for("account.appeal_query_prove"), CodeForm(), NOT_SENT)
    found = db.session.get(Appeal, uuid.UUID(hex=kept["appeal"]))
    return render_template("account/appeal_status.html", appeal=found)


@blueprint.post("/account/appeal/status")
@public
def appeal_query_prove() -> ResponseReturnValue:
    """Take the code and show the appeal."""
    kept, form = _kept("appeal_query"), CodeForm(request.form)
    if kept is None:
        return redirect(url_for("account.appeal_query"), 303)
    if not kept["appeal"] or not (was_done(kept["mobile"]) or _proves("query", kept["mobile"], form)):
        return _code_page(request.path, form, NOT_SENT), 422
    _keep("appeal_query", appeal=kept["appeal"], has_proved=True, mobile="")
    return redirect(url_for("account.appeal_status"), 303)


def _keep(purpose: str, **facts: Any) -> None:
    """Remember in the signed cookie how far this browser came; the mobile in it is sealed."""
    session[purpose] = facts | {"until": int(time.time()) + SECONDS}


def _kept(purpose: str) -> dict[str, Any] | None:
    kept = session.get(purpose)
    return kept if kept and kept["until"] > time.time() else None


def _refusal() -> str:
    if not is_right_captcha(request.form.get("captcha", ""), datetime.now(UTC)):
        return "验证码错误"
    wait = wait_of_address("appeal", CODES)
    return f"操作次数过多，请 {waiting_text(wait)}后再试" if wait else ""


def _send(purpose: str, mobile: str) -> str:
    wait = send_code(db.session(), purpose, mobile, datetime.now(UTC), clock.now())
    return f"验证码发送过于频繁，请 {waiting_text(wait)}后再试" if wait else ""


def _proves(purpose: str, sealed: str, form: CodeForm) -> bool:
    if not form.accepts():
        return False
    is_right = proves(db.session(), purpose, keyring.open(sealed), form["code"].data, datetime.now(UTC))
    if is_right:
        remember(about=sealed)
    db.session.commit()
    if not is_right:
        form["code"].errors = [Refusal("E_CODE", "验证码错误或已过期，请核对短信，或重新获取")]
    return is_right


def _form(account_type: str) -> AppealForm | UnitAppealForm:
    typed = request.form if request.method == "POST" else None
    return AppealForm(typed) if account_type == "natural" else UnitAppealForm(typed)


def _papers(account_type: str) -> tuple[dict[str, tuple[str, Admitted]], dict[str, str]]:
    """Let the papers in: by name the file name and what was admitted, or why one was not."""
    papers, refusals = {}, {}
    for paper, (label, _) in PAPERS[account_type].items():
        try:
            papers[paper] = received_pdf(paper, f"请上传{label}")
        except NotAdmitted as refused:
            refusals[paper] = refused.message
    return papers, refusals


def _captcha() -> Any:
    shown = shown_challenge()
    kind = request.args.get("captcha", shown.kind if shown else "picture")
    return show_new_challenge("sum" if kind == "sum" else "picture")


def _mobile_page(account_type: str, form: MobileForm, refused: str = "") -> str:
    return render_template(
        "account/appeal_mobile.html", account_type=account_type, form=form, notice=refused, captcha=_captcha(),
        refused={"field": "captcha"} if refused == "验证码错误" else None,
    )  # fmt: skip


def _code_page(action: str, form: CodeForm, notice: str = "验证码已发送") -> str:
    return render_template("account/appeal_code.html", action=action, form=form, notice=notice)


def _appeal_page(account_type: str, form: AdminForm, refusals: dict[str, str] | None = None) -> str:
    return render_template(
        "account/appeal_papers.html", account_type=account_type, form=form, papers=PAPERS[account_type],
        refusals=refusals or {},
    )  # fmt: skip


def _query_page(form: QueryForm, refused: str = "") -> str:
    return render_template(
        "account/appeal_query.html", form=form, notice=refused, captcha=_captcha(),
        refused={"field": "captcha"} if refused == "验证码错误" else None,
    )  # fmt: skip

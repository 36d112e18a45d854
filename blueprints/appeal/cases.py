"""The list of appeals and one of them: what was said, its papers, the accounts it may mean, and the verdict."""

import uuid
from functools import partial

from flask import abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import and_

from accounts.recovering import conclude, refuse_own, tell_halted, was_recovered_lately
from accounts.waiting import LONG
from blueprints.access import actor, me, role
from blueprints.appeal import blueprint
from blueprints.opened import opens_paper
from blueprints.storage import send_pdf
from blueprints.two_reviews import carry_out, find, lists, looked_at, seen, turn
from extensions import clock, db
from forms.admin import AdminForm
from forms.appeal import HaltForm
from forms.two_reviews import review_form
from models.appeal import PAPERS, Appeal, AppealPaper, Match, matches_of
from models.event import record_event
from models.person import Person


@blueprint.get("")
@role("helpdesk")
def cases() -> str:
    """List what waits, the oldest first, and what was closed last."""
    held = and_(Appeal.state == "approved", Appeal.recovered_at.is_(None))
    return render_template("appeal/cases.html", long=LONG, **lists(Appeal, held))


@blueprint.get("/<uuid:appeal_id>")
@role("helpdesk")
def case(appeal_id: uuid.UUID) -> str:
    """Show an appeal; its papers and numbers only to who looks at it now."""
    return _page(find(Appeal, appeal_id))


@blueprint.post("/<uuid:appeal_id>/taking")
@role("helpdesk")
def take(appeal_id: uuid.UUID) -> ResponseReturnValue:
    """Begin the first review."""

    def act(appeal: Appeal) -> None:
        refuse_own(db.session(), appeal, me().account)
        appeal.take(db.session(), seen(), actor(), clock.now())

    return carry_out(lambda: find(Appeal, appeal_id), act, _page, url_for("appeal.case", appeal_id=appeal_id))


@blueprint.post("/<uuid:appeal_id>/release")
@role("helpdesk")
def give_back(appeal_id: uuid.UUID) -> ResponseReturnValue:
    """Let somebody else begin."""

    def act(appeal: Appeal) -> None:
        appeal.give_back(db.session(), seen(), actor(), clock.now())

    return carry_out(lambda: find(Appeal, appeal_id), act, _page)


@blueprint.post("/<uuid:appeal_id>")
@role("helpdesk")
def judge(appeal_id: uuid.UUID) -> ResponseReturnValue:
    """Note a verdict; the second one that agrees decides, and who appealed is told."""
    form = _form(matches_of(db.session(), find(Appeal, appeal_id)))(request.form)
    if not form.accepts():
        return _page(find(Appeal, appeal_id), form=form), 422

    def act(appeal: Appeal) -> None:
        verdict, reason = form["verdict"].data, form["reason"].data or ""
        refuse_own(db.session(), appeal, me().account)
        if appeal.judge(db.session(), seen(), actor(), verdict, reason, clock.now()):
            if appeal.state == "approved":
                appeal.account_id = uuid.UUID(verdict.partition(":")[2])
            site = current_app.config["SETTINGS"].public_url
            conclude(db.session(), appeal, site, actor(), clock.now())

    return carry_out(lambda: find(Appeal, appeal_id), act, partial(_page, form=form))


@blueprint.post("/<uuid:appeal_id>/halt")
@role("helpdesk")
def halt(appeal_id: uuid.UUID) -> ResponseReturnValue:
    """Take an approval back that has not taken effect."""
    form = HaltForm(request.form)
    if not form.accepts():
        return _page(find(Appeal, appeal_id), form=form), 422

    def act(appeal: Appeal) -> None:
        appeal.halt(db.session(), seen(), actor(), form["reason"].data, clock.now())
        tell_halted(db.session(), appeal, clock.now())

    return carry_out(lambda: find(Appeal, appeal_id), act, partial(_page, form=form))


@blueprint.post("/<uuid:appeal_id>/number")
@role("helpdesk")
def show_number(appeal_id: uuid.UUID) -> str:
    """Show the number of the identity paper in full, and write down who looked."""
    appeal = looked_at(Appeal, appeal_id)
    record_event(db.session(), appeal.id, "show_id_number", actor(), clock.now())
    db.session.commit()
    return _page(appeal, number=appeal.id_number)


@blueprint.get("/<uuid:appeal_id>/papers/<uuid:paper_id>.pdf")
@role("helpdesk")
def paper(appeal_id: uuid.UUID, paper_id: uuid.UUID) -> ResponseReturnValue:
    """Send a paper to who looks at the appeal now; every opening is written down."""
    appeal, found = looked_at(Appeal, appeal_id), db.session.get(AppealPaper, paper_id)
    if found is None or found.appeal_id != appeal.id:
        abort(404)
    opens_paper(appeal.id, actor(), found.paper, appeal.id)
    return send_pdf(found.file.clean_sha256, found.name)


def _form(found: list[Match]) -> type[AdminForm]:
    accounts = [match.account for match in found]
    choices = [(f"approve:{one.id}", f"通过，找回账号 {one.login_name}") for one in accounts]
    return review_form([*choices, ("reject", "不通过"), ("no_match", "没有找到与证件匹配的账号")], "申诉人")


def _page(appeal: Appeal, refused: str = "", form: AdminForm | None = None, number: str = "") -> str:
    found = matches_of(db.session(), appeal)
    is_seen = appeal.is_seen_by(me().account_id)
    blank = HaltForm() if appeal.is_held else _form(found)()
    # What was typed is of use only if the case still asks for it.
    is_asked = isinstance(form, HaltForm) if appeal.is_held else is_seen
    return render_template(
        "appeal/case.html", appeal=appeal, papers=PAPERS[appeal.account_type], refused=refused, number=number,
        form=form if form is not None and is_asked else blank, **turn(appeal),
        lines=[_line(match) for match in found] if is_seen else [],
    )  # fmt: skip


def _line(match: Match) -> dict[str, object]:
    person = db.session.get(Person, match.account.id)
    verified = match.account.unit or person
    return {
        "account": match.account, "by": match.by, "real_name": verified.real_name_text if verified else "未实名认证",
        "is_recent": was_recovered_lately(db.session(), match.account, clock.now()),
    }  # fmt: skip
